// SPDX-License-Identifier: Apache-2.0
import type { GitHubContext } from './ci-context.ts';
import { type CrossCheck, claimText, crossCheck, fact, optionalFact } from './cross-check.ts';
import type { IdentityToken } from './identity-token.ts';
import { contextSource, readVisibility, refuseForeignIssuer } from './issuer.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Claims of GitHub's token beside the variables that repeat them (GitHub docs, OpenID Connect reference). */
const pairs: readonly CrossCheck[] = [
  ['repository', 'GITHUB_REPOSITORY'],
  ['repository_id', 'GITHUB_REPOSITORY_ID'],
  ['repository_owner_id', 'GITHUB_REPOSITORY_OWNER_ID'],
  ['ref', 'GITHUB_REF'],
  ['sha', 'GITHUB_SHA'],
  ['workflow_ref', 'GITHUB_WORKFLOW_REF'],
  ['workflow_sha', 'GITHUB_WORKFLOW_SHA'],
  ['event_name', 'GITHUB_EVENT_NAME'],
  ['run_id', 'GITHUB_RUN_ID'],
  ['run_attempt', 'GITHUB_RUN_ATTEMPT'],
  ['runner_environment', 'RUNNER_ENVIRONMENT'],
];

/** What GitHub Actions says about the run: the token's claims where there is one, else its variables. */
export function readGitHub(env: Env, token: IdentityToken | undefined, oidcIssuer: string | undefined): GitHubContext {
  const serverUrl = (env.GITHUB_SERVER_URL ?? 'https://github.com').replace(/\/$/, '');
  const claims = token?.claims;
  if (claims !== undefined) {
    refuseForeignIssuer(claims.iss, issuersOf(serverUrl), oidcIssuer);
    crossCheck(claims, env, pairs);
  }
  const repository = fact(claims, env, 'repository', 'GITHUB_REPOSITORY');
  const workflowRef = fact(claims, env, 'workflow_ref', 'GITHUB_WORKFLOW_REF');
  const runId = fact(claims, env, 'run_id', 'GITHUB_RUN_ID');
  const attempt = fact(claims, env, 'run_attempt', 'GITHUB_RUN_ATTEMPT');
  const visibility = readVisibility(claims && claimText(claims, 'repository_visibility'));
  return {
    kind: 'github',
    serverUrl,
    repository,
    repositoryUri: `${serverUrl}/${repository}`,
    ref: fact(claims, env, 'ref', 'GITHUB_REF'),
    commit: fact(claims, env, 'sha', 'GITHUB_SHA'),
    // A reusable workflow signs in its own name; without a token only the caller's workflow is known.
    builderId: `${serverUrl}/${claims === undefined ? workflowRef : fact(claims, env, 'job_workflow_ref', undefined)}`,
    invocationId: `${serverUrl}/${repository}/actions/runs/${runId}/attempts/${attempt}`,
    configPath: workflowPath(workflowRef, repository),
    eventName: fact(claims, env, 'event_name', 'GITHUB_EVENT_NAME'),
    repositoryId: fact(claims, env, 'repository_id', 'GITHUB_REPOSITORY_ID'),
    repositoryOwnerId: fact(claims, env, 'repository_owner_id', 'GITHUB_REPOSITORY_OWNER_ID'),
    runnerEnvironment: optionalFact(claims, env, 'runner_environment', 'RUNNER_ENVIRONMENT') ?? 'unknown',
    ...(visibility === undefined ? {} : { visibility }),
    ...runnerImage(env),
    source: contextSource(token),
  };
}

/** github.com, an enterprise with data residency (`SUB.ghe.com`), or a server of one's own. */
function issuersOf(serverUrl: string): (issuer: string) => boolean {
  const host = URL.parse(serverUrl)?.host ?? '';
  if (host === 'github.com') {
    const issuer = 'https://token.actions.githubusercontent.com';
    return (iss) =>
      iss === issuer || (iss.startsWith(`${issuer}/`) && /^\/[A-Za-z0-9-]+$/.test(iss.slice(issuer.length)));
  }
  if (host.endsWith('.ghe.com')) return (iss) => iss === `https://token.actions.${host}`;
  return (iss) => iss === `${serverUrl}/_services/token`;
}

/** `owner/name/.github/workflows/build.yml@refs/heads/main` holds the path between repository and ref. */
function workflowPath(workflowRef: string, repository: string): string {
  const withoutRef = workflowRef.split('@', 1)[0] ?? '';
  return withoutRef.startsWith(`${repository}/`) ? withoutRef.slice(repository.length + 1) : withoutRef;
}

function runnerImage(env: Env): { runnerImage?: string } {
  if (!env.ImageOS || !env.ImageVersion) return {};
  return { runnerImage: `${env.ImageOS}/${env.ImageVersion}` };
}
