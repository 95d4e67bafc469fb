# SPDX-License-Identifier: Apache-2.0

package ci_runner_test

import data.ci_runner
import data.sluice.fixtures

test_a_self_hosted_runner_is_refused if {
	image := fixtures.certified(fixtures.github, "Fulcio Runner Environment", "self-hosted")
	{"Expected a build on \"github-hosted\", \"gitlab-hosted\", found the runner environment \"self-hosted\""} == fixtures.messages(ci_runner.deny) with input as image
}

test_a_policy_may_allow_self_hosted_runners if {
	image := fixtures.certified(fixtures.github, "Fulcio Runner Environment", "self-hosted")
	ci_runner.deny == set() with input as image
		with data.rule_data__configuration__.ci_runner_environments as ["self-hosted"]
}
