# METADATA
# title: A package
# description: |
#   Two rows
#   of text.
# authors:
# - Ada Lovelace <ada@example.com>
# - name: Alan
#   email: alan@example.com
# organizations: [one, two]
# related_resources:
# - https://example.com/doc
# - ref: https://example.com/other
#   description: more
# custom:
#   effective_on: 2022-01-01T00:00:00Z
#   day: 2022-01-02
#   number: 0x10
#   list: [1, 2.5, yes, "on", null]
#   nested: {a: 'it''s', b: "tab\t"}
package metadata

# METADATA
# scope: document
# title: The document
# entrypoint: true

# METADATA
# description: >-
#   folded
#   text
p if input.x

# METADATA
# title: second
# schemas:
# - input: {type: object}
p if input.y
