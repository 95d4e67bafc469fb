# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Provenance
# description: There is provenance, of a kind and from a builder that the policy accepts.
package ci_provenance

import data.sluice.build
import data.sluice.results
import data.sluice.rule_data

# METADATA
# title: Provenance is present
# description: At least one signed SLSA provenance statement (v1 or v0.2) is attached to the image.
# custom:
#   short_name: present
#   failure_msg: Expected SLSA provenance among the verified attestations of the image, found %s
#   solution: >-
#     Run "sluice secure" in the job that builds the image. Attestations that could not be verified are left out and
#     named in the report.
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	count(build.found) == 0
	types := {type |
		some attestation in input.attestations
		type := object.get(attestation, ["statement", "predicateType"], "")
	}
	result := results.finding(rego.metadata.chain(), [results.listed(types)])
}

# METADATA
# title: Build type is accepted
# description: >-
#   Every provenance statement has a build type of the rule data ci_build_types, so that the other rules know what its
#   fields mean.
# custom:
#   short_name: build_type
#   failure_msg: 'Expected provenance of one of the build types %s, found %s'
#   solution: >-
#     Write the provenance with "sluice secure", or add the build type to ci_build_types in the policy's ruleData.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	accepted := rule_data.get("ci_build_types")
	not found.build_type in accepted
	result := results.finding_about(
		rego.metadata.chain(),
		[results.listed(accepted), results.shown(found.build_type)],
		found.build_type,
	)
}

# METADATA
# title: Builder is accepted
# description: >-
#   The builder of every provenance statement is one of the rule data ci_builders (patterns: * stays within a path
#   segment, ** does not). Without ci_builders any builder passes that the signing certificate names, and for Tekton
#   those of ci_tekton_builders.
# custom:
#   short_name: builder
#   failure_msg: Expected the builder to be %s, found %s
#   solution: >-
#     Build with an accepted workflow, pipeline or Tekton Chains, or add the builder to ci_builders in the policy's
#     ruleData.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	accepted := accepted_builders(found)
	not build.matches(found.builder, accepted)
	result := results.finding_about(
		rego.metadata.chain(),
		[wanted(accepted), results.shown(found.builder)],
		found.builder,
	)
}

# Any id but an empty one.
named := ["?**"]

wanted(accepted) := "named" if accepted == named

else := sprintf("one of %s", [results.listed(accepted)])

accepted_builders(found) := builders if {
	builders := rule_data.get("ci_builders")
	count(builders) > 0
}

else := rule_data.get("ci_tekton_builders") if found.kind == "tekton"

else := named
