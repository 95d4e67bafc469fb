# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Rule data
# description: What a policy sets under ruleData, and what holds where it sets nothing.
package sluice.rule_data

# The names begin with ci_, so that they can stand beside the rule data of other policies.
defaults := {
	"ci_build_types": [
		"https://actions.github.io/buildtypes/workflow/v1",
		"https://github.com/sluice-ci/sluice/blob/main/docs/buildtypes/gitlab/v1.md",
		"https://tekton.dev/chains/v2/slsa",
		"https://tekton.dev/chains/v2/slsa-tekton",
		"tekton.dev/v1beta1/PipelineRun",
		"tekton.dev/v1beta1/TaskRun",
		"tekton.dev/v1/PipelineRun",
		"tekton.dev/v1/TaskRun",
	],
	"ci_builders": [],
	"ci_tekton_builders": ["https://tekton.dev/chains/v2"],
	"ci_protected_refs": ["refs/heads/main", "refs/heads/master"],
	"ci_runner_environments": ["github-hosted", "gitlab-hosted"],
	"ci_github_events": ["push", "create", "release", "workflow_dispatch", "schedule"],
	"ci_gitlab_pipeline_sources": ["push", "web", "schedule", "api", "trigger", "pipeline", "parent_pipeline"],
	"ci_time_slack_seconds": 300,
	"ci_data_sets": [],
	"ci_require_sbom": false,
	"ci_require_scan": false,
	"ci_scan_max_age_days": 30,
	"ci_exceptions": {},
}

# Where rule data is looked for, in this order; the first that has the key counts, whatever its value.
given := array.concat(array.concat(configured, custom), plain)

default configured := []

configured := [data.rule_data__configuration__]

default custom := []

custom := [data.rule_data_custom]

default plain := []

plain := [data.rule_data]

get(key) := found[0] if {
	found := [value |
		some place in array.concat(given, [defaults])
		value := place[key]
	]
}
