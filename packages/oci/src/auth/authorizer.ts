// SPDX-License-Identifier: Apache-2.0
import { OciError } from '../error.ts';
import type { ReadLimits } from '../http/read.ts';
import type { WireRequest, WireResponse } from '../http/wire.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { Credential, Credentials } from './credentials.ts';
import { basic, fetchToken, type Token, type TokenServer, tokenServerOf } from './token.ts';

/** What a request needs: `repository:team/app:pull`. */
export type Scope = `repository:${string}:${string}`;

/** Who a request speaks to and what for. */
export interface Target {
  /** The registry's name, for which credentials are kept (`docker.io`). */
  readonly registry: string;
  readonly repository: string;
  readonly url: URL;
  readonly scopes: readonly Scope[];
}

/** Knows how each registry wants to be spoken to, and holds the tokens of a whole run. */
export interface Authorizer {
  /** The `Authorization` for a request, as far as the registry has said what it wants. */
  headerFor(target: Target): Promise<string | undefined>;
  /** Learns from a 401. False where the same request would be refused again. */
  learn(target: Target, sent: string | undefined, response: WireResponse): Promise<boolean>;
  /** Whether credentials for the registry were found: for messages. */
  hasCredential(target: Target): Promise<boolean>;
}

export interface AuthorizerOptions {
  readonly credentials: Credentials;
  readonly now: () => Date;
  readonly limits: ReadLimits;
  readonly allowsPlainHttp: (host: string) => boolean;
  /** Sends with retries and redirects, without authorization of its own. */
  readonly send: (request: WireRequest) => Promise<WireResponse>;
}

type Wanted = { readonly kind: 'basic' } | { readonly kind: 'bearer'; readonly server: TokenServer };

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const wanted = new Map<string, Wanted>();
  const tokens = new Map<string, Promise<Token>>();
  const found = new Map<string, Promise<Credential | undefined>>();
  // A registry in front of others may know the repository by another name and say so in its challenge.
  const foreignScopes = new Map<string, readonly string[]>();

  function credentialFor({ registry, repository }: Target): Promise<Credential | undefined> {
    const key = `${registry}/${repository}`;
    const credential = found.get(key) ?? options.credentials.forHost(registry, repository);
    found.set(key, credential);
    return credential;
  }

  async function tokenFor(target: Target, server: TokenServer): Promise<string> {
    const key = keyOf(target);
    for (let current = tokens.get(key); current !== undefined; current = tokens.get(key)) {
      const token = await current;
      if (options.now().getTime() < token.expires) return token.value;
      // The first of several requests that see the same expired token drops it; the others find its successor.
      if (tokens.get(key) === current) tokens.delete(key);
    }
    const fetched = fetchFor(target, server);
    tokens.set(key, fetched);
    fetched.catch(() => {
      if (tokens.get(key) === fetched) tokens.delete(key);
    });
    return (await fetched).value;
  }

  async function fetchFor(target: Target, server: TokenServer): Promise<Token> {
    const credential = await credentialFor(target);
    const { now, limits, send } = options;
    const scopes = [...target.scopes, ...(foreignScopes.get(keyOf(target)) ?? [])];
    try {
      return await fetchToken({ server, scopes, credential, now, limits, send });
    } catch (error) {
      throw await explained(error, target);
    }
  }

  async function explained(error: unknown, target: Target): Promise<unknown> {
    if (!(error instanceof OciError) || (error.code !== 'unauthorized' && error.code !== 'denied')) return error;
    return refusedCredentials(target, (await credentialFor(target)) !== undefined, error);
  }

  return {
    async headerFor(target) {
      const want = wanted.get(target.url.origin);
      if (want === undefined) return undefined;
      const credential = await credentialFor(target);
      if (want.kind === 'bearer') {
        const isReady = credential !== undefined && 'token' in credential && credential.use === 'bearer';
        return `Bearer ${isReady ? credential.token : await tokenFor(target, want.server)}`;
      }
      return credential !== undefined && 'username' in credential ? basic(credential) : undefined;
    },
    async learn(target, sent, response) {
      const challenges = parseChallenges(String(response.headers['www-authenticate'] ?? ''));
      const want = wantedBy(challenges, target, options.allowsPlainHttp);
      if (want === undefined) return false;
      wanted.set(target.url.origin, want);
      if (want.kind === 'basic') return sent === undefined && (await credentialFor(target)) !== undefined;
      // The token that was refused is not offered again; one that another request got meanwhile is.
      const key = keyOf(target);
      foreignScopes.set(key, foreignScopesOf(challenges, target));
      const held = await tokens.get(key)?.catch(() => undefined);
      if (held !== undefined && sent === `Bearer ${held.value}`) tokens.delete(key);
      return true;
    },
    hasCredential: async (target) => (await credentialFor(target)) !== undefined,
  };
}

/** The sentence for a registry that will not have us. */
export function refusedCredentials(target: Target, hasCredential: boolean, cause: OciError): OciError {
  const { registry, repository } = target;
  const asked = target.scopes.map((scope) => scope.slice(scope.lastIndexOf(':') + 1)).join(',');
  const message = hasCredential
    ? `Expected ${registry} to allow ${asked} on ${repository}, but it refused the credentials found for it; check them and what they may do.`
    : `Expected ${registry} to allow ${asked} on ${repository}, but it asks for credentials and none were found for it; log in to ${registry}.`;
  const { status, registryCode } = cause;
  return new OciError(cause.code === 'denied' ? 'denied' : 'unauthorized', message, {
    cause,
    ...(status === undefined ? {} : { status }),
    ...(registryCode === undefined ? {} : { registryCode }),
  });
}

function keyOf(target: Target): string {
  return [target.url.origin, ...target.scopes].join(' ');
}

function foreignScopesOf(challenges: readonly Challenge[], target: Target): readonly string[] {
  const named = challenges.find(({ scheme }) => scheme === 'bearer')?.parameters.get('scope') ?? '';
  const own = target.scopes.map((scope) => scope.slice(0, scope.lastIndexOf(':') + 1));
  return named.split(' ').filter((scope) => scope !== '' && !own.some((prefix) => scope.startsWith(prefix)));
}

/** Bearer where the registry offers it: its tokens are narrow and short-lived, a password is neither. */
function wantedBy(
  challenges: readonly Challenge[],
  target: Target,
  allowsPlainHttp: (host: string) => boolean,
): Wanted | undefined {
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer !== undefined) {
    return { kind: 'bearer', server: tokenServerOf(bearer.parameters, target.url, allowsPlainHttp) };
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { kind: 'basic' } : undefined;
}
