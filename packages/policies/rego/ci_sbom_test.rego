# SPDX-License-Identifier: Apache-2.0

package ci_sbom_test

import data.ci_sbom
import data.sluice.fixtures

test_no_sbom_is_needed_unless_asked_for if {
	ci_sbom.deny == set() with input as fixtures.github
}

test_an_image_without_an_sbom_is_refused_when_asked_for if {
	{"ci_sbom.present"} == fixtures.codes(ci_sbom.deny) with input as fixtures.github
		with data.rule_data__configuration__.ci_require_sbom as true
}

test_spdx_and_cyclonedx_pass if {
	every type, predicate in {
		"https://spdx.dev/Document": {"packages": [{"name": "musl"}]},
		"https://spdx.dev/Document/v2.3": "PackageName: musl",
		"https://cyclonedx.org/bom": {"components": [{"name": "musl"}]},
	} {
		ci_sbom.deny == set() with input as fixtures.attested(fixtures.github, type, predicate)
			with data.rule_data__configuration__.ci_require_sbom as true
	}
}

test_an_empty_sbom_is_refused if {
	every predicate in [{}, {"components": []}, "nothing", null] {
		image := fixtures.attested(fixtures.github, "https://cyclonedx.org/bom", predicate)
		{"ci_sbom.not_empty"} == fixtures.codes(ci_sbom.deny) with input as image
			with data.rule_data__configuration__.ci_require_sbom as true
	}
}
