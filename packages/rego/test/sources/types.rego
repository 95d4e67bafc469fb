package types

p if 1 == "one"

q := upper(7)

r := obj.missing

obj := {"a": 1}

s := count(1, 2, 3)

t if undefined_function(1)

u if {
	x := [1, 2]
	x.name
}

v(a, b) := a

w := v(1)
