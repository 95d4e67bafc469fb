package recursion

p if q

q if not p

r := data.recursion[input.x]

s if {
	some name in ["other", "another"]
	data.recursion[name]
}
