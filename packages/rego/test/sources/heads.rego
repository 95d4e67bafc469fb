package heads

import rego.v1

# complete, partial, function and general heads
p := 1

p2 = {"a": [1, 2.50, 1e3], "b": {3, 1, 2}}

q contains x if some x in [1, 2, 3]

r[k] := v if some k, v in {"a": 1}

s.t[u].v := w if {
	some u in ["x"]
	w := upper(u)
}

s.z contains 7

f(x, [y, _], {"k": z}) := x + y + z

f(_, _, _) := 0 if false

default g(_) := false

g(x) if x > 10
else := "small" if x < 0
else := "zero"

h if {
	true
} else := 2 if {
	false
}

default allow := false
