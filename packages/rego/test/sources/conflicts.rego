package conflicts

p := 1

p contains 2

q.r := 1

q.r.s := 2

default d := 1

default d := 2

f(x) := x

f(x, y) := y
