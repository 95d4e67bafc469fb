package bodies

import data.lib.utils as u
import input.request

a if {
	not request.denied
	x := request.user
	[y, z] = [x, 1]
	y == z; x != "root"
	some i, item in request.items
	item.name == `raw
string`
	every k, v in item.tags {
		k != ""
		startswith(v, "t-")
	}
	count({n | n := request.items[_].n; n > i}) >= 1
	obj := {k2: v2 | some k2, v2 in request.map}
	arr := [e | e := obj[_]]
	is_array(arr)
} 

b if input.x with input.x as 1 with data.lib.y as {"z": true}

c := -input.number + 3 * (4 - 1) % 2

d := {"a", "b"} & {"b"} | {"c"}

e := $"hello {request.name}, {1 + 2} \{braces} {"text"}"

g if {
	data.lib.f(1).g[input.k]["not-a-name"] <= 2
	u.check(input)
}
