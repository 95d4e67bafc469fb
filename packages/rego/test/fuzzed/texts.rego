package fuzzed

emoji := yaml.marshal("😀z")

tabs := yaml.unmarshal("a:\n\tb")

tabs_valid := [yaml.is_valid("a:\n\t b: 1"), yaml.is_valid("a: [\n\t1]"), yaml.is_valid("\ta: 1")]

times := [time.format([i, zone, "RFC850"]) |
	some i in [0, 1732147200000000000, 500000000000000000]
	some zone in ["Asia/Kolkata", "Europe/London", "Asia/Tokyo", "America/New_York", "Australia/Sydney", "Asia/Dubai", "UTC", ""]
]

padded := sprintf("%5s|%-5s|%05d|%+.2f|%x|%q|%v|%T", ["é", "日本", 42, 2.5, "é", "tab\t", {"a": 1}, 1])

short := sprintf("%d %s", [1])

wide := sprintf("%[2]d %[1]d %*d", [1, 2, 6, 3])

trimmed := [trim("aXa", "a"), trim_left("ééa", "é"), trim_space("\u00a0 a \u2003"), trim_suffix("abc", "")]

positions := [indexof("héllo", "l"), indexof_n("日本日", "日"), substring("日本語", 1, -1)]
