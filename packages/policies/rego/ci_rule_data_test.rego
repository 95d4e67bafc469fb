# SPDX-License-Identifier: Apache-2.0

package ci_rule_data_test

import data.ci_rule_data
import data.sluice.rule_data

test_the_defaults_can_be_read if {
	ci_rule_data.deny == set() with data.rule_data__configuration__ as rule_data.defaults
}

test_every_default_has_a_schema if {
	object.keys(rule_data.defaults) == object.keys(ci_rule_data.schemas)
}

test_a_misspelt_key_is_refused if {
	some result in ci_rule_data.deny with data.rule_data__configuration__ as {"ci_protected_ref": ["refs/heads/main"]}
	startswith(result.msg, "Expected the rule data ci_protected_ref to be one of ci_build_types, ci_builders, ")
}

test_a_value_of_another_type_is_refused if {
	every key, value in {
		"ci_protected_refs": "refs/heads/main",
		"ci_build_types": [],
		"ci_require_sbom": "yes",
		"ci_time_slack_seconds": -1,
		"ci_scan_max_age_days": 0,
		"ci_data_sets": [{"uri": "oci://x"}],
		"ci_exceptions": {"SEC-1": {"owner": "x", "until": "2026-01-01"}},
		"ci_builders": null,
	} {
		{key} == {result.term | some result in ci_rule_data.deny} with data.rule_data__configuration__ as {key: value}
	}
}

test_rule_data_of_other_policies_is_left_alone if {
	ci_rule_data.deny == set() with data.rule_data__configuration__ as {"allowed_registry_prefixes": ["quay.io/"]}
}

test_the_first_place_that_has_a_key_counts if {
	rule_data.get("ci_require_sbom") == true with data.rule_data__configuration__ as {"ci_require_sbom": true}
		with data.rule_data.ci_require_sbom as false
	rule_data.get("ci_require_sbom") == true with data.rule_data_custom as {"ci_require_sbom": true}
}
