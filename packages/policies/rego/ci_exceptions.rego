# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Exceptions
# description: >-
#   An exception (volatileConfig.exclude) says who answers for it, why, and when it ends. Its reference names an entry of
#   the rule data ci_exceptions, {owner, reason}.
package ci_exceptions

import data.sluice.build
import data.sluice.criteria
import data.sluice.results
import data.sluice.rule_data

# Exceptions that are in force and bear on this image.
current := [exception |
	some exception in criteria.sources[_].volatileConfig.exclude
	begun(exception)
	not ended(exception)
	concerns(exception)
]

begun(exception) if object.get(exception, "effectiveOn", "") == ""

begun(exception) if instant(exception.effectiveOn) <= build.now

ended(exception) if instant(exception.effectiveUntil) < build.now

instant(text) := time.parse_rfc3339_ns(text) if contains(text, "T")

instant(text) := time.parse_ns("2006-01-02", text) if not contains(text, "T")

concerns(exception) if {
	every name in ["imageRef", "imageDigest", "imageUrl", "componentNames"] {
		object.get(exception, name, "") in {"", []}
	}
}

concerns(exception) if {
	some name in ["imageRef", "imageDigest"]
	endswith(input.image.ref, sprintf("@%s", [exception[name]]))
}

concerns(exception) if startswith(input.image.ref, sprintf("%s@", [exception.imageUrl]))

concerns(exception) if input.component_name in exception.componentNames

account(exception) := object.get(rule_data.get("ci_exceptions"), object.get(exception, "reference", ""), {})

# METADATA
# title: Exceptions are accounted for
# description: >-
#   Every exception in force has an end (effectiveUntil), and a reference to an entry of the rule data ci_exceptions with
#   an owner and a reason.
# custom:
#   short_name: accounted
#   failure_msg: Expected the exception %s to have %s, found none
#   solution: >-
#     Give the exception effectiveUntil and reference in volatileConfig, and add ci_exceptions.<reference> with owner and
#     reason to the policy's ruleData.
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some exception in current
	some missing in missing_of(exception)
	result := results.finding_about(
		rego.metadata.chain(),
		[results.shown(exception.value), missing],
		exception.value,
	)
}

missing_of(exception) := no_end(exception) | no_account(exception)

no_end(exception) := {"an end (effectiveUntil)"} if object.get(exception, "effectiveUntil", "") == ""

else := set()

no_account(exception) := {text |
	some name, text in {
		"owner": "an owner (ci_exceptions.<reference>.owner)",
		"reason": "a reason (ci_exceptions.<reference>.reason)",
	}
	object.get(account(exception), name, "") == ""
}

# METADATA
# title: Exceptions in force
# description: Lists what is excepted for this image, until when, why, and who answers for it.
# custom:
#   short_name: in_force
#   failure_msg: '%s is excepted until %s: %s (%s, %s)'
#   solution: Resolve what the exception allows, then remove it.
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
warn contains result if {
	some exception in current
	count(missing_of(exception)) == 0
	result := results.finding_about(
		rego.metadata.chain(),
		[
			exception.value,
			exception.effectiveUntil,
			account(exception).reason,
			account(exception).owner,
			exception.reference,
		],
		exception.value,
	)
}
