// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';
import type { Scope } from '../auth/authorizer.ts';
import type { Digest } from '../descriptor.ts';
import { OciError } from '../error.ts';
import { redactUrl } from '../http/address.ts';
import type { WireResponse } from '../http/wire.ts';
import type { Manifest } from '../manifest.ts';
import type { Reference } from '../reference.ts';
import type { RegistryRequest, Session } from '../session.ts';

/** One repository of a registry, and what this run knows about it. */
export interface RegistryTarget {
  readonly session: Session;
  readonly registry: string;
  readonly repository: string;
  /** `registry/repository` */
  readonly name: string;
  /** Blobs that the registry has shown or been given. */
  readonly held: Set<Digest>;
  /** Manifests by digest: their content cannot change. */
  readonly manifests: Map<Digest, Manifest>;
  /** Uploads that a refused mount has begun. */
  readonly begun: Map<Digest, URL>;
  /** Whether the referrers API answers; undefined until it was asked. */
  referrersApi: boolean | undefined;
}

export function createTarget(session: Session, reference: Pick<Reference, 'registry' | 'repository'>): RegistryTarget {
  const { registry, repository } = reference;
  return {
    session,
    registry,
    repository,
    name: `${registry}/${repository}`,
    held: new Set(),
    manifests: new Map(),
    begun: new Map(),
    referrersApi: undefined,
  };
}

export function pullScope(target: RegistryTarget): Scope {
  return `repository:${target.repository}:pull`;
}

export function pushScope(target: RegistryTarget): Scope {
  return `repository:${target.repository}:pull,push`;
}

type Request = Omit<RegistryRequest, 'registry' | 'repository' | 'scopes'>;

/** A request that reads; `path` is below the repository. */
export function read(target: RegistryTarget, request: Request): Promise<WireResponse> {
  return send(target, request, [pullScope(target)]);
}

/** A request that changes something. */
export function write(target: RegistryTarget, request: Request): Promise<WireResponse> {
  return send(target, request, [pushScope(target)]);
}

export function send(target: RegistryTarget, request: Request, scopes: readonly Scope[]): Promise<WireResponse> {
  const { session, registry, repository } = target;
  const path = typeof request.target === 'string' ? `/v2/${repository}/${request.target}` : request.target;
  return session.exchange({ ...request, target: path, registry, repository, scopes });
}

/** The URL in a `Location` header; an `OciError` where it is missing or would take the upload off an encrypted connection. */
export function locationOf(response: WireResponse): URL {
  const { location } = response.headers;
  const url = location === undefined ? null : URL.parse(location, response.url.href);
  if (url === null) {
    throw new OciError('registry-error', `Expected ${redactUrl(response.url)} to name a Location, found none.`);
  }
  return keepEncrypted(url, response.url);
}

/** The next page of a list (RFC 8288), or undefined after the last. */
export function nextPage(headers: IncomingHttpHeaders, url: URL): URL | undefined {
  const link = String(headers['link'] ?? '').slice(0, 8192);
  const next = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link)?.[1];
  const page = next === undefined ? undefined : (URL.parse(next, url.href) ?? undefined);
  return page === undefined ? undefined : keepEncrypted(page, url);
}

/** Registries behind a proxy that ends TLS often name themselves with http: the host is the same, so https is right. */
function keepEncrypted(url: URL, from: URL): URL {
  url.username = '';
  url.password = '';
  if (from.protocol !== 'https:' || url.protocol === 'https:') return url;
  if (url.hostname === from.hostname) {
    const secure = new URL(url);
    secure.protocol = 'https:';
    secure.port = from.port;
    return secure;
  }
  throw new OciError('registry-error', `Expected ${from.host} to name an https address, found ${redactUrl(url)}.`);
}
