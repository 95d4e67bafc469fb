// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { HttpClient } from '../http/http-client.ts';

/** The claims of an OIDC token. Only `iss`, `sub`, `aud` and `exp` are sure to be there. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly [name: string]: unknown;
}

/** A token that proves who runs the build. It prints as its issuer and subject; the secret comes from `reveal` alone. */
export interface IdentityToken {
  readonly claims: Claims;
  /** Whether the issuer's signature on the token was checked. */
  readonly verified: boolean;
  reveal(): string;
}

export interface TokenRequest {
  /** A token, or the path of a file that holds one (`--identity-token`). */
  readonly identityToken?: string;
  /** Who the token must be meant for. Default: `sigstore`, as Fulcio demands. */
  readonly audience?: string;
}

const maxTokenBytes = 64 * 1024;
const jwtPattern = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/**
 * The OIDC token of this run: the one given, `SIGSTORE_ID_TOKEN`, or one that GitHub mints on request; undefined where
 * there is none. Audience, expiry and the claims every token has are checked, the signature is not (`verifyToken` does).
 *
 * @throws SluiceError `identity-token` for a token that Fulcio would refuse, `file` and `unreachable` as named.
 */
export async function findIdentityToken(
  ctx: StepContext,
  http: HttpClient,
  request: TokenRequest = {},
): Promise<IdentityToken | undefined> {
  const audience = request.audience ?? 'sigstore';
  const text = await findTokenText(ctx, http, request, audience);
  if (text === undefined) return undefined;
  return readToken(text.value, audience, ctx.now(), text.origin);
}

/** Tells, for this CI, how a job is given a token: the end of every sentence that misses one. */
export function howToGetToken(env: StepContext['env']): string {
  if (env.GITHUB_ACTIONS === 'true') return 'add "permissions: id-token: write" to the job';
  if (env.GITLAB_CI === 'true') return 'add "id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore" to the job';
  return 'set SIGSTORE_ID_TOKEN, give --identity-token, or sign with --key';
}

async function findTokenText(ctx: StepContext, http: HttpClient, request: TokenRequest, audience: string) {
  if (request.identityToken !== undefined) return givenToken(request.identityToken);
  const fromVariable = ctx.env.SIGSTORE_ID_TOKEN;
  if (fromVariable) return { value: fromVariable.trim(), origin: 'SIGSTORE_ID_TOKEN' };
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = ctx.env;
  if (url && bearer)
    return { value: await requestFromGitHub(http, url, bearer, audience), origin: "GitHub's token service" };
  return undefined;
}

async function givenToken(tokenOrPath: string) {
  if (jwtPattern.test(tokenOrPath.trim())) return { value: tokenOrPath.trim(), origin: '--identity-token' };
  if (tokenOrPath.length > 4096 || tokenOrPath.includes('\n')) throw notAToken('--identity-token');
  try {
    const bytes = await readFile(tokenOrPath);
    return {
      value: bytes
        .subarray(0, maxTokenBytes + 1)
        .toString('utf8')
        .trim(),
      origin: 'the identity token file',
    };
  } catch (cause) {
    // The text may be a damaged token rather than a path, so neither it nor the system's message is shown.
    const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
    throw new SluiceError(
      'file',
      `Expected a token or the path of a file that holds one in --identity-token; it is no token and no file could be read (${String(code)}).`,
    );
  }
}

async function requestFromGitHub(http: HttpClient, url: string, bearer: string, audience: string): Promise<string> {
  const separator = url.includes('?') ? '&' : '?';
  const service = "GitHub's token service";
  const answer = await http.request(service, `${url}${separator}audience=${encodeURIComponent(audience)}`, {
    headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
  });
  if (answer.status !== 200) {
    throw new SluiceError(
      'identity-token',
      `${service} answered ${answer.status} when asked for a token; add "permissions: id-token: write" to the job and run it again.`,
    );
  }
  const value = parseJson(answer.body.toString('utf8'));
  const token = isObject(value) ? value.value : undefined;
  if (typeof token !== 'string') throw notAToken(service);
  return token;
}

function readToken(token: string, audience: string, now: Date, origin: string): IdentityToken {
  if (token.length > maxTokenBytes || !jwtPattern.test(token)) throw notAToken(origin);
  const payload = parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  if (!isObject(payload)) throw notAToken(origin);
  const claims = { ...payload, ...requiredClaims(payload, origin) };
  checkAudience(claims, audience, origin);
  checkTimes(claims, now, origin);
  return { claims, verified: false, reveal: () => token };
}

function requiredClaims(payload: Record<string, unknown>, origin: string) {
  const { iss, sub, aud, exp } = payload;
  if (typeof iss !== 'string') throw missing('iss', origin);
  if (typeof sub !== 'string') throw missing('sub', origin);
  if (typeof exp !== 'number') throw missing('exp', origin);
  const audiences = (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === 'string');
  if (audiences.length === 0) throw missing('aud', origin);
  return { iss, sub, exp, aud: audiences };
}

function checkAudience(claims: Claims, audience: string, origin: string): void {
  if (claims.aud.includes(audience)) return;
  throw new SluiceError(
    'identity-token',
    `Expected a token for the audience "${audience}" from ${origin}, found "${claims.aud.join('", "')}"; request it with aud: ${audience}.`,
  );
}

function checkTimes(claims: Claims, now: Date, origin: string): void {
  const seconds = now.getTime() / 1000;
  if (claims.exp <= seconds) {
    const expired = new Date(claims.exp * 1000).toISOString();
    throw new SluiceError(
      'identity-token',
      `The token from ${origin} expired at ${expired} (now ${now.toISOString()}); request a new one, nearer to the signing.`,
    );
  }
  if (claims.email !== undefined && claims.email_verified !== true && claims.email_verified !== 'true') {
    throw new SluiceError('identity-token', `The token from ${origin} names an email that its issuer did not verify.`);
  }
}

function missing(claim: string, origin: string): SluiceError {
  return new SluiceError('identity-token', `Expected the claim "${claim}" in the token from ${origin}, found none.`);
}

function notAToken(origin: string): SluiceError {
  return new SluiceError(
    'identity-token',
    `Expected a JSON web token of at most ${maxTokenBytes} bytes from ${origin}, found something else.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
