# SPDX-License-Identifier: Apache-2.0

package ci_scan_test

import data.ci_scan
import data.sluice.fixtures

scanned(time) := fixtures.attested(
	fixtures.github,
	"https://cosign.sigstore.dev/attestation/vuln/v1",
	{"scanner": {"uri": "https://scanner.example"}, "metadata": {"scanFinishedOn": time}},
)

found(image) := codes if {
	codes := fixtures.codes(ci_scan.deny) with input as image
		with data.config.policy.when_ns as fixtures.now
		with data.rule_data__configuration__.ci_require_scan as true
}

test_no_scan_is_needed_unless_asked_for if {
	ci_scan.deny == set() with input as fixtures.github
}

test_an_image_without_a_scan_is_refused_when_asked_for if {
	"ci_scan.present" in found(fixtures.github)
}

test_a_scan_of_today_passes if {
	found(scanned("2026-03-01T11:00:00Z")) == set()
}

test_an_old_scan_is_refused if {
	found(scanned("2026-01-29T11:00:00Z")) == {"ci_scan.recent"}
}

test_a_scan_in_the_future_or_of_no_time_is_refused if {
	every time in ["2026-03-02T11:00:00Z", "soon", ""] {
		found(scanned(time)) == {"ci_scan.recent"}
	}
}
