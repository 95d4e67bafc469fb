# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Results
# description: How a rule says what it found, in the form that Enterprise Contract policies use.
package sluice.results

# A result of the rule whose annotation chain is given: its code, and its failure_msg filled in.
finding(chain, values) := {
	"code": code(chain),
	"msg": sprintf(chain[0].annotations.custom.failure_msg, values),
}

# The same with a term: a criterion can name CODE:TERM.
finding_about(chain, values, term) := object.union(finding(chain, values), {"term": term})

code(chain) := concat(".", array.concat(
	array.slice(chain[0].path, 0, count(chain[0].path) - 1),
	[chain[0].annotations.custom.short_name],
))

# A value as a sentence shows it.
shown(value) := "nothing" if value in {"", null}

else := sprintf("%q", [value]) if is_string(value)

else := json.marshal(value)

# Several values as a sentence shows them.
listed(values) := "none" if count(values) == 0

else := concat(", ", [shown(value) | some value in values])
