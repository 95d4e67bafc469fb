// SPDX-License-Identifier: Apache-2.0

/** GitHub's own build type for Actions workflows (github.com/actions/buildtypes, workflow/v1). */
export const githubBuildType = 'https://actions.github.io/buildtypes/workflow/v1';

/** Our build type for GitLab pipelines; the address is the page that defines it. */
export const gitlabBuildType = 'https://github.com/sluice-ci/sluice/blob/main/docs/buildtypes/gitlab/v1.md';

/** The events for which GitHub's build type is defined; another event's top-level inputs may be missing from it. */
export const githubBuildTypeEvents: readonly string[] = ['create', 'release', 'push', 'workflow_dispatch'];
