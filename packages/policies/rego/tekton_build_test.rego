# SPDX-License-Identifier: Apache-2.0

package tekton_build_test

import data.sluice.fixtures
import data.tekton_build

test_a_run_without_a_source_is_refused if {
	image := fixtures.claiming(
		fixtures.tekton,
		"materials",
		[{"uri": "oci://registry.example/task", "digest": {"sha256": "aa"}}],
	)
	{"Expected a git commit among the materials of the Tekton run, found \"oci://registry.example/task\""} == fixtures.messages(tekton_build.deny) with input as image
}

test_a_failed_task_is_refused if {
	image := fixtures.claiming(fixtures.tekton, "buildConfig/tasks/1/status", "Failed")
	some result in tekton_build.deny with input as image
	result.term == "build"
}

test_a_task_without_a_status_is_refused if {
	image := fixtures.changed(
		fixtures.tekton,
		[{"op": "remove", "path": "/attestations/0/statement/predicate/buildConfig/tasks/0/status"}],
	)
	{"tekton_build.tasks_succeeded"} == fixtures.codes(tekton_build.deny) with input as image
}
