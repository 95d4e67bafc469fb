# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Rule data
# description: What a policy sets for these rules is what they can read.
package ci_rule_data

import data.sluice.results
import data.sluice.rule_data

texts := {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "a list of texts"}

some_texts := object.union(texts, {"minItems": 1, "description": "a list of at least one text"})

flag := {"type": "boolean", "description": "true or false"}

schemas := {
	"ci_build_types": some_texts,
	"ci_builders": texts,
	"ci_tekton_builders": some_texts,
	"ci_protected_refs": some_texts,
	"ci_runner_environments": some_texts,
	"ci_github_events": some_texts,
	"ci_gitlab_pipeline_sources": some_texts,
	"ci_time_slack_seconds": {
		"type": "integer",
		"minimum": 0,
		"maximum": 86400,
		"description": "a number of seconds up to a day",
	},
	"ci_require_sbom": flag,
	"ci_require_scan": flag,
	"ci_scan_max_age_days": {"type": "integer", "minimum": 1, "description": "a number of days"},
	"ci_data_sets": {
		"description": "a list of URIs, or of {uri, digest: sha256:…}",
		"type": "array",
		"items": {"anyOf": [
			{"type": "string", "minLength": 1},
			{
				"type": "object",
				"required": ["uri", "digest"],
				"additionalProperties": false,
				"properties": {
					"uri": {"type": "string", "minLength": 1},
					"digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
				},
			},
		]},
	},
	"ci_exceptions": {
		"description": "an object of {owner, reason} by reference",
		"type": "object",
		"additionalProperties": {
			"type": "object",
			"additionalProperties": false,
			"properties": {"owner": {"type": "string"}, "reason": {"type": "string"}},
		},
	},
}

given contains key if {
	some place in rule_data.given
	some key in object.keys(place)
	startswith(key, "ci_")
}

# METADATA
# title: Rule data can be read
# description: Each rule data key that begins with ci_ is one that these rules know, and its value has the right type.
# custom:
#   short_name: valid
#   failure_msg: 'Expected the rule data %s to be %s, found %s'
#   solution: Correct the policy's ruleData; the table of keys is in the documentation of these rules.
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some key in given
	some expected in problems(key)
	result := results.finding_about(rego.metadata.chain(), [key, expected, results.shown(rule_data.get(key))], key)
}

problems(key) := {sprintf("one of %s", [concat(", ", sort(object.keys(schemas)))])} if not key in object.keys(schemas)

else := {schemas[key].description} if not readable(rule_data.get(key), schemas[key])

else := set()

# Schemas are for objects, so the value is made one.
readable(value, schema) if json.match_schema({"value": value}, {"type": "object", "properties": {"value": schema}})[0]
