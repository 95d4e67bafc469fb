# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Runners
# description: The build ran on a machine that is made for one job and thrown away.
package ci_runner

import data.sluice.build
import data.sluice.results
import data.sluice.rule_data

# METADATA
# title: Runner is hosted
# description: >-
#   The certificate's Runner Environment is one of the rule data ci_runner_environments. On a runner of one's own a build
#   can leave something behind for the next.
# custom:
#   short_name: hosted
#   failure_msg: Expected a build on %s, found the runner environment %s
#   solution: >-
#     Build on a hosted runner, or add "self-hosted" to ci_runner_environments in the policy's ruleData when your runners
#     are fresh for each job.
#   collections: [github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [_, certificate] in build.certified
	environment := build.claim(certificate, "Runner Environment")
	accepted := rule_data.get("ci_runner_environments")
	not environment in accepted
	result := results.finding_about(
		rego.metadata.chain(),
		[results.listed(accepted), results.shown(environment)],
		environment,
	)
}
