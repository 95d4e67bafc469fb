// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { IdentityToken } from './identity-token.ts';
import { isSignedByOneOf, type KeySet } from './jwt.ts';

/**
 * Checks the token's signature against the keys that its issuer publishes (OpenID Connect Discovery). An issuer that
 * cannot be reached leaves the token unverified, and says so in the log: Fulcio checks it again before it certifies.
 *
 * @throws SluiceError `identity-token` when the issuer answers and the token is not its own.
 */
export async function verifyToken(ctx: StepContext, http: HttpClient, token: IdentityToken): Promise<IdentityToken> {
  const keys = await fetchKeys(ctx, http, token.claims.iss);
  if (keys === undefined) return token;
  if (!isSignedByOneOf(token.reveal(), keys)) {
    throw new SluiceError(
      'identity-token',
      `The identity token names the issuer ${token.claims.iss}, whose keys do not confirm it; it was changed or not issued there.`,
    );
  }
  return { ...token, verified: true };
}

async function fetchKeys(ctx: StepContext, http: HttpClient, issuer: string): Promise<KeySet | undefined> {
  try {
    const discovery = await fetchJson(http, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const address = isObject(discovery) ? discovery.jwks_uri : undefined;
    if (typeof address !== 'string') throw new SluiceError('unreachable', 'its configuration names no keys');
    const keys = await fetchJson(http, address);
    if (isKeySet(keys)) return keys;
    throw new SluiceError('unreachable', 'its keys are not a JSON web key set');
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'unreachable') throw error;
    ctx.log.warn(
      `The token's issuer ${issuer} could not confirm it (${error.message}); its claims are used unverified.`,
    );
    return undefined;
  }
}

async function fetchJson(http: HttpClient, url: string): Promise<unknown> {
  const answer = await http.request('the identity provider', url, { headers: { accept: 'application/json' } });
  if (answer.status !== 200) throw new SluiceError('unreachable', `it answered ${answer.status}`);
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch (cause) {
    throw new SluiceError('unreachable', 'its answer is not JSON', { cause });
  }
}

function isKeySet(value: unknown): value is KeySet {
  return isObject(value) && Array.isArray(value.keys) && value.keys.every(isObject);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
