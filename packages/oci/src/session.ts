// SPDX-License-Identifier: Apache-2.0
import { setTimeout as delay } from 'node:timers/promises';
import { type Authorizer, createAuthorizer, refusedCredentials, type Scope, type Target } from './auth/authorizer.ts';
import { anonymous, type Credentials } from './auth/credentials.ts';
import { OciError } from './error.ts';
import { redactUrl } from './http/address.ts';
import { createAgents } from './http/agents.ts';
import { refusal, unreachable } from './http/failure.ts';
import { createOrigins } from './http/origins.ts';
import { discardBody, readBody } from './http/read.ts';
import { followRedirects } from './http/redirect.ts';
import { type Pauses, withRetries } from './http/retry.ts';
import { type Body, SourceFailure, sendOnce, type WireRequest, type WireResponse } from './http/wire.ts';
import { type Limits, limitsWith } from './limits.ts';
import { createLocks } from './locks.ts';

export interface SessionOptions {
  /** Who we are to each registry; nobody unless told. */
  readonly credentials?: Credentials;
  readonly log?: SessionLog;
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
  /** Hosts, with their ports, that may be spoken to without TLS; loopback addresses always may. */
  readonly plainHttp?: readonly string[];
  /** Certificates in PEM that are trusted besides the usual ones. */
  readonly caCertificates?: string;
  readonly limits?: Partial<Limits>;
  readonly pauses?: Pauses;
  /** The environment's proxy variables: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` in either case. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
  readonly userAgent?: string;
  /** Told of every request once it is answered. */
  readonly onRequest?: (request: RequestRecord) => void;
  /** Waits between attempts; replaced in tests. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface SessionLog {
  warn(message: string): void;
  debug(message: string): void;
}

/** One request as it went over the wire. The URL holds no secret. */
export interface RequestRecord {
  readonly method: string;
  readonly url: string;
  readonly status: number;
}

/** What a request to a registry says; an URL instead of a path is one that the registry itself named. */
export interface RegistryRequest {
  readonly registry: string;
  readonly repository: string;
  readonly method: string;
  readonly target: string | URL;
  readonly scopes: readonly Scope[];
  readonly accept: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** False where the caller has its own way to go on after a failure, as uploads have. */
  readonly retry?: boolean;
}

/** Connections, tokens and what was learned about registries, for one whole run. */
export interface Session {
  /** Sends a request with authorization, redirects and retries; an answer that is not accepted is an `OciError`. */
  exchange(request: RegistryRequest): Promise<WireResponse>;
  /** Runs work that reads and then writes the same thing in a registry, one at a time for each key. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T>;
  sleep(ms: number): Promise<void>;
  now(): Date;
  readonly limits: Limits;
  readonly log: SessionLog;
  /** Ends the connections that are kept open. */
  close(): void;
}

const SILENT: SessionLog = { warn: () => undefined, debug: () => undefined };

/**
 * A session holds connections and tokens for a whole run: one token for each scope, asked for once and again when it
 * expires. Without credentials it speaks as nobody.
 *
 * @example
 * const session = createSession({ credentials: defaultCredentials(process.env) });
 * const image = await openRepository(session, parseReference('ghcr.io/acme/app')).getManifest('v1');
 * session.close();
 */
export function createSession(options: SessionOptions = {}): Session {
  const { signal, log = SILENT } = options;
  const limits = limitsWith(options.limits);
  const now = options.now ?? (() => new Date());
  const sleep = options.sleep ?? ((ms: number) => delay(ms, undefined, signal === undefined ? {} : { signal }));
  const agents = createAgents({ ...options, limits });
  const plainHttp = new Set(options.plainHttp);
  const origins = createOrigins((host) => plainHttp.has(host));
  const warnings = new Set<string>();
  const pauses = options.pauses === undefined ? {} : { pauses: options.pauses };
  const retries = { now, sleep, ...pauses };

  async function sendRecorded(request: WireRequest): Promise<WireResponse> {
    const headers = { 'User-Agent': options.userAgent ?? 'sluice', ...request.headers };
    const response = await sendOnce(agents, { ...request, headers }, limits, signal);
    const record = { method: request.method, url: redactUrl(request.url), status: response.status };
    log.debug(`${record.method} ${record.url} ${record.status}`);
    options.onRequest?.(record);
    reportWarnings(response, warnings, log);
    return response;
  }

  const follow = (request: WireRequest) => followRedirects(request, limits.redirects, sendRecorded);

  /** With retries; failures of the connection become errors of this package. */
  async function sendPersistently(request: WireRequest, send: () => Promise<WireResponse>, attempts: number) {
    let tried = 0;
    try {
      const told = (happened: string) => log.warn(`${request.method} ${redactUrl(request.url)} ${happened}`);
      return await withRetries({ ...retries, limits: { ...limits, attempts }, log: told }, () => {
        tried += 1;
        return send();
      });
    } catch (error) {
      if (error instanceof SourceFailure) throw error.cause;
      throw error instanceof OciError ? error : unreachable(request.url, error, tried);
    }
  }

  const authorizer: Authorizer = createAuthorizer({
    credentials: options.credentials ?? anonymous,
    now,
    limits: { bytes: limits.answerBytes, ms: limits.readMs },
    allowsPlainHttp: (host) => plainHttp.has(host),
    // A form holds the token itself: it is not sent on to where the token server may point.
    send: (request) =>
      sendPersistently(
        request,
        () => (request.body === undefined ? follow(request) : sendRecorded(request)),
        limits.attempts,
      ),
  });

  async function sendAuthorized(request: RegistryRequest): Promise<WireResponse> {
    return origins.contact(request.registry, async (origin) => {
      const wire = wireRequestOf(request, origin);
      // What a registry names on another host is not the registry, and gets no authorization.
      if (wire.url.origin !== origin.origin) return follow(wire);
      const target: Target = { ...request, url: wire.url };
      const authorization = await authorizer.headerFor(target);
      const response = await follow(withAuthorization(wire, authorization));
      if (response.status !== 401 || response.url.origin !== origin.origin) return response;
      if (!(await authorizer.learn(target, authorization, response))) return response;
      await discardBody(response);
      return follow(withAuthorization(wire, await authorizer.headerFor(target)));
    });
  }

  async function refused(request: RegistryRequest, response: WireResponse): Promise<OciError> {
    const body = await readBody(response, { bytes: limits.answerBytes, ms: limits.readMs }).catch(
      () => new Uint8Array(),
    );
    const error = refusal(request.method, response, body);
    const isOurs = response.url.origin === origins.known(request.registry)?.origin;
    if (!isOurs || (error.code !== 'unauthorized' && error.code !== 'denied')) return error;
    const target = { ...request, url: response.url };
    return refusedCredentials(target, await authorizer.hasCredential(target), error);
  }

  return {
    async exchange(request) {
      const attempts = request.retry === false ? 1 : limits.attempts;
      const shown = wireRequestOf(request, origins.guess(request.registry));
      const response = await sendPersistently(shown, () => sendAuthorized(request), attempts);
      if (request.accept.includes(response.status)) return response;
      throw await refused(request, response);
    },
    exclusively: createLocks(),
    sleep,
    now,
    limits,
    log,
    close: () => agents.close(),
  };
}

function wireRequestOf(request: RegistryRequest, origin: URL): WireRequest {
  const url = new URL(request.target, origin);
  const { method, headers = {}, body } = request;
  return { method, url, headers, ...(body === undefined ? {} : { body }) };
}

function withAuthorization(request: WireRequest, authorization: string | undefined): WireRequest {
  if (authorization === undefined) return request;
  return { ...request, headers: { ...request.headers, Authorization: authorization } };
}

/** Warnings of the registry, each once (distribution specification, "Warnings"). */
function reportWarnings(response: WireResponse, seen: Set<string>, log: SessionLog): void {
  const header = String(response.headers['warning'] ?? '').slice(0, 4096);
  for (const [, text = ''] of header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)) {
    const shown = text.replaceAll(/\\(.)/g, '$1').replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
    const key = `${response.url.host} ${shown}`;
    if (seen.has(key) || seen.size > 100) continue;
    seen.add(key);
    log.warn(`${response.url.host} says: ${shown}`);
  }
}
