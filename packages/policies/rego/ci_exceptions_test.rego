# SPDX-License-Identifier: Apache-2.0

package ci_exceptions_test

import data.ci_exceptions
import data.sluice.fixtures

exception := {"value": "ci_runner.hosted", "effectiveUntil": "2026-04-01T00:00:00Z", "reference": "SEC-12"}

accounts := {"SEC-12": {"owner": "team-build@acme.example", "reason": "hosted runners lack the GPU"}}

excepted(changes) := fixtures.changed(fixtures.github, [{
	"op": "add",
	"path": "/policy_spec/sources/0/volatileConfig",
	"value": {"exclude": [object.union(exception, changes)]},
}])

denied(changes) := result if {
	result := ci_exceptions.deny with input as excepted(changes)
		with data.config.policy.when_ns as fixtures.now
		with data.rule_data__configuration__.ci_exceptions as accounts
}

warned(changes) := result if {
	result := ci_exceptions.warn with input as excepted(changes)
		with data.config.policy.when_ns as fixtures.now
		with data.rule_data__configuration__.ci_exceptions as accounts
}

test_an_exception_is_listed_with_its_end_reason_and_owner if {
	denied({}) == set()
	{concat("", [
		"ci_runner.hosted is excepted until 2026-04-01T00:00:00Z: ",
		"hosted runners lack the GPU (team-build@acme.example, SEC-12)",
	])} == fixtures.messages(warned({}))
}

test_an_exception_without_an_end_is_refused if {
	{"Expected the exception \"ci_runner.hosted\" to have an end (effectiveUntil), found none"} == fixtures.messages(denied({"effectiveUntil": ""}))
	warned({"effectiveUntil": ""}) == set()
}

test_an_exception_that_nobody_answers_for_is_refused if {
	count(denied({"reference": "SEC-13"})) == 2
	count(denied({"reference": ""})) == 2
}

test_an_exception_that_has_begun_is_listed if {
	every begin in ["2026-03-01", "2026-03-01T12:00:30Z", ""] {
		count(warned({"effectiveOn": begin})) == 1
	}
}

test_an_exception_that_has_ended_or_not_begun_is_none if {
	every changes in [{"effectiveUntil": "2026-02-01"}, {"effectiveOn": "2026-03-02"}] {
		denied(changes) == set()
		warned(changes) == set()
	}
}

test_an_exception_of_another_image_is_none if {
	every changes in [{"imageUrl": "registry.example/acme/other"}, {"componentNames": ["other"]}, {"imageRef": "sha256:bbbb"}] {
		warned(changes) == set()
	}
}

test_an_exception_of_this_image_is_listed if {
	digest := split(fixtures.image, "@")[1]
	every changes in [{"imageUrl": "registry.example/acme/shop"}, {"componentNames": ["shop"]}, {"imageDigest": digest}] {
		count(warned(changes)) == 1
	}
}
