# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Tekton builds
# description: What provenance of Tekton Chains must say beyond that of any build.
package tekton_build

import data.sluice.build
import data.sluice.criteria
import data.sluice.results

# METADATA
# title: Tekton built the image
# description: >-
#   Every provenance statement has a build type of Tekton Chains. Asked only where the policy includes @tekton or
#   tekton_build; a policy without such a criterion takes builds of every CI.
# custom:
#   short_name: expected
#   failure_msg: Expected an image built by Tekton, found the build type %s
#   solution: Build with Tekton, or include the collection of the CI that builds the image.
#   collections: [tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	criteria.names("tekton")
	some found in build.checked
	found.kind != "tekton"
	result := results.finding(rego.metadata.chain(), [results.shown(found.build_type)])
}

# METADATA
# title: Source is known
# description: >-
#   Provenance of a Tekton run names at least one git commit among its materials or resolved dependencies.
# custom:
#   short_name: source
#   failure_msg: Expected a git commit among the materials of the Tekton run, found %s
#   solution: >-
#     Let the pipeline or task give the results CHAINS-GIT_URL and CHAINS-GIT_COMMIT, from which Tekton Chains takes the
#     source.
#   collections: [tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	found.kind == "tekton"
	count(build.commits(found)) == 0
	uris := {object.get(dependency, "uri", "") | some dependency in found.dependencies}
	result := results.finding(rego.metadata.chain(), [results.listed(uris)])
}

# METADATA
# title: Tasks succeeded
# description: No task that the provenance lists ended otherwise than with success.
# custom:
#   short_name: tasks_succeeded
#   failure_msg: Expected the task %s to have succeeded, found %s
#   solution: Look at the task's log and run the pipeline again; a result of a failed run is not to be released.
#   collections: [tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	found.kind == "tekton"
	some task in build.list(found.predicate, [["buildConfig", "tasks"]])
	status := object.get(task, "status", "")
	not status in {"Succeeded", "Completed"}
	name := object.get(task, "name", "")
	result := results.finding_about(rego.metadata.chain(), [results.shown(name), results.shown(status)], name)
}
