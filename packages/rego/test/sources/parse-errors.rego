package broken

p if {
	x := [1, 2
	y := 3
}
