# SPDX-License-Identifier: Apache-2.0

# Images as "sluice secure" leaves them, for the tests of all packages.
package sluice.fixtures

image := "registry.example/acme/shop@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

commit := "6b8f1d0c2a9e4f573d61b0c8e7a52f94d3c1b06a"

# 2026-03-01T12:00:30Z
now := 1772366430000000000

github_certificate := {
	"Subject Alternative Name": "URIs:https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main",
	"Not Before": "2026-03-01T12:00:00Z",
	"Not After": "2026-03-01T12:10:00Z",
	"Fulcio Issuer (V2)": "https://token.actions.githubusercontent.com",
	"Fulcio Build Signer URI": "https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main",
	"Fulcio Runner Environment": "github-hosted",
	"Fulcio Source Repository URI": "https://github.com/acme/shop",
	"Fulcio Source Repository Digest": commit,
	"Fulcio Source Repository Ref": "refs/heads/main",
	"Fulcio Source Repository Identifier": "702518364",
	"Fulcio Source Repository Owner Identifier": "98104233",
	"Fulcio Build Config URI": "https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main",
	"Fulcio Build Trigger": "push",
	"Fulcio Run Invocation URI": "https://github.com/acme/shop/actions/runs/17420993511/attempts/1",
}

github_predicate := {
	"buildDefinition": {
		"buildType": "https://actions.github.io/buildtypes/workflow/v1",
		"externalParameters": {"workflow": {
			"ref": "refs/heads/main",
			"repository": "https://github.com/acme/shop",
			"path": ".github/workflows/release.yml",
		}},
		"internalParameters": {"github": {
			"event_name": "push",
			"repository_id": "702518364",
			"repository_owner_id": "98104233",
			"runner_environment": "github-hosted",
		}},
		"resolvedDependencies": [{
			"uri": "git+https://github.com/acme/shop@refs/heads/main",
			"digest": {"gitCommit": commit},
		}],
	},
	"runDetails": {
		"builder": {"id": "https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main"},
		"metadata": {
			"invocationId": "https://github.com/acme/shop/actions/runs/17420993511/attempts/1",
			"startedOn": "2026-03-01T11:58:00Z",
			"finishedOn": "2026-03-01T12:00:00Z",
		},
	},
}

gitlab_certificate := {
	"Subject Alternative Name": "URIs:https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main",
	"Not Before": "2026-03-01T12:00:00Z",
	"Not After": "2026-03-01T12:10:00Z",
	"Fulcio Issuer (V2)": "https://gitlab.com",
	"Fulcio Build Signer URI": "https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main",
	"Fulcio Runner Environment": "gitlab-hosted",
	"Fulcio Source Repository URI": "https://gitlab.com/acme/shop",
	"Fulcio Source Repository Digest": commit,
	"Fulcio Source Repository Ref": "refs/heads/main",
	"Fulcio Source Repository Identifier": "51230417",
	"Fulcio Source Repository Owner Identifier": "9970",
	"Fulcio Build Config URI": "https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main",
	"Fulcio Build Trigger": "push",
	"Fulcio Run Invocation URI": "https://gitlab.com/acme/shop/-/jobs/6571842093",
}

gitlab_predicate := {
	"buildDefinition": {
		"buildType": "https://github.com/sluice-ci/sluice/blob/main/docs/buildtypes/gitlab/v1.md",
		"externalParameters": {"pipeline": {
			"ref": "refs/heads/main",
			"repository": "https://gitlab.com/acme/shop",
			"path": ".gitlab-ci.yml",
		}},
		"internalParameters": {"gitlab": {
			"pipeline_source": "push",
			"project_id": "51230417",
			"namespace_id": "9970",
			"ref_protected": true,
			"runner_environment": "gitlab-hosted",
		}},
		"resolvedDependencies": [{
			"uri": "git+https://gitlab.com/acme/shop@refs/heads/main",
			"digest": {"gitCommit": commit},
		}],
	},
	"runDetails": {
		"builder": {"id": "https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main"},
		"metadata": {
			"invocationId": "https://gitlab.com/acme/shop/-/jobs/6571842093",
			"startedOn": "2026-03-01T11:58:00Z",
			"finishedOn": "2026-03-01T12:00:00Z",
		},
	},
}

tekton_predicate := {
	"builder": {"id": "https://tekton.dev/chains/v2"},
	"buildType": "tekton.dev/v1/PipelineRun",
	"buildConfig": {"tasks": [
		{"name": "clone", "status": "Succeeded"},
		{"name": "build", "status": "Succeeded"},
	]},
	"materials": [{"uri": "git+https://git.example/acme/shop.git", "digest": {"sha1": commit}}],
	"metadata": {"buildStartedOn": "2026-03-01T11:50:00Z", "buildFinishedOn": "2026-03-01T11:59:00Z"},
}

github := secured("https://slsa.dev/provenance/v1", github_predicate, {"keyid": "", "metadata": github_certificate})

gitlab := secured("https://slsa.dev/provenance/v1", gitlab_predicate, {"keyid": "", "metadata": gitlab_certificate})

tekton := secured("https://slsa.dev/provenance/v0.2", tekton_predicate, {"keyid": "SHA256:chains"})

# An image with one attestation, signed as its attestation is.
secured(type, predicate, signature) := {
	"attestations": [attestation(type, predicate, signature)],
	"image": {"ref": image, "signatures": [signature]},
	"component_name": "shop",
	"policy_spec": {"sources": [{"policy": ["sluice://ci"]}]},
}

attestation(type, predicate, signature) := {
	"statement": {"_type": "https://in-toto.io/Statement/v1", "predicateType": type, "predicate": predicate},
	"signatures": [signature],
}

# The image with these changes (RFC 6902); paths of the provenance begin with /attestations/0/statement/predicate.
changed(secured_image, operations) := json.patch(secured_image, operations)

# The image with one member of its provenance replaced.
claiming(secured_image, path, value) := json.patch(secured_image, [{
	"op": "add",
	"path": sprintf("/attestations/0/statement/predicate/%s", [path]),
	"value": value,
}])

# The image with one member of the certificate of its provenance replaced; the image's own signature stays.
certified(secured_image, name, value) := json.patch(secured_image, [{
	"op": "add",
	"path": sprintf("/attestations/0/signatures/0/metadata/%s", [name]),
	"value": value,
}])

# The image with one more attestation.
attested(secured_image, type, predicate) := json.patch(secured_image, [{
	"op": "add",
	"path": "/attestations/-",
	"value": attestation(type, predicate, secured_image.image.signatures[0]),
}])

codes(results) := {result.code | some result in results}

messages(results) := {result.msg | some result in results}
