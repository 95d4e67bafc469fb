# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Builds
# description: >-
#   The provenance attached to an image, each statement read into one shape whatever CI wrote it, with the certificates
#   that vouch for it. A member that is not there is "", so that a comparison with it fails instead of being skipped.
package sluice.build

import data.sluice.rule_data

provenance_v1 := "https://slsa.dev/provenance/v1"

provenance_v02 := "https://slsa.dev/provenance/v0.2"

# Each provenance statement of the image.
found := [read(attestation) |
	some attestation in input.attestations
	attestation.statement.predicateType in {provenance_v1, provenance_v02}
]

# What is checked: every provenance statement or, where there is none, one that says nothing and therefore fails.
checked := found if count(found) > 0

else := [read({})]

read(attestation) := build if {
	predicate := object.get(attestation, ["statement", "predicate"], {})
	build_type := first(predicate, [["buildDefinition", "buildType"], ["buildType"]])
	dependencies := list(predicate, [["buildDefinition", "resolvedDependencies"], ["materials"]])
	kind := kind_of(build_type)
	build := {
		"kind": kind,
		"predicate": predicate,
		"build_type": build_type,
		"builder": first(predicate, [["runDetails", "builder", "id"], ["builder", "id"]]),
		"invocation": first(predicate, [["runDetails", "metadata", "invocationId"], ["metadata", "buildInvocationId"]]),
		"started": first(predicate, [["runDetails", "metadata", "startedOn"], ["metadata", "buildStartedOn"]]),
		"finished": first(predicate, [["runDetails", "metadata", "finishedOn"], ["metadata", "buildFinishedOn"]]),
		"dependencies": dependencies,
		"workflow": workflow_of(kind, predicate),
		"certificates": certificates_of(attestation),
	}
}

# Which CI a build type belongs to. What a policy adds under ci_build_types is "other".
kind_of("https://actions.github.io/buildtypes/workflow/v1") := "github"

kind_of("https://github.com/sluice-ci/sluice/blob/main/docs/buildtypes/gitlab/v1.md") := "gitlab"

kind_of(build_type) := "tekton" if {
	some prefix in ["https://tekton.dev/chains/v2/", "tekton.dev/"]
	startswith(build_type, prefix)
}

kind_of(build_type) := "other" if {
	not startswith(build_type, "https://tekton.dev/chains/v2/")
	not startswith(build_type, "tekton.dev/")
	not build_type in {
		"https://actions.github.io/buildtypes/workflow/v1",
		"https://github.com/sluice-ci/sluice/blob/main/docs/buildtypes/gitlab/v1.md",
	}
}

# Repository, ref and path of the pipeline's definition, as the provenance names them.
workflow_of("github", predicate) := workflow(object.get(
	predicate,
	["buildDefinition", "externalParameters", "workflow"],
	{},
))

workflow_of("gitlab", predicate) := workflow(object.get(
	predicate,
	["buildDefinition", "externalParameters", "pipeline"],
	{},
))

workflow_of(kind, _) := workflow({}) if not kind in {"github", "gitlab"}

workflow(parameters) := {name: object.get(parameters, name, "") | some name in ["repository", "ref", "path"]}

# The certificate of each signature, as its metadata; {} for a signature by key, and for no signature at all.
certificates_of(attestation) := metadata if {
	signatures := list(attestation, [["signatures"]])
	count(signatures) > 0
	metadata := [object.get(signature, "metadata", {}) | some signature in signatures]
}

else := [{}]

# One extension of a certificate, by its name without "Fulcio".
claim(certificate, name) := object.get(certificate, sprintf("Fulcio %s", [name]), "")

# Builds with each of their certificates, as far as a certificate has to vouch for them: all but what Tekton Chains signs
# by key or in its own name. A statement that calls itself Tekton's but was signed by a CI job is held to the job.
certified := [[build, certificate] |
	some build in checked
	some certificate in build.certificates
	vouched(build, certificate)
]

vouched(build, _) if build.kind != "tekton"

vouched(_, certificate) if claim(certificate, "Build Signer URI") != ""

# Both say the same, and say something.
agree(a, b) if {
	a == b
	a != ""
}

# Commits of the sources that went into a build, by their address.
commits(build) := {[uri, commit] |
	some dependency in build.dependencies
	uri := object.get(dependency, "uri", "")
	digests := object.get(dependency, "digest", {})
	some algorithm in ["gitCommit", "sha1"]
	commit := object.get(digests, algorithm, "")
	commit != ""
}

matches(value, patterns) if {
	some pattern in patterns
	glob.match(pattern, ["/"], value)
}

# The first of these places that holds text.
first(document, paths) := texts[0] if {
	texts := [value |
		some path in paths
		value := object.get(document, path, "")
		is_string(value)
		value != ""
	]
	count(texts) > 0
}

else := ""

# The first of these places that holds a list with something in it.
list(document, paths) := lists[0] if {
	lists := [value |
		some path in paths
		value := object.get(document, path, [])
		is_array(value)
		count(value) > 0
	]
	count(lists) > 0
}

else := []

# The effective time, in nanoseconds.
default now := 0

now := data.config.policy.when_ns

# How far two clocks may disagree, in nanoseconds.
slack := rule_data.get("ci_time_slack_seconds") * 1000000000
