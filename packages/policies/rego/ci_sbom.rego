# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: SBOM
# description: A bill of materials, where the policy asks for one with the rule data ci_require_sbom.
package ci_sbom

import data.sluice.results
import data.sluice.rule_data

types := ["https://spdx.dev/Document", "https://cyclonedx.org/bom"]

boms := [attestation.statement |
	some attestation in input.attestations
	some type in types
	startswith(attestation.statement.predicateType, type)
]

# METADATA
# title: SBOM is present
# description: With the rule data ci_require_sbom, an SPDX or CycloneDX document is attached as a signed attestation.
# custom:
#   short_name: present
#   failure_msg: Expected an SBOM among the verified attestations, found %s
#   solution: Attach one, "sluice attest --predicate sbom.json --type cyclonedx IMAGE" (or spdxjson).
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	rule_data.get("ci_require_sbom") != false
	count(boms) == 0
	found := {object.get(attestation, ["statement", "predicateType"], "") | some attestation in input.attestations}
	result := results.finding(rego.metadata.chain(), [results.listed(found)])
}

# METADATA
# title: SBOM is not empty
# description: With the rule data ci_require_sbom, every SBOM lists at least one package or component.
# custom:
#   short_name: not_empty
#   failure_msg: Expected the SBOM of type %s to list packages or components, found none
#   solution: Look at the tool that wrote the SBOM; it may have looked at an empty folder instead of the image.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_sbom.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	rule_data.get("ci_require_sbom") != false
	some bom in boms
	not lists_something(bom.predicate)
	result := results.finding(rego.metadata.chain(), [bom.predicateType])
}

lists_something(predicate) if {
	some name in ["packages", "components"]
	count(predicate[name]) > 0
}

# cosign wraps an SPDX document that is not JSON as text.
lists_something(predicate) if contains(predicate, "PackageName:")
