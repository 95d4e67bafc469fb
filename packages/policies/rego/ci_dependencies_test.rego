# SPDX-License-Identifier: Apache-2.0

package ci_dependencies_test

import data.ci_dependencies
import data.sluice.fixtures

digest := "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

trained := fixtures.claiming(fixtures.gitlab, "buildDefinition/resolvedDependencies/-", {
	"uri": "oci://registry.example/data/train",
	"digest": {"sha256": digest},
})

test_a_model_without_its_data_set_is_refused if {
	some result in ci_dependencies.deny with input as fixtures.gitlab
		with data.rule_data__configuration__.ci_data_sets as ["oci://registry.example/data/train"]
	result.term == "oci://registry.example/data/train"
	startswith(result.msg, "Expected the data set \"oci://registry.example/data/train\" among the resolved dependencies")
}

test_a_model_with_its_data_set_passes if {
	ci_dependencies.deny == set() with input as trained
		with data.rule_data__configuration__.ci_data_sets as ["oci://registry.example/data/train"]
}

test_a_data_set_without_a_digest_does_not_count if {
	image := fixtures.claiming(
		fixtures.gitlab,
		"buildDefinition/resolvedDependencies/-",
		{"uri": "oci://registry.example/data/train"},
	)
	count(ci_dependencies.deny) == 1 with input as image
		with data.rule_data__configuration__.ci_data_sets as ["oci://registry.example/data/train"]
}

test_one_version_may_be_demanded if {
	wanted := {"uri": "oci://registry.example/data/train", "digest": sprintf("sha256:%s", [digest])}
	ci_dependencies.deny == set() with input as trained with data.rule_data__configuration__.ci_data_sets as [wanted]
	other := object.union(wanted, {"digest": "sha256:cccc"})
	count(ci_dependencies.deny) == 1 with input as trained with data.rule_data__configuration__.ci_data_sets as [other]
}

test_materials_of_tekton_count if {
	image := fixtures.claiming(
		fixtures.tekton,
		"materials/-",
		{"uri": "oci://registry.example/data/train", "digest": {"sha256": digest}},
	)
	ci_dependencies.deny == set() with input as image
		with data.rule_data__configuration__.ci_data_sets as ["oci://registry.example/data/train"]
}

test_an_entry_that_cannot_be_read_is_refused if {
	count(ci_dependencies.deny) == 1 with input as trained with data.rule_data__configuration__.ci_data_sets as [7]
}
