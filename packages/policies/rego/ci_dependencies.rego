# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Dependencies
# description: What the build took in.
package ci_dependencies

import data.sluice.build
import data.sluice.results
import data.sluice.rule_data

# METADATA
# title: Required data sets were used
# description: >-
#   Each data set of the rule data ci_data_sets is a resolved dependency (or material) of every build, with a digest. An
#   entry is a URI such as oci://registry.example/data/train, or {uri, digest} where one version is demanded.
# custom:
#   short_name: data_sets
#   failure_msg: Expected the data set %s among the resolved dependencies, found %s
#   solution: >-
#     Name the data set when the provenance is written, "sluice secure --dependency URI@sha256:DIGEST"; or correct
#     ci_data_sets in the policy's ruleData.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	some wanted in rule_data.get("ci_data_sets")
	not used(found, wanted)
	uris := [named(dependency) | some dependency in found.dependencies]
	result := results.finding_about(rego.metadata.chain(), [results.shown(uri_of(wanted)), results.listed(uris)], uri_of(wanted))
}

used(found, wanted) if {
	some dependency in found.dependencies
	object.get(dependency, "uri", "") == uri_of(wanted)
	digest := object.get(dependency, ["digest", "sha256"], "")
	digest != ""
	digest_fits(wanted, digest)
}

uri_of(wanted) := wanted if is_string(wanted)

else := wanted.uri if is_string(wanted.uri)

else := json.marshal(wanted)

digest_fits(wanted, _) if is_string(wanted)

digest_fits(wanted, digest) if wanted.digest == sprintf("sha256:%s", [digest])

named(dependency) := sprintf("%s@sha256:%s", [object.get(dependency, "uri", ""), digest]) if {
	digest := dependency.digest.sha256
}

else := object.get(dependency, "uri", "")
