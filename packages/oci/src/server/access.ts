// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { answerJson, type Exchange, readBody } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import { type Route, TOKEN_PATH } from './route.ts';

export type RegistryAction = 'pull' | 'push' | 'delete';

export interface RegistryUser {
  readonly username: string;
  readonly password: string;
  /** What the user may do; everything unless told. */
  readonly actions?: readonly RegistryAction[];
}

/** Who may use the registry, and how they prove it. */
export interface RegistryAuth {
  readonly kind: 'basic' | 'bearer';
  readonly users: readonly RegistryUser[];
  /** What may be done without credentials; nothing unless told. */
  readonly anonymous?: readonly RegistryAction[];
  /** The life of a token in seconds (`bearer`). */
  readonly tokenSeconds?: number;
}

/** Decides about a request before its endpoint runs; the token endpoint is its own. */
export interface Access {
  check(exchange: Exchange, route: Route): void;
  issueToken(exchange: Exchange): Promise<void>;
}

interface Grant {
  readonly scopes: readonly Scope[];
  readonly expires: number;
}

interface Scope {
  readonly repository: string;
  readonly actions: readonly string[];
}

const ALL: readonly RegistryAction[] = ['pull', 'push', 'delete'];

export const openAccess: Access = {
  check: () => undefined,
  issueToken: async () => {
    throw new RegistryFault(404, 'UNSUPPORTED', 'this registry asks for no tokens');
  },
};

/** Basic authentication, or Bearer tokens as distribution's token specification has them. */
export function createAccess(auth: RegistryAuth, now: () => Date): Access {
  const grants = new Map<string, Grant>();
  const refreshTokens = new Map<string, RegistryUser>();
  const seconds = auth.tokenSeconds ?? 300;

  function userOf(exchange: Exchange): RegistryUser | undefined {
    const header = exchange.request.headers.authorization;
    if (header === undefined || !/^basic /i.test(header)) return undefined;
    const [username = '', ...rest] = Buffer.from(header.slice(6), 'base64').toString().split(':');
    return knownUser(username, rest.join(':'));
  }

  function knownUser(username: string, password: string): RegistryUser {
    const user = auth.users.find((candidate) => candidate.username === username && same(candidate.password, password));
    if (user === undefined) throw new RegistryFault(401, 'UNAUTHORIZED', 'the user name or password is wrong');
    return user;
  }

  function allowed(exchange: Exchange, repository: string, action: RegistryAction): boolean {
    if (auth.kind === 'basic') {
      const user = userOf(exchange);
      return (user === undefined ? (auth.anonymous ?? []) : (user.actions ?? ALL)).includes(action);
    }
    const token = /^bearer (.+)$/i.exec(exchange.request.headers.authorization ?? '')?.[1];
    const grant = token === undefined ? undefined : grants.get(token);
    if (grant === undefined || grant.expires <= now().getTime()) return false;
    return grant.scopes.some((scope) => scope.repository === repository && scope.actions.includes(action));
  }

  function refuse(exchange: Exchange, scope: string, known: boolean): never {
    if (known) throw new RegistryFault(403, 'DENIED', 'the user may not do this');
    throw new RegistryFault(401, 'UNAUTHORIZED', 'authentication is required', {
      'WWW-Authenticate': challengeOf(exchange, auth.kind, scope),
    });
  }

  return {
    check(exchange, route) {
      if (route.kind === 'token') return;
      if (route.kind === 'base' || route.kind === 'catalog') {
        const known = auth.kind === 'basic' ? isKnown(exchange, userOf) : hasGrant(exchange, grants, now());
        if (!known) refuse(exchange, route.kind === 'base' ? '' : 'registry:catalog:*', false);
        return;
      }
      const action = actionOf(exchange, route);
      const known = auth.kind === 'basic' && isKnown(exchange, userOf);
      const asked = action === 'push' ? 'pull,push' : action;
      if (!allowed(exchange, route.repository, action))
        refuse(exchange, `repository:${route.repository}:${asked}`, known);
    },
    async issueToken(exchange) {
      const form = exchange.request.method === 'POST' ? await formOf(exchange) : exchange.query;
      const refresh = form.get('refresh_token');
      const user = refresh === null ? userFrom(form) : refreshTokens.get(refresh);
      if (refresh !== null && user === undefined)
        throw new RegistryFault(401, 'UNAUTHORIZED', 'the refresh token is wrong');
      const may = user === undefined ? (auth.anonymous ?? []) : (user.actions ?? ALL);
      if (user === undefined && may.length === 0) refuse(exchange, '', false);
      const scopes = form
        .getAll('scope')
        .flatMap((text) => text.split(' '))
        .flatMap((text) => scopeOf(text, may));
      const token = randomBytes(24).toString('base64url');
      grants.set(token, { scopes, expires: now().getTime() + seconds * 1000 });
      const offline = form.get('offline_token') === 'true' || form.get('access_type') === 'offline';
      answerJson(
        exchange,
        { 'Cache-Control': 'no-store' },
        {
          token,
          access_token: token,
          expires_in: seconds,
          issued_at: now().toISOString(),
          ...(offline && user !== undefined ? { refresh_token: remember(refreshTokens, user) } : {}),
        },
      );

      function userFrom(parameters: URLSearchParams): RegistryUser | undefined {
        const username = parameters.get('grant_type') === 'password' ? parameters.get('username') : null;
        return username === null ? userOf(exchange) : knownUser(username, parameters.get('password') ?? '');
      }
    },
  };
}

function isKnown(exchange: Exchange, userOf: (exchange: Exchange) => RegistryUser | undefined): boolean {
  return userOf(exchange) !== undefined;
}

function hasGrant(exchange: Exchange, grants: ReadonlyMap<string, Grant>, now: Date): boolean {
  const token = /^bearer (.+)$/i.exec(exchange.request.headers.authorization ?? '')?.[1] ?? '';
  return (grants.get(token)?.expires ?? 0) > now.getTime();
}

function actionOf(exchange: Exchange, route: Route): RegistryAction {
  const { method } = exchange.request;
  if (method === 'DELETE' && route.kind !== 'upload') return 'delete';
  if (route.kind === 'uploads' || route.kind === 'upload') return 'push';
  return method === 'PUT' ? 'push' : 'pull';
}

function challengeOf(exchange: Exchange, kind: 'basic' | 'bearer', scope: string): string {
  if (kind === 'basic') return 'Basic realm="sluice"';
  const host = exchange.request.headers.host ?? '127.0.0.1';
  const wanted = scope === '' ? '' : `,scope="${scope}"`;
  return `Bearer realm="http://${host}${TOKEN_PATH}",service="${host}"${wanted}`;
}

function scopeOf(text: string, may: readonly string[]): Scope[] {
  const [kind, repository, actions] = text.split(/:(?=[^:]*:|[^:]*$)/);
  if (kind !== 'repository' || repository === undefined || actions === undefined) return [];
  return [{ repository, actions: actions.split(',').filter((action) => may.includes(action)) }];
}

function remember(tokens: Map<string, RegistryUser>, user: RegistryUser): string {
  const token = randomBytes(24).toString('base64url');
  tokens.set(token, user);
  return token;
}

async function formOf(exchange: Exchange): Promise<URLSearchParams> {
  return new URLSearchParams(new TextDecoder().decode(await readBody(exchange.request, 64 * 1024)));
}

/** Compares without telling by the time taken how much fits. */
function same(left: string, right: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}
