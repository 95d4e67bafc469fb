# SPDX-License-Identifier: Apache-2.0

package ci_certificate_test

import data.ci_certificate
import data.sluice.fixtures

# Each claim of the predicate, changed; the rule that must notice.
lies := {
	"buildDefinition/externalParameters/workflow/repository": ["https://github.com/mallory/shop", {"source", "definition"}],
	"buildDefinition/resolvedDependencies/0/digest/gitCommit": ["cccccccccccccccccccccccccccccccccccccccc", {"digest"}],
	"buildDefinition/resolvedDependencies/0/uri": ["git+https://github.com/mallory/shop@refs/heads/main", {"digest"}],
	"buildDefinition/externalParameters/workflow/ref": ["refs/heads/feature", {"ref"}],
	"buildDefinition/externalParameters/workflow/path": [".github/workflows/other.yml", {"definition"}],
	"runDetails/builder/id": ["https://github.com/acme/trusted/.github/workflows/release.yml@refs/heads/main", {"signer"}],
	"runDetails/metadata/invocationId": ["https://github.com/acme/shop/actions/runs/1/attempts/1", {"invocation"}],
}

test_a_claim_that_the_certificate_does_not_repeat_is_refused if {
	every path, lie in lies {
		codes := {sprintf("ci_certificate.%s", [rule]) | some rule in lie[1]}
		codes == fixtures.codes(ci_certificate.deny) with input as fixtures.claiming(fixtures.github, path, lie[0])
	}
}

# The same seen from the other side: provenance is right, and another job signed it.
others := {
	"Fulcio Source Repository URI": ["https://github.com/mallory/shop", {"source", "digest", "image_signature"}],
	"Fulcio Source Repository Digest": ["cccccccccccccccccccccccccccccccccccccccc", {"digest", "image_signature"}],
	"Fulcio Source Repository Ref": ["refs/heads/feature", {"ref", "image_signature"}],
	"Fulcio Build Config URI": ["https://github.com/acme/shop/.github/workflows/x.yml@refs/heads/main", {"definition"}],
	"Fulcio Build Signer URI": ["https://github.com/acme/shop/.github/workflows/x.yml@refs/heads/main", {"signer"}],
	"Fulcio Run Invocation URI": ["https://github.com/acme/shop/actions/runs/2/attempts/1", {"invocation"}],
}

test_provenance_signed_by_another_job_is_refused if {
	every name, other in others {
		codes := {sprintf("ci_certificate.%s", [rule]) | some rule in other[1]}
		codes == fixtures.codes(ci_certificate.deny) with input as fixtures.certified(fixtures.github, name, other[0])
	}
}

test_a_missing_claim_is_not_taken_for_an_equal_one if {
	every name, other in others {
		image := fixtures.changed(
			fixtures.gitlab,
			[{"op": "remove", "path": sprintf("/attestations/0/signatures/0/metadata/%s", [name])}],
		)
		found := fixtures.codes(ci_certificate.deny) with input as image
		every rule in other[1] {
			sprintf("ci_certificate.%s", [rule]) in found
		}
	}
}

test_a_message_names_both_sides if {
	image := fixtures.claiming(fixtures.github, "runDetails/metadata/invocationId", "https://example.com/1")
	message := concat("", [
		"Expected provenance of the run \"https://github.com/acme/shop/actions/runs/17420993511/attempts/1\", ",
		"which signed it, found \"https://example.com/1\"",
	])
	{message} == fixtures.messages(ci_certificate.deny) with input as image
}

test_provenance_signed_by_key_is_refused if {
	image := fixtures.changed(
		fixtures.github,
		[{"op": "replace", "path": "/attestations/0/signatures/0", "value": {"keyid": "SHA256:key"}}],
	)
	"ci_certificate.present" in fixtures.codes(ci_certificate.deny) with input as image
}

test_a_second_commit_of_the_source_is_refused if {
	image := fixtures.claiming(fixtures.github, "buildDefinition/resolvedDependencies/-", {
		"uri": "git+https://github.com/acme/shop@refs/heads/feature",
		"digest": {"gitCommit": "cccccccccccccccccccccccccccccccccccccccc"},
	})
	{"ci_certificate.digest", "ci_certificate.ref"} == fixtures.codes(ci_certificate.deny) with input as image
}

test_other_sources_may_go_into_a_build if {
	image := fixtures.claiming(fixtures.github, "buildDefinition/resolvedDependencies/-", {
		"uri": "git+https://github.com/acme/library@refs/tags/v1",
		"digest": {"gitCommit": "cccccccccccccccccccccccccccccccccccccccc"},
	})
	ci_certificate.deny == set() with input as image
}

test_a_job_cannot_pass_for_tekton if {
	image := fixtures.secured(
		"https://slsa.dev/provenance/v0.2",
		fixtures.tekton_predicate,
		{"keyid": "", "metadata": fixtures.gitlab_certificate},
	)
	{"ci_certificate.signer", "ci_certificate.invocation", "ci_certificate.source"} & fixtures.codes(ci_certificate.deny) == {"ci_certificate.signer", "ci_certificate.invocation", "ci_certificate.source"} with input as image
}

test_tekton_chains_needs_no_job_certificate if {
	ci_certificate.deny == set() with input as fixtures.tekton
}

test_another_build_type_names_its_source_among_the_dependencies if {
	image := fixtures.claiming(fixtures.github, "buildDefinition/buildType", "https://example.com/mine")
	ci_certificate.deny == set() with input as image
	elsewhere := fixtures.claiming(
		image,
		"buildDefinition/resolvedDependencies/0/uri",
		"git+https://github.com/mallory/shop@refs/heads/main",
	)
	{"ci_certificate.source", "ci_certificate.digest", "ci_certificate.ref"} == fixtures.codes(ci_certificate.deny)
		with input as elsewhere
}

test_every_signature_of_a_statement_is_judged if {
	image := fixtures.changed(fixtures.github, [{
		"op": "add",
		"path": "/attestations/0/signatures/-",
		"value": {"keyid": "", "metadata": fixtures.gitlab_certificate},
	}])
	"ci_certificate.signer" in fixtures.codes(ci_certificate.deny) with input as image
}

test_an_image_signed_for_another_commit_is_refused if {
	image := fixtures.changed(fixtures.github, [{
		"op": "replace",
		"path": "/image/signatures/0/metadata/Fulcio Source Repository Digest",
		"value": "cccccccccccccccccccccccccccccccccccccccc",
	}])
	{"ci_certificate.image_signature"} == fixtures.codes(ci_certificate.deny) with input as image
}

test_a_later_signature_does_no_harm if {
	image := fixtures.changed(fixtures.github, [{
		"op": "add",
		"path": "/image/signatures/-",
		"value": {"keyid": "SHA256:release"},
	}])
	ci_certificate.deny == set() with input as image
}
