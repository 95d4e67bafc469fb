package fuzzed

# One call of many families; the answers are opa's.

r00 := sprintf("%05.1f|%-4d|%+d|%x|%X|%o|%b|%e", [2.25, 7, 7, 255, 255, 8, 5, 12345.678])

r01 := sprintf("%d %d", [1])

r02 := sprintf("%d", ["a"])

r03 := sprintf("%s", [1, 2])

r04 := sprintf("%v %v", [{"b": 1, "a": [true]}, {3, 1}])

r05 := glob.match("*.github.com", [], "api.github.com")

r06 := glob.match("*:github:com", [":"], "api:cdn:github:com")

r07 := glob.match("**.com", ["."], "a.b.com")

r08 := glob.match("{cat,b?t,[!x-z]ox}", [], "fox")

r09 := glob.quote_meta("*.github.com")

r10 := regex.replace("foobar", "(?i)(?P<a>FOO)", "${a}$1x-$2")

r11 := regex.find_n("a.", "paranormal", 2)

r12 := regex.match("\\A\\p{Greek}+\\z", "αβγ")

r13 := regex.globs_match("a.a.[0-9]+z", "a.b.[0-9]+z")

r14 := semver.compare("1.0.0-alpha.1", "1.0.0-alpha.beta")

r15 := semver.is_valid("1.0")

r16 := units.parse("1.5Ki")

r17 := units.parse_bytes("2GiB")

r18 := time.parse_rfc3339_ns("2024-02-29T12:00:00.5+01:00")

r19 := time.date([1709204400500000000, "America/New_York"])

r20 := time.diff(1709204400000000000, 0)

r21 := time.format([0, "UTC", "Mon Jan _2 15:04:05.000 MST 2006"])

r22 := time.parse_duration_ns("1h2.5s")

r23 := net.cidr_merge(["10.0.0.0/25", "10.0.0.128/25", "::1/128"])

r24 := net.cidr_contains_matches({"x": "1.0.0.0/8"}, ["1.2.3.4", "2.0.0.0"])

r25 := net.cidr_expand("192.168.0.0/30")

r26 := graph.reachable({"a": ["b"], "b": ["a", "c"]}, ["a"])

r27 := graph.reachable_paths({"a": ["b"], "b": []}, ["a"])

r28 := json.patch({"a": [1, 3]}, [{"op": "add", "path": "a/1", "value": 2}])

r29 := json.filter({"a": {"b": 1, "c": 2}}, ["a/b"])

r30 := object.union_n([{"a": {"b": 1}}, {"a": {"c": 2}}])

r31 := base64url.encode_no_pad("??>")

r32 := urlquery.encode_object({"a": ["1", "2"], "b": "x y"})

r33 := crypto.hmac.sha256("a", "b")

r34 := numbers.range_step(3, 0, 2)

r35 := round(-2.5) + ceil(1.1) + floor(-1.1)

r36 := [p | walk({"a": [1]}, [p, 1])]

r37 := strings.render_template(`{{range .a}}{{printf "%03s" .}};{{end}}`, {"a": [1, 2]})

r38 := yaml.unmarshal(`{a: yes, b: 0o17, c: 1_000, "d": ~, e: 0x1F, f: 1e3, g: .5}`)

r39 := (5 % 3) + (bits.lsh(1, 70) / 4)

r40 := [bits.xor(-7, 3), bits.negate(5), bits.rsh(-9, 1)]

r41 := json.match_schema({"a": "x"}, {"properties": {"a": {"type": "integer"}}, "required": ["b"]})[0]

r42 := graphql.is_valid("{ a }", "type Query { a: Int }")

r43 := regex.globs_match("a.*", "a.b.[0-9]+z")

r44 := uuid.parse("urn:uuid:f47ac10b-58cc-0372-8567-0e02b2c3d479").version

r45 := io.jwt.decode("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.AAAA")

r46 := array.flatten([1, [2, [3]]])

rendered := [strings.render_template(template, {"n": 1, "m": 12, "a": [5, 6], "z": 0}) |
	some template in [
		"{{if eq .n .m}}y{{end}}", "{{if lt .n .m}}y{{end}}", "{{len .m}}", "{{if .z}}y{{else}}n{{end}}",
		`{{printf "%v %s %q %x" .n .n .n .n}}`, "{{print .n 3}}", "{{slice .m 0 1}}", "{{.a}}",
		"{{range $i, $e := .a}}{{$i}}={{$e}} {{end}}", "{{if eq 1 1}}{{print 1 2}}{{end}}", "{{index .a 1}}",
	]
]
