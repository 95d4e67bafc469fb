# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Times
# description: >-
#   The times that provenance claims fit together, the certificate and the clock: started, then finished, then signed,
#   and nothing in the future. Provenance that claims no times is not held to them.
package ci_times

import data.sluice.build
import data.sluice.results

# METADATA
# title: Times can be read
# description: startedOn and finishedOn are RFC 3339 times where they are given.
# custom:
#   short_name: readable
#   failure_msg: 'Expected %s to be a time such as 2026-01-02T03:04:05Z, found %s'
#   solution: Write the provenance with "sluice secure", or correct the tool that writes it.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	some [name, text] in claimed(found)
	not time.parse_rfc3339_ns(text)
	result := results.finding(rego.metadata.chain(), [name, results.shown(text)])
}

claimed(found) := [[name, text] |
	some [name, text] in [["startedOn", found.started], ["finishedOn", found.finished]]
	text != ""
]

# METADATA
# title: The build began before it ended
# description: startedOn is not after finishedOn.
# custom:
#   short_name: order
#   failure_msg: Expected startedOn not to be after finishedOn, found %s and %s
#   solution: Let the CI say when the job began; look at the clock of the runner.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	time.parse_rfc3339_ns(found.started) > time.parse_rfc3339_ns(found.finished)
	result := results.finding(rego.metadata.chain(), [found.started, found.finished])
}

# METADATA
# title: The build ended before it was signed
# description: >-
#   startedOn and finishedOn are not after the certificate's Not Before, give or take the rule data
#   ci_time_slack_seconds: a certificate is made when the job signs.
# custom:
#   short_name: before_signing
#   failure_msg: Expected %s not to be after the signing certificate's time %s, found %s
#   solution: Write the provenance before it is signed, on a runner whose clock is right.
#   collections: [minimal, github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in build.certified
	some [name, text] in claimed(found)
	signed := object.get(certificate, "Not Before", "")
	late(text, signed)
	result := results.finding(rego.metadata.chain(), [name, results.shown(signed), text])
}

late(text, signed) if time.parse_rfc3339_ns(text) > time.parse_rfc3339_ns(signed) + build.slack

# Without a readable certificate time nothing shows that the build came first.
late(_, signed) if not time.parse_rfc3339_ns(signed)

# METADATA
# title: The build is not in the future
# description: startedOn and finishedOn are not after the effective time, give or take ci_time_slack_seconds.
# custom:
#   short_name: future
#   failure_msg: Expected %s not to be after %s, found %s
#   solution: Look at the clock of the runner that wrote the provenance.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	some [name, text] in claimed(found)
	time.parse_rfc3339_ns(text) > build.now + build.slack
	result := results.finding(rego.metadata.chain(), [name, time.format(build.now), text])
}
