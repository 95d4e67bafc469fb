# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: GitLab builds
# description: What only provenance of GitLab CI says, and only GitLab's certificates repeat.
package gitlab_build

import data.sluice.build
import data.sluice.criteria
import data.sluice.results
import data.sluice.rule_data

builds := [pair | some pair in build.certified; pair[0].kind == "gitlab"]

# METADATA
# title: GitLab CI built the image
# description: >-
#   Every provenance statement has the build type of GitLab pipelines. Asked only where the policy includes @gitlab or
#   gitlab_build; a policy without such a criterion takes builds of every CI.
# custom:
#   short_name: expected
#   failure_msg: Expected an image built by GitLab CI, found the build type %s
#   solution: Build with GitLab CI, or include the collection of the CI that builds the image.
#   collections: [gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	criteria.names("gitlab")
	some found in build.checked
	found.kind != "gitlab"
	result := results.finding(rego.metadata.chain(), [results.shown(found.build_type)])
}

# METADATA
# title: Provenance repeats the claims of GitLab
# description: >-
#   Pipeline source, project id, namespace id and runner environment under internalParameters.gitlab are those of the
#   certificate. Ids stay when a project is renamed and another takes its path.
# custom:
#   short_name: parameters
#   failure_msg: Expected internalParameters.gitlab.%s to be %s as in the signing certificate, found %s
#   solution: Write the provenance with "sluice secure" in the job that builds.
#   collections: [gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in builds
	some name, extension in {
		"pipeline_source": "Build Trigger",
		"project_id": "Source Repository Identifier",
		"namespace_id": "Source Repository Owner Identifier",
		"runner_environment": "Runner Environment",
	}
	expected := build.claim(certificate, extension)
	value := parameter(found, name)
	not build.agree(value, expected)
	result := results.finding_about(
		rego.metadata.chain(),
		[name, results.shown(expected), results.shown(value)],
		name,
	)
}

parameter(found, name) := object.get(found.predicate, ["buildDefinition", "internalParameters", "gitlab", name], "")

# METADATA
# title: Pipeline source is accepted
# description: >-
#   The certificate's Build Trigger is one of the rule data ci_gitlab_pipeline_sources. A merge request's pipeline runs
#   what is not merged yet.
# custom:
#   short_name: pipeline_source
#   failure_msg: Expected a pipeline that one of %s started, found %s
#   solution: Release from a branch or tag pipeline; or add the source to ci_gitlab_pipeline_sources in ruleData.
#   collections: [gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [_, certificate] in builds
	source := build.claim(certificate, "Build Trigger")
	accepted := rule_data.get("ci_gitlab_pipeline_sources")
	not source in accepted
	result := results.finding_about(rego.metadata.chain(), [results.listed(accepted), results.shown(source)], source)
}

# METADATA
# title: GitLab says that the ref is protected
# description: internalParameters.gitlab.ref_protected, which "sluice secure" takes from the job's identity token, is true.
# custom:
#   short_name: ref_protected
#   failure_msg: Expected internalParameters.gitlab.ref_protected to be true, found %s
#   solution: Protect the branch or tag in the project's settings (Repository), then build again.
#   collections: [gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, _] in builds
	value := parameter(found, "ref_protected")
	value != true
	result := results.finding(rego.metadata.chain(), [results.shown(value)])
}
