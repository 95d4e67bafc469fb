# SPDX-License-Identifier: Apache-2.0

package ci_times_test

import data.ci_times
import data.sluice.fixtures

found(image) := codes if {
	codes := fixtures.codes(ci_times.deny) with input as image with data.config.policy.when_ns as fixtures.now
}

test_a_build_that_began_after_it_ended_is_refused if {
	image := fixtures.claiming(fixtures.github, "runDetails/metadata/startedOn", "2026-03-01T12:00:01Z")
	found(image) == {"ci_times.order"}
}

test_a_build_that_ended_after_it_was_signed_is_refused if {
	image := fixtures.certified(fixtures.github, "Not Before", "2026-03-01T11:54:59Z")
	found(image) == {"ci_times.before_signing"}
}

test_clocks_may_disagree_a_little if {
	image := fixtures.certified(fixtures.github, "Not Before", "2026-03-01T11:55:00Z")
	found(image) == set()
}

test_the_policy_says_how_little if {
	image := fixtures.certified(fixtures.github, "Not Before", "2026-03-01T11:55:00Z")
	codes := fixtures.codes(ci_times.deny) with input as image
		with data.config.policy.when_ns as fixtures.now
		with data.rule_data__configuration__.ci_time_slack_seconds as 1
	codes == {"ci_times.before_signing"}
}

test_a_build_in_the_future_is_refused if {
	image := fixtures.claiming(fixtures.tekton, "metadata/buildFinishedOn", "2026-03-01T12:05:31Z")
	found(image) == {"ci_times.future"}
}

test_a_time_that_cannot_be_read_is_refused if {
	image := fixtures.claiming(fixtures.tekton, "metadata/buildStartedOn", "yesterday")
	found(image) == {"ci_times.readable"}
}

test_a_certificate_without_a_time_is_refused if {
	image := fixtures.changed(fixtures.github, [{"op": "remove", "path": "/attestations/0/signatures/0/metadata/Not Before"}])
	found(image) == {"ci_times.before_signing"}
}

test_provenance_may_claim_no_times if {
	image := fixtures.changed(fixtures.github, [
		{"op": "remove", "path": "/attestations/0/statement/predicate/runDetails/metadata/startedOn"},
		{"op": "remove", "path": "/attestations/0/statement/predicate/runDetails/metadata/finishedOn"},
	])
	found(image) == set()
}

test_without_an_effective_time_every_build_is_in_the_future if {
	"ci_times.future" in fixtures.codes(ci_times.deny) with input as fixtures.github
}
