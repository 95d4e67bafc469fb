// SPDX-License-Identifier: Apache-2.0
import http from 'node:http';
import type { Gitlab } from '@gitbeaker/rest';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { safeUrl } from '../http/http-client.ts';
import { defaultRetryPolicy, type Failure, isRetryableStatus, withRetries } from '../http/retry.ts';
import type { RetryPolicy } from '../http/retry-policy.ts';

/** GitLab's REST API, with bounded retries and errors that say what the token lacks. */
export interface GitLab {
  /** Runs one call of the client; `what` ends the sentence "GitLab refused to …". `retry: false` where twice is wrong. */
  call<T>(what: string, work: (client: Client) => Promise<T>, retry?: boolean): Promise<T>;
}

export type Client = InstanceType<typeof Gitlab>;

/**
 * Opens the API of the server that the pipeline runs on (`CI_API_V4_URL`) with `GITLAB_TOKEN`. A job's own token may
 * neither write notes nor statuses.
 *
 * @throws SluiceError `context` where the run is no GitLab job or has no such token.
 */
export async function openGitLab(
  ctx: StepContext,
  policy: RetryPolicy = ctx.retry ?? defaultRetryPolicy,
): Promise<GitLab> {
  const { CI_API_V4_URL, GITLAB_TOKEN } = ctx.env;
  if (!CI_API_V4_URL) throw new SluiceError('context', 'CI_API_V4_URL was expected; this runs in GitLab CI only.');
  if (!GITLAB_TOKEN) {
    throw new SluiceError(
      'context',
      "A token was expected in GITLAB_TOKEN (a project access token with the scope api); the job's own token may not write statuses and notes.",
    );
  }
  const host = safeUrl("GitLab's API", CI_API_V4_URL).href.replace(/\/api\/v4\/?$/, '');
  const { Gitlab: GitlabClient } = await import('@gitbeaker/rest');
  // The client speaks through fetch, which heeds proxies only when it is told to.
  useProxies(proxyVariables(ctx.env));
  const client = new GitlabClient({ host, token: GITLAB_TOKEN });
  return {
    async call(what, work, retry = true) {
      const judge = (error: unknown): Failure => (retry ? judged(error) : { retryable: false, reason: '' });
      try {
        return await withRetries(ctx, "GitLab's API", policy, () => work(client), judge);
      } catch (error) {
        throw explained(error, what);
      }
    },
  };
}

/** Node 24.14 and later; @types/node does not know it yet. */
function useProxies(env: NodeJS.ProcessEnv): void {
  const set: unknown = Reflect.get(http, 'setGlobalProxyFromEnv');
  if (typeof set === 'function') set(env);
}

function proxyVariables(env: StepContext['env']): NodeJS.ProcessEnv {
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** The status of the answer that the client's error carries (GitbeakerRequestError keeps the Response as its cause). */
function answerOf(error: unknown): Response | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  const response = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'response') : undefined;
  return response instanceof Response ? response : undefined;
}

function judged(error: unknown): Failure {
  const answer = answerOf(error);
  if (answer === undefined) return { retryable: !(error instanceof SluiceError), reason: 'no answer' };
  const after = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return {
    retryable: isRetryableStatus(answer.status),
    reason: `answered ${answer.status}`,
    ...(Number.isFinite(after) ? { retryAfterMs: after * 1000 } : {}),
  };
}

function explained(error: unknown, what: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const status = answerOf(error)?.status;
  if (status === 401 || status === 403) {
    return new SluiceError(
      'context',
      `GitLab refused to ${what} (${status}); GITLAB_TOKEN needs the scope api and the role Developer in the project.`,
    );
  }
  if (status === 404) {
    return new SluiceError('context', `GitLab found nothing to ${what} (404); GITLAB_TOKEN must see the project.`);
  }
  const found = status === undefined ? 'gave no answer' : `answered ${status}`;
  return new SluiceError('unreachable', `GitLab was expected to ${what}, but ${found}; the verdict itself stands.`);
}
