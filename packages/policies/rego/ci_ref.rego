# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Refs
# description: What is released was built from a ref that not everybody can write to.
package ci_ref

import data.sluice.build
import data.sluice.results
import data.sluice.rule_data

# METADATA
# title: Ref is protected
# description: >-
#   The git ref that the certificate names matches one of the rule data ci_protected_refs (patterns: * stays within a
#   path segment, ** does not). Keep the list equal to what the forge protects: no certificate says what is protected.
# custom:
#   short_name: protected
#   failure_msg: Expected a build of a protected ref (%s), found %s
#   solution: Build from a protected branch or tag, or name the ref in ci_protected_refs in the policy's ruleData.
#   collections: [github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [_, certificate] in build.certified
	ref := build.claim(certificate, "Source Repository Ref")
	protected := rule_data.get("ci_protected_refs")
	not build.matches(ref, protected)
	result := results.finding_about(rego.metadata.chain(), [results.listed(protected), results.shown(ref)], ref)
}
