# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: GitHub builds
# description: What only provenance of GitHub Actions says, and only GitHub's certificates repeat.
package github_build

import data.sluice.build
import data.sluice.criteria
import data.sluice.results
import data.sluice.rule_data

builds := [pair | some pair in build.certified; pair[0].kind == "github"]

# METADATA
# title: GitHub Actions built the image
# description: >-
#   Every provenance statement has GitHub's build type. Asked only where the policy includes @github or github_build; a
#   policy without such a criterion takes builds of every CI.
# custom:
#   short_name: expected
#   failure_msg: Expected an image built by GitHub Actions, found the build type %s
#   solution: Build with GitHub Actions, or include the collection of the CI that builds the image.
#   collections: [github]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	criteria.names("github")
	some found in build.checked
	found.kind != "github"
	result := results.finding(rego.metadata.chain(), [results.shown(found.build_type)])
}

# METADATA
# title: Provenance repeats the claims of GitHub
# description: >-
#   Event, repository id, owner id and runner environment under internalParameters.github are those of the certificate.
#   Ids stay when a repository is renamed and another takes its name.
# custom:
#   short_name: parameters
#   failure_msg: Expected internalParameters.github.%s to be %s as in the signing certificate, found %s
#   solution: Write the provenance with "sluice secure" or actions/attest-build-provenance in the job that builds.
#   collections: [github]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in builds
	some name, extension in {
		"event_name": "Build Trigger",
		"repository_id": "Source Repository Identifier",
		"repository_owner_id": "Source Repository Owner Identifier",
		"runner_environment": "Runner Environment",
	}
	expected := build.claim(certificate, extension)
	value := object.get(found.predicate, ["buildDefinition", "internalParameters", "github", name], "")
	not build.agree(value, expected)
	result := results.finding_about(
		rego.metadata.chain(),
		[name, results.shown(expected), results.shown(value)],
		name,
	)
}

# METADATA
# title: Event is accepted
# description: >-
#   The certificate's Build Trigger is one of the rule data ci_github_events. An event such as pull_request_target or
#   issue_comment runs on a protected branch, but with what a stranger wrote.
# custom:
#   short_name: event
#   failure_msg: Expected a run that one of the events %s started, found %s
#   solution: Release from a push, a tag or a dispatch; or add the event to ci_github_events in the policy's ruleData.
#   collections: [github]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [_, certificate] in builds
	event := build.claim(certificate, "Build Trigger")
	accepted := rule_data.get("ci_github_events")
	not event in accepted
	result := results.finding_about(rego.metadata.chain(), [results.listed(accepted), results.shown(event)], event)
}
