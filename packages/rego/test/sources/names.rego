package names

import data.a
import data.b.a
import input.unused

input := 1

p if {
	data := 2
	data == 2
}

f(x, y) := x

g if {
	some n
	true
}

h if {
	z := 1
	not q
}
