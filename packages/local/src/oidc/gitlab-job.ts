// SPDX-License-Identifier: Apache-2.0
import { type Claims, type Variables, withDefaults } from './claims.ts';

/**
 * The predefined variables of a job on GitLab.com: project `acme/shop`, branch `main`, started by a push. Values derived
 * from others (URLs, names) follow the overrides, so that `{ CI_PROJECT_PATH: 'a/b' }` gives one consistent job.
 */
export function gitlabVariables(overrides: Variables = {}): Record<string, string> {
  const base = withDefaults(independent, overrides);
  const tag = overrides['CI_COMMIT_TAG'];
  const ref = tag ?? base.CI_COMMIT_REF_NAME;
  const projectUrl = `${base.CI_SERVER_URL}/${base.CI_PROJECT_PATH}`;
  const host = new URL(base.CI_SERVER_URL).host;
  const slash = base.CI_PROJECT_PATH.lastIndexOf('/');
  const derived = {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_SERVER: 'yes',
    CI_SERVER_FQDN: host,
    CI_SERVER_HOST: host,
    CI_API_V4_URL: `${base.CI_SERVER_URL}/api/v4`,
    CI_PROJECT_URL: projectUrl,
    CI_PROJECT_NAME: base.CI_PROJECT_PATH.slice(slash + 1),
    CI_PROJECT_NAMESPACE: base.CI_PROJECT_PATH.slice(0, slash),
    CI_COMMIT_REF_NAME: ref,
    CI_COMMIT_REF_SLUG: ref.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    CI_COMMIT_SHORT_SHA: base.CI_COMMIT_SHA.slice(0, 8),
    ...(tag === undefined ? { CI_COMMIT_BRANCH: ref } : {}),
    CI_JOB_URL: `${projectUrl}/-/jobs/${base.CI_JOB_ID}`,
    CI_PIPELINE_URL: `${projectUrl}/-/pipelines/${base.CI_PIPELINE_ID}`,
    CI_REGISTRY_IMAGE: `registry.${host}/${base.CI_PROJECT_PATH}`,
  };
  return withDefaults({ ...base, ...derived }, overrides);
}

/** The claims that GitLab puts into an ID token of the job with these variables (GitLab, *ID token authentication*). */
export function gitlabClaims(given: Variables = {}): Claims {
  const job = gitlabVariables(given);
  const value = (name: string): string => job[name] ?? '';
  const refType = job['CI_COMMIT_TAG'] === undefined ? 'branch' : 'tag';
  const ref = value('CI_COMMIT_REF_NAME');
  const refPath = `refs/${refType === 'tag' ? 'tags' : 'heads'}/${ref}`;
  const path = value('CI_PROJECT_PATH');
  const namespacePath = value('CI_PROJECT_NAMESPACE');
  return {
    sub: `project_path:${path}:ref_type:${refType}:ref:${ref}`,
    namespace_id: value('CI_PROJECT_NAMESPACE_ID'),
    namespace_path: namespacePath,
    project_id: value('CI_PROJECT_ID'),
    project_path: path,
    job_project_id: value('CI_PROJECT_ID'),
    job_project_path: path,
    job_namespace_id: value('CI_PROJECT_NAMESPACE_ID'),
    job_namespace_path: namespacePath,
    user_id: value('GITLAB_USER_ID'),
    user_login: value('GITLAB_USER_LOGIN'),
    user_email: value('GITLAB_USER_EMAIL'),
    user_access_level: 'developer',
    user_identities: [],
    groups_direct: [namespacePath],
    pipeline_id: value('CI_PIPELINE_ID'),
    pipeline_source: value('CI_PIPELINE_SOURCE'),
    job_id: value('CI_JOB_ID'),
    ref,
    ref_type: refType,
    ref_path: refPath,
    ref_protected: value('CI_COMMIT_REF_PROTECTED'),
    ...environmentClaims(job),
    runner_id: Number(value('CI_RUNNER_ID')),
    runner_environment: value('CI_SERVER_URL') === 'https://gitlab.com' ? 'gitlab-hosted' : 'self-hosted',
    sha: value('CI_COMMIT_SHA'),
    ci_config_ref_uri: `${value('CI_SERVER_FQDN')}/${path}//${value('CI_CONFIG_PATH')}@${refPath}`,
    ci_config_sha: value('CI_COMMIT_SHA'),
    project_visibility: value('CI_PROJECT_VISIBILITY'),
  };
}

function environmentClaims(job: Readonly<Record<string, string>>): Claims {
  const environment = job['CI_ENVIRONMENT_NAME'];
  if (environment === undefined) return {};
  return {
    environment,
    environment_protected: 'false',
    deployment_tier: job['CI_ENVIRONMENT_TIER'] ?? 'production',
    environment_action: job['CI_ENVIRONMENT_ACTION'] ?? 'start',
  };
}

const independent = {
  CI_SERVER_NAME: 'GitLab',
  CI_SERVER_URL: 'https://gitlab.com',
  CI_SERVER_VERSION: '18.5.0',
  CI_PROJECT_ID: '51230417',
  CI_PROJECT_PATH: 'acme/shop',
  CI_PROJECT_NAMESPACE_ID: '9970',
  CI_PROJECT_VISIBILITY: 'public',
  CI_CONFIG_PATH: '.gitlab-ci.yml',
  CI_COMMIT_SHA: '6b8f1d0c2a9e4f573d61b0c8e7a52f94d3c1b06a',
  CI_COMMIT_REF_NAME: 'main',
  CI_COMMIT_REF_PROTECTED: 'true',
  CI_COMMIT_TIMESTAMP: '2026-01-15T09:58:31Z',
  CI_PIPELINE_ID: '1204558213',
  CI_PIPELINE_IID: '482',
  CI_PIPELINE_SOURCE: 'push',
  CI_PIPELINE_CREATED_AT: '2026-01-15T09:59:02Z',
  CI_JOB_ID: '6571842093',
  CI_JOB_NAME: 'secure',
  CI_JOB_STAGE: 'secure',
  CI_JOB_STARTED_AT: '2026-01-15T09:59:41Z',
  CI_RUNNER_ID: '12270807',
  CI_RUNNER_VERSION: '18.5.0',
  CI_RUNNER_EXECUTABLE_ARCH: 'linux/amd64',
  GITLAB_USER_ID: '4218376',
  GITLAB_USER_LOGIN: 'ada',
  GITLAB_USER_EMAIL: 'ada@acme.example',
} as const satisfies Record<string, string>;
