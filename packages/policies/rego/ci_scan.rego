# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Scan
# description: A vulnerability scan, where the policy asks for one with the rule data ci_require_scan.
package ci_scan

import data.sluice.build
import data.sluice.results
import data.sluice.rule_data

types := ["https://cosign.sigstore.dev/attestation/vuln/v1", "https://in-toto.io/attestation/vulns/"]

scans := [attestation.statement |
	some attestation in input.attestations
	some type in types
	startswith(attestation.statement.predicateType, type)
]

# METADATA
# title: Scan is present
# description: With the rule data ci_require_scan, the report of a vulnerability scan is attached as a signed attestation.
# custom:
#   short_name: present
#   failure_msg: Expected a vulnerability scan among the verified attestations, found %s
#   solution: Scan the image and attach the report, "sluice attest --predicate scan.json --type vuln IMAGE".
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	rule_data.get("ci_require_scan") != false
	count(scans) == 0
	found := {object.get(attestation, ["statement", "predicateType"], "") | some attestation in input.attestations}
	result := results.finding(rego.metadata.chain(), [results.listed(found)])
}

# METADATA
# title: Scan is recent
# description: >-
#   With the rule data ci_require_scan, one scan ended not longer ago than ci_scan_max_age_days, and not in the future.
# custom:
#   short_name: recent
#   failure_msg: Expected a scan of the last %v days, found scans that ended %s
#   solution: Scan the image again and attach the report.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_scan.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	rule_data.get("ci_require_scan") != false
	not recently_scanned
	result := results.finding(
		rego.metadata.chain(),
		[rule_data.get("ci_scan_max_age_days"), results.listed([ended(scan) | some scan in scans])],
	)
}

recently_scanned if {
	some scan in scans
	at := time.parse_rfc3339_ns(ended(scan))
	at <= build.now + build.slack
	at + ((rule_data.get("ci_scan_max_age_days") * 86400) * 1000000000) >= build.now
}

ended(scan) := object.get(scan.predicate, ["metadata", "scanFinishedOn"], "")
