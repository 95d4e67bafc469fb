# SPDX-License-Identifier: Apache-2.0

package ci_provenance_test

import data.ci_provenance
import data.sluice.fixtures

test_an_sbom_is_no_provenance if {
	image := fixtures.changed(fixtures.github, [{
		"op": "replace",
		"path": "/attestations/0/statement/predicateType",
		"value": "https://spdx.dev/Document",
	}])
	"Expected SLSA provenance among the verified attestations of the image, found \"https://spdx.dev/Document\"" in fixtures.messages(ci_provenance.deny) with input as image
}

test_an_unknown_build_type_is_refused if {
	image := fixtures.claiming(fixtures.gitlab, "buildDefinition/buildType", "https://example.com/mine")
	{"ci_provenance.build_type"} == fixtures.codes(ci_provenance.deny) with input as image
}

test_a_build_type_that_the_policy_adds_is_accepted if {
	image := fixtures.claiming(fixtures.gitlab, "buildDefinition/buildType", "https://example.com/mine")
	ci_provenance.deny == set() with input as image
		with data.rule_data__configuration__.ci_build_types as ["https://example.com/mine"]
}

test_a_builder_off_the_list_is_refused if {
	some result in ci_provenance.deny with input as fixtures.github
		with data.rule_data__configuration__.ci_builders as ["https://github.com/acme/*/.github/workflows/build.yml@**"]
	result.code == "ci_provenance.builder"
	result.term == "https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main"
}

test_a_builder_on_the_list_is_accepted if {
	ci_provenance.deny == set() with input as fixtures.github
		with data.rule_data__configuration__.ci_builders as ["https://github.com/acme/*/.github/workflows/release.yml@**"]
}

test_another_tekton_chains_is_refused if {
	image := fixtures.claiming(fixtures.tekton, "builder/id", "https://evil.example/chains")
	message := "Expected the builder to be one of \"https://tekton.dev/chains/v2\", found \"https://evil.example/chains\""
	{message} == fixtures.messages(ci_provenance.deny) with input as image
}

test_provenance_without_a_builder_is_refused if {
	image := fixtures.claiming(fixtures.github, "runDetails/builder/id", "")
	{"Expected the builder to be named, found nothing"} == fixtures.messages(ci_provenance.deny) with input as image
}

test_each_of_several_statements_is_judged if {
	image := fixtures.attested(
		fixtures.github,
		"https://slsa.dev/provenance/v1",
		json.patch(fixtures.github_predicate, [{
			"op": "replace",
			"path": "/buildDefinition/buildType",
			"value": "https://example.com/mine",
		}]),
	)
	{"ci_provenance.build_type"} == fixtures.codes(ci_provenance.deny) with input as image
}
