# SPDX-License-Identifier: Apache-2.0

package github_build_test

import data.github_build
import data.sluice.fixtures

test_a_claim_of_github_that_the_certificate_does_not_repeat_is_refused if {
	every name in ["event_name", "repository_id", "repository_owner_id", "runner_environment"] {
		path := sprintf("buildDefinition/internalParameters/github/%s", [name])
		{name} == {result.term | some result in github_build.deny} with input as fixtures.claiming(fixtures.github, path, "other")
	}
}

test_claims_that_are_left_out_are_refused if {
	image := fixtures.claiming(fixtures.github, "buildDefinition/internalParameters", {})
	count(github_build.deny) == 4 with input as image
}

test_a_run_that_a_stranger_can_start_is_refused if {
	every event in ["pull_request_target", "issue_comment", "workflow_run"] {
		image := fixtures.claiming(
			fixtures.certified(fixtures.github, "Fulcio Build Trigger", event),
			"buildDefinition/internalParameters/github/event_name",
			event,
		)
		{"github_build.event"} == fixtures.codes(github_build.deny) with input as image
	}
}

test_a_build_of_gitlab_is_refused_where_github_is_asked_for if {
	image := json.patch(fixtures.gitlab, [{
		"op": "add",
		"path": "/policy_spec/sources/0/config",
		"value": {"include": ["github_build.event"]},
	}])
	{"github_build.expected"} == fixtures.codes(github_build.deny) with input as image
}

test_builds_of_gitlab_are_none_of_its_business_otherwise if {
	github_build.deny == set() with input as fixtures.gitlab
}
