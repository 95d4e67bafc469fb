package mismatch

p if 1 == "one"

q := upper(7)

obj := {"a": 1}

r := obj.missing

u if {
	x := [1, 2]
	x.name
}

w if "x" in {1, 2}

z := any([true])
