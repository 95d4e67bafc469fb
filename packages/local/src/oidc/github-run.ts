// SPDX-License-Identifier: Apache-2.0
import { type Claims, type Variables, withDefaults } from './claims.ts';

/**
 * The default variables of a run on GitHub.com: repository `acme/shop`, branch `main`, started by a push. Values derived
 * from others follow the overrides, so that `{ GITHUB_REPOSITORY: 'a/b' }` gives one consistent run.
 */
export function githubVariables(overrides: Variables = {}): Record<string, string> {
  const base = withDefaults(independent, overrides);
  const derived = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL:
      base.GITHUB_SERVER_URL === 'https://github.com' ? 'https://api.github.com' : `${base.GITHUB_SERVER_URL}/api/v3`,
    GITHUB_REPOSITORY_OWNER: base.GITHUB_REPOSITORY.slice(0, base.GITHUB_REPOSITORY.indexOf('/')),
    GITHUB_REF_NAME: base.GITHUB_REF.split('/').slice(2).join('/'),
    GITHUB_REF_TYPE: base.GITHUB_REF.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_WORKFLOW_REF: `${base.GITHUB_REPOSITORY}/.github/workflows/release.yml@${base.GITHUB_REF}`,
    GITHUB_WORKFLOW_SHA: base.GITHUB_SHA,
  };
  return withDefaults({ ...base, ...derived }, overrides);
}

/**
 * The claims that GitHub puts into an ID token of the run with these variables (GitHub, *OpenID Connect reference*). The
 * deployment environment of a job is in none of its variables, so it is given apart.
 */
export function githubClaims(given: Variables = {}, environment?: string): Claims {
  const run = githubVariables(given);
  const value = (name: string): string => run[name] ?? '';
  const repository = value('GITHUB_REPOSITORY');
  return {
    sub: subject(repository, value('GITHUB_EVENT_NAME'), value('GITHUB_REF'), environment),
    actor: value('GITHUB_ACTOR'),
    actor_id: value('GITHUB_ACTOR_ID'),
    base_ref: value('GITHUB_BASE_REF'),
    head_ref: value('GITHUB_HEAD_REF'),
    check_run_id: '48120551337',
    event_name: value('GITHUB_EVENT_NAME'),
    enterprise: 'acme',
    enterprise_id: '20413',
    ...(environment === undefined ? {} : { environment }),
    job_workflow_ref: value('GITHUB_WORKFLOW_REF'),
    job_workflow_sha: value('GITHUB_WORKFLOW_SHA'),
    ref: value('GITHUB_REF'),
    ref_protected: value('GITHUB_REF_PROTECTED'),
    ref_type: value('GITHUB_REF_TYPE'),
    repository,
    repository_id: value('GITHUB_REPOSITORY_ID'),
    repository_owner: value('GITHUB_REPOSITORY_OWNER'),
    repository_owner_id: value('GITHUB_REPOSITORY_OWNER_ID'),
    repository_visibility: 'public',
    run_id: value('GITHUB_RUN_ID'),
    run_number: value('GITHUB_RUN_NUMBER'),
    run_attempt: value('GITHUB_RUN_ATTEMPT'),
    runner_environment: value('RUNNER_ENVIRONMENT'),
    sha: value('GITHUB_SHA'),
    workflow: value('GITHUB_WORKFLOW'),
    workflow_ref: value('GITHUB_WORKFLOW_REF'),
    workflow_sha: value('GITHUB_WORKFLOW_SHA'),
  };
}

function subject(repository: string, event: string, ref: string, environment: string | undefined): string {
  if (environment !== undefined) return `repo:${repository}:environment:${environment}`;
  return event === 'pull_request' ? `repo:${repository}:pull_request` : `repo:${repository}:ref:${ref}`;
}

const independent = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_REPOSITORY_ID: '702518364',
  GITHUB_REPOSITORY_OWNER_ID: '98104233',
  GITHUB_SHA: '6b8f1d0c2a9e4f573d61b0c8e7a52f94d3c1b06a',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REF_PROTECTED: 'true',
  GITHUB_BASE_REF: '',
  GITHUB_HEAD_REF: '',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_WORKFLOW: 'release',
  GITHUB_JOB: 'secure',
  GITHUB_RUN_ID: '17420993511',
  GITHUB_RUN_NUMBER: '212',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_ACTOR: 'ada',
  GITHUB_ACTOR_ID: '5550119',
  RUNNER_ENVIRONMENT: 'github-hosted',
  RUNNER_OS: 'Linux',
  RUNNER_ARCH: 'X64',
} as const satisfies Record<string, string>;
