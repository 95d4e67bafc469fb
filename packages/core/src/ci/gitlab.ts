// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { GitLabContext } from './ci-context.ts';
import { type CrossCheck, claimText, crossCheck, fact, optionalFact } from './cross-check.ts';
import type { Claims, IdentityToken } from './identity-token.ts';
import { contextSource, readVisibility, refuseForeignIssuer } from './issuer.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Claims of GitLab's token beside the variables that repeat them (GitLab docs, ID token authentication). */
const pairs: readonly CrossCheck[] = [
  ['project_path', 'CI_PROJECT_PATH'],
  ['project_id', 'CI_PROJECT_ID'],
  ['namespace_id', 'CI_PROJECT_NAMESPACE_ID'],
  ['sha', 'CI_COMMIT_SHA'],
  ['ref', 'CI_COMMIT_REF_NAME'],
  ['ref_protected', 'CI_COMMIT_REF_PROTECTED'],
  ['pipeline_id', 'CI_PIPELINE_ID'],
  ['pipeline_source', 'CI_PIPELINE_SOURCE'],
  ['job_id', 'CI_JOB_ID'],
  ['runner_id', 'CI_RUNNER_ID'],
  ['project_visibility', 'CI_PROJECT_VISIBILITY'],
];

/** What GitLab CI says about the job: the token's claims where there is one, else its variables. */
export function readGitLab(env: Env, token: IdentityToken | undefined, oidcIssuer: string | undefined): GitLabContext {
  const serverUrl = fact(undefined, env, 'CI_SERVER_URL', 'CI_SERVER_URL').replace(/\/$/, '');
  const claims = token?.claims;
  if (claims !== undefined) {
    refuseForeignIssuer(claims.iss, (iss) => iss === serverUrl, oidcIssuer);
    crossCheck(claims, env, pairs);
  }
  const repository = fact(claims, env, 'project_path', 'CI_PROJECT_PATH');
  const ref = fullRef(claims, env);
  const configRef = configRefUri(claims, env, serverUrl, repository, ref);
  const jobId = fact(claims, env, 'job_id', 'CI_JOB_ID');
  return {
    kind: 'gitlab',
    serverUrl,
    repository,
    repositoryUri: `${serverUrl}/${repository}`,
    ref,
    commit: fact(claims, env, 'sha', 'CI_COMMIT_SHA'),
    builderId: `https://${configRef}`,
    invocationId: `${serverUrl}/${repository}/-/jobs/${jobId}`,
    configPath: configRef.split('@', 1)[0]?.split('//')[1] ?? '.gitlab-ci.yml',
    pipelineSource: fact(claims, env, 'pipeline_source', 'CI_PIPELINE_SOURCE'),
    projectId: fact(claims, env, 'project_id', 'CI_PROJECT_ID'),
    namespaceId: fact(claims, env, 'namespace_id', 'CI_PROJECT_NAMESPACE_ID'),
    jobId,
    ...optionalMembers(claims, env),
    source: contextSource(token),
  };
}

function optionalMembers(claims: Claims | undefined, env: Env) {
  const refProtected = optionalFact(claims, env, 'ref_protected', 'CI_COMMIT_REF_PROTECTED');
  return withoutUndefined({
    refProtected: refProtected === undefined ? undefined : refProtected === 'true',
    runnerEnvironment: optionalFact(claims, env, 'runner_environment'),
    runnerId: optionalFact(claims, env, 'runner_id', 'CI_RUNNER_ID'),
    visibility: readVisibility(optionalFact(claims, env, 'project_visibility', 'CI_PROJECT_VISIBILITY')),
    pipelineUrl: env.CI_PIPELINE_URL,
    jobName: env.CI_JOB_NAME,
    runnerVersion: env.CI_RUNNER_VERSION,
    serverVersion: env.CI_SERVER_VERSION,
    startedOn: readTime(env.CI_JOB_STARTED_AT),
  });
}

/** `ref_path` is in the tokens of newer servers; before, the kind of the ref told which namespace it is in. */
function fullRef(claims: Claims | undefined, env: Env): string {
  const path = claims === undefined ? undefined : claimText(claims, 'ref_path');
  if (path !== undefined) return path;
  const name = fact(claims, env, 'ref', 'CI_COMMIT_REF_NAME');
  const kind = claims === undefined ? (env.CI_COMMIT_TAG ? 'tag' : 'branch') : claimText(claims, 'ref_type');
  return kind === 'tag' ? `refs/tags/${name}` : `refs/heads/${name}`;
}

/** `gitlab.com/group/project//.gitlab-ci.yml@refs/heads/main`: who the certificate will name as the builder. */
function configRefUri(
  claims: Claims | undefined,
  env: Env,
  serverUrl: string,
  repository: string,
  ref: string,
): string {
  if (claims !== undefined) {
    const claimed = claimText(claims, 'ci_config_ref_uri');
    if (claimed) return claimed;
    throw new SluiceError(
      'identity-token',
      'Expected the claim "ci_config_ref_uri" in the identity token of GitLab, found none: Fulcio certifies no job whose pipeline definition lies in another project; move .gitlab-ci.yml into this one.',
    );
  }
  const host = URL.parse(serverUrl)?.host ?? serverUrl;
  return `${host}/${repository}//${env.CI_CONFIG_PATH || '.gitlab-ci.yml'}@${ref}`;
}

function readTime(text: string | undefined): Date | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time);
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(members: T): Present<T> {
  // The entries that stay are those whose value is not undefined, which is what Present says.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}
