// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { safeUrl } from '../http/http-client.ts';
import { defaultRetryPolicy, type Failure, isRetryableStatus, withRetries } from '../http/retry.ts';
import type { RetryPolicy } from '../http/retry-policy.ts';

/** GitHub's REST API for one repository, with bounded retries and errors that name the missing permission. */
export interface GitHub {
  /** `owner/name`. */
  readonly repository: string;
  /** The address of people's GitHub, `https://github.com`. */
  readonly serverUrl: string;
  /** Sends `METHOD /path/{with}/{names}`; `owner` and `repo` are filled in. The answer's JSON is returned. */
  request(route: string, parameters: Readonly<Record<string, unknown>>, options?: RequestOptions): Promise<unknown>;
}

export interface RequestOptions {
  /** What the token must be allowed, as a workflow spells it: `checks: write`. */
  readonly needs?: string;
  /** False where sending it twice would do it twice. */
  readonly retry?: boolean;
}

export interface GitHubOptions {
  /** Default: `GITHUB_TOKEN`. */
  readonly token?: string;
  readonly retry?: RetryPolicy;
}

/**
 * Opens the API of the repository that the run belongs to (`GITHUB_API_URL`, `GITHUB_REPOSITORY`): github.com, an
 * enterprise with data residency, or a GitHub Enterprise Server.
 *
 * @throws SluiceError `context` where the run is not one of GitHub Actions or has no token.
 */
export async function openGitHub(ctx: StepContext, options: GitHubOptions = {}): Promise<GitHub> {
  const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_SERVER_URL = 'https://github.com' } = ctx.env;
  const token = options.token ?? ctx.env.GITHUB_TOKEN;
  const [owner, repo] = (GITHUB_REPOSITORY ?? '').split('/');
  if (!owner || !repo) {
    throw new SluiceError(
      'context',
      'GITHUB_REPOSITORY was expected to be owner/name; this runs in GitHub Actions only.',
    );
  }
  if (!token) {
    throw new SluiceError(
      'context',
      'A token was expected for GitHub; give GITHUB_TOKEN, in an action "github-token".',
    );
  }
  const apiUrl = safeUrl("GitHub's API", GITHUB_API_URL ?? 'https://api.github.com').href.replace(/\/$/, '');
  const client = await openClient(token, apiUrl);
  const policy = options.retry ?? ctx.retry ?? defaultRetryPolicy;
  return {
    repository: `${owner}/${repo}`,
    serverUrl: GITHUB_SERVER_URL.replace(/\/$/, ''),
    async request(route, parameters, { needs, retry = true } = {}) {
      const signal = ctx.signal === undefined ? {} : { request: { signal: ctx.signal } };
      const attempt = () => client(route, { owner, repo, ...parameters, ...signal });
      const judge = (error: unknown) => (retry ? judged(ctx, error) : { retryable: false, reason: '' });
      try {
        return await withRetries(ctx, "GitHub's API", policy, attempt, judge);
      } catch (error) {
        throw explained(error, route, needs);
      }
    },
  };
}

type Client = (route: string, parameters: Record<string, unknown>) => Promise<unknown>;

async function openClient(token: string, baseUrl: string): Promise<Client> {
  const { GitHub: Octokit, getOctokitOptions } = await import('@actions/github/lib/utils');
  // Octokit's own log goes to the console, with URLs; failures are said once, by us.
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const octokit = new Octokit(getOctokitOptions(token, { baseUrl, log: silent }));
  return async (route, parameters) => (await octokit.request(route, parameters)).data;
}

/** The parts of Octokit's RequestError that are read here. */
interface Answer {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

function answerOf(error: unknown): Answer | undefined {
  if (!(error instanceof Error)) return undefined;
  const status: unknown = Reflect.get(error, 'status');
  if (typeof status !== 'number') return undefined;
  const response: unknown = Reflect.get(error, 'response');
  const headers: unknown = typeof response === 'object' && response !== null ? Reflect.get(response, 'headers') : {};
  // Octokit copies the answer's headers into a plain object with names in small letters.
  return { status, message: error.message, headers: (headers ?? {}) as Answer['headers'] };
}

function judged(ctx: StepContext, error: unknown): Failure {
  const answer = answerOf(error);
  if (answer === undefined) return { retryable: !(error instanceof SluiceError), reason: 'no answer' };
  const wait = rateLimitWait(ctx, answer);
  if (wait !== undefined) {
    return {
      retryable: wait <= defaultRetryPolicy.maxDelayMs,
      reason: 'the rate limit is used up',
      retryAfterMs: wait,
    };
  }
  return { retryable: isRetryableStatus(answer.status), reason: `answered ${answer.status}` };
}

/** Milliseconds until GitHub answers again (GitHub docs, "Rate limits for the REST API"), where that is what stopped us. */
function rateLimitWait(ctx: StepContext, { status, headers }: Answer): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = headers['retry-after'];
  if (after !== undefined) return Number(after) * 1000;
  if (String(headers['x-ratelimit-remaining']) !== '0') return undefined;
  return Math.max(0, Number(headers['x-ratelimit-reset'] ?? 0) * 1000 - ctx.now().getTime());
}

function explained(error: unknown, route: string, needs: string | undefined): SluiceError {
  if (error instanceof SluiceError) return error;
  const answer = answerOf(error);
  // Octokit answers 500 itself for a connection that broke.
  if (answer === undefined || answer.status >= 500) {
    const what = answer?.headers['x-github-request-id'] === undefined ? 'gave no answer' : `answered ${answer?.status}`;
    return new SluiceError('unreachable', `GitHub's API ${what} to ${route}; run the job again.`, { cause: error });
  }
  const { status, headers, message } = answer;
  const limited =
    status === 429 || headers['retry-after'] !== undefined || String(headers['x-ratelimit-remaining']) === '0';
  if (limited) {
    const reset = Number(headers['x-ratelimit-reset'] ?? 0);
    const until = reset > 0 ? ` until ${new Date(reset * 1000).toISOString()}` : '';
    return new SluiceError(
      'unreachable',
      `GitHub's rate limit for this token is used up${until}; run the job again after that.`,
      {
        cause: error,
      },
    );
  }
  if (status === 401) {
    return new SluiceError(
      'context',
      `GitHub refused the token (401); give the job's own, "github-token: \${{ github.token }}".`,
      {
        cause: error,
      },
    );
  }
  if (status === 403 || status === 404) {
    const permission = needs ?? acceptedPermission(headers);
    const wanted = permission === undefined ? 'more rights' : `the permission "${permission}"`;
    return new SluiceError('configuration', `GitHub answered ${status} to ${route}: the token needs ${wanted}.`, {
      cause: error,
    });
  }
  return new SluiceError('configuration', `GitHub answered ${status} to ${route}: ${firstLine(message)}.`, {
    cause: error,
  });
}

/** `checks=write` in GitHub's header, `checks: write` in a workflow. */
function acceptedPermission(headers: Answer['headers']): string | undefined {
  const match = /^([a-z_]+)=(read|write)/.exec(String(headers['x-accepted-github-permissions'] ?? ''));
  return match ? `${match[1]?.replaceAll('_', '-')}: ${match[2]}` : undefined;
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 300);
}
