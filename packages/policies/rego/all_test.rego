# SPDX-License-Identifier: Apache-2.0

# What every package says of an image that was secured as it should be, and of one that was not at all.
package sluice.all_test

import data.sluice.fixtures

denied contains result.code if some result in data.ci_provenance.deny

denied contains result.code if some result in data.ci_certificate.deny

denied contains result.code if some result in data.ci_ref.deny

denied contains result.code if some result in data.ci_runner.deny

denied contains result.code if some result in data.ci_times.deny

denied contains result.code if some result in data.ci_dependencies.deny

denied contains result.code if some result in data.ci_sbom.deny

denied contains result.code if some result in data.ci_scan.deny

denied contains result.code if some result in data.ci_exceptions.deny

denied contains result.code if some result in data.ci_rule_data.deny

denied contains result.code if some result in data.github_build.deny

denied contains result.code if some result in data.gitlab_build.deny

denied contains result.code if some result in data.tekton_build.deny

test_secured_images_pass if {
	every image in [fixtures.github, fixtures.gitlab, fixtures.tekton] {
		denied == set() with input as image with data.config.policy.when_ns as fixtures.now
		data.ci_exceptions.warn == set() with input as image with data.config.policy.when_ns as fixtures.now
	}
}

test_secured_images_pass_their_collection if {
	every ci in ["github", "gitlab", "tekton"] {
		denied == set() with input as asked(ci, ci) with data.config.policy.when_ns as fixtures.now
	}
}

test_another_ci_is_refused_by_a_collection if {
	every ci, other in {"github": "gitlab", "gitlab": "tekton", "tekton": "github"} {
		denied == {sprintf("%s_build.expected", [ci])} with input as asked(ci, other)
			with data.config.policy.when_ns as fixtures.now
	}
}

asked(ci, built_by) := fixtures.changed({"github": fixtures.github, "gitlab": fixtures.gitlab, "tekton": fixtures.tekton}[built_by], [{
	"op": "add",
	"path": "/policy_spec/sources/0/config",
	"value": {"include": [sprintf("@%s", [ci])]},
}])

# Rules fail where there is nothing to judge; those that depend on ci_provenance.present are then left out of the report.
test_nothing_passes_without_provenance if {
	bare := {"attestations": null, "image": {"ref": fixtures.image}, "policy_spec": {}}
	{
		"ci_provenance.present",
		"ci_provenance.build_type",
		"ci_provenance.builder",
		"ci_certificate.present",
		"ci_certificate.source",
		"ci_certificate.digest",
		"ci_certificate.ref",
		"ci_certificate.signer",
		"ci_certificate.invocation",
		"ci_certificate.image_signature",
		"ci_ref.protected",
		"ci_runner.hosted",
	} == denied with input as bare with data.config.policy.when_ns as fixtures.now
}

# A claim of the certificate that is taken away must not let its rule pass.
test_a_certificate_that_says_nothing_refuses if {
	image := fixtures.changed(fixtures.github, [{"op": "replace", "path": "/attestations/0/signatures/0", "value": {"keyid": "k"}}])
	every code in {
		"ci_certificate.present",
		"ci_certificate.source",
		"ci_certificate.digest",
		"ci_certificate.ref",
		"ci_certificate.signer",
		"ci_certificate.invocation",
		"ci_certificate.definition",
		"ci_certificate.image_signature",
		"ci_ref.protected",
		"ci_runner.hosted",
		"ci_times.before_signing",
		"github_build.parameters",
		"github_build.event",
	} {
		code in denied with input as image with data.config.policy.when_ns as fixtures.now
	}
}
