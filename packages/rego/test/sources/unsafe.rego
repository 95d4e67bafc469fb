package unsafe

p if not input.x[y]

q contains z if true

f(x) := w

r if {
	a > b
	count(c) == 1
}
