package fuzzed

known := {"a": null, "b": {"c": null}}

got := [object.get(known, "a", 1), object.get(known, ["b", "c"], 1), object.get(known, ["a", "c"], 2)]

patched := [
	json.patch(known, [{"op": "replace", "path": "/a", "value": null}]),
	json.patch(known, [{"op": "test", "path": "/b/c", "value": null}]),
	json.patch(known, [{"op": "copy", "from": "/a", "path": "/d"}]),
	json.patch(known, [{"op": "move", "from": "/b", "path": "/a"}]),
]

removed := json.remove(known, ["b/c", "x"])

filtered := json.filter(known, ["b/c", "a/x"])

joined := object.union(known, {"b": null})

sets := [{null} | {false}, {1, 2} & {2.0, 3}, {1, "a"} - {"a"}]

sorted := sort([null, true, false, 10, 9, "b", "a", [1], {"a": 1}, {1}, 1e3, -0.5])

sums := [sum([0.1, 0.2]), product([2.5, 2]), max({1e3, 999}), min([]), count("日本")]
