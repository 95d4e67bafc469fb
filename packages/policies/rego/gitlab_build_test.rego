# SPDX-License-Identifier: Apache-2.0

package gitlab_build_test

import data.gitlab_build
import data.sluice.fixtures

test_a_claim_of_gitlab_that_the_certificate_does_not_repeat_is_refused if {
	every name in ["pipeline_source", "project_id", "namespace_id", "runner_environment"] {
		path := sprintf("buildDefinition/internalParameters/gitlab/%s", [name])
		{name} == {result.term | some result in gitlab_build.deny} with input as fixtures.claiming(fixtures.gitlab, path, "other")
	}
}

test_a_pipeline_of_a_merge_request_is_refused if {
	image := fixtures.claiming(
		fixtures.certified(fixtures.gitlab, "Fulcio Build Trigger", "merge_request_event"),
		"buildDefinition/internalParameters/gitlab/pipeline_source",
		"merge_request_event",
	)
	{"gitlab_build.pipeline_source"} == fixtures.codes(gitlab_build.deny) with input as image
}

test_a_ref_that_is_not_protected_or_not_known_to_be_is_refused if {
	every value in [false, "true", null] {
		image := fixtures.claiming(fixtures.gitlab, "buildDefinition/internalParameters/gitlab/ref_protected", value)
		{"gitlab_build.ref_protected"} == fixtures.codes(gitlab_build.deny) with input as image
	}
	silent := fixtures.changed(fixtures.gitlab, [{
		"op": "remove",
		"path": "/attestations/0/statement/predicate/buildDefinition/internalParameters/gitlab/ref_protected",
	}])
	{"gitlab_build.ref_protected"} == fixtures.codes(gitlab_build.deny) with input as silent
}

test_a_policy_wide_collection_asks_too if {
	image := json.patch(fixtures.github, [{
		"op": "add",
		"path": "/policy_spec/configuration",
		"value": {"collections": ["gitlab"]},
	}])
	{"gitlab_build.expected"} == fixtures.codes(gitlab_build.deny) with input as image
}

test_every_way_to_include_asks if {
	every asked in [
		{"configuration": {"include": ["gitlab_build"]}},
		{"sources": [{"volatileConfig": {"include": [{"value": "@gitlab"}]}}]},
		{"sources": [{}, {"config": {"include": ["@gitlab", "ci_ref.protected:refs/heads/main"]}}]},
	] {
		image := object.union(fixtures.github, {"policy_spec": asked})
		{"gitlab_build.expected"} == fixtures.codes(gitlab_build.deny) with input as image
	}
}
