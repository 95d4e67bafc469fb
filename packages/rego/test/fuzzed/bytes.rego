package fuzzed

# Bytes that are no UTF-8 stay bytes inside, and are shown as U+FFFD or as escapes.
bytes := base64.decode("/2Eh")

json_text := json.marshal({bytes: [bytes]})

json_pretty := json.marshal_with_options([bytes], {"prefix": "--"})

formatted := sprintf("%v %s %q %x", [[bytes], bytes, bytes, bytes])

yaml_text := yaml.marshal(bytes)

yaml_is_valid := yaml.is_valid(bytes)

yaml_value := yaml.unmarshal(bytes)

back := base64.encode(bytes)

again := hex.encode(concat("", [bytes, "é"]))

counted := count(bytes)

parts := split(bytes, "")

upper_case := upper(bytes)

nested := json.marshal("\\udcff and \\")

half := json.unmarshal(`"\ud800\\ud800"`)
