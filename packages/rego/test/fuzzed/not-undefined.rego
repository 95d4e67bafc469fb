package fuzzed

# A comparison with something undefined is not true; a call with it is not made at all, and its negation neither.
undefined_value := input.s if false

compared if not undefined_value == input.s

compared_in_body contains 1 if not [undefined_value] == [input.s]

grouped if not (undefined_value == input.s)

less if not undefined_value < "c"

called if not startswith(undefined_value, "a")

in_else := 1 if {
	false
} else := 2 if {
	not startswith(undefined_value, "a")
} else := 3

in_second_else := 1 if {
	false
} else := 2 if {
	undefined_value == "1"
} else := 3 if {
	not undefined_value == "1"
}

enumerated contains i if input.ss[i] == "a"

enumerated_not contains i if {
	some i, _ in input.ss
	not input.ss[i] == "a"
}

swapped contains [i, j] if input.ss[i] == input.ss[j]

of_sets contains x if {some x in {"a", "b"}; not {x} == {"a"}}
