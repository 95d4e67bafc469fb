// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createLocks } from '../locks.ts';
import { createAccess, openAccess, type RegistryAuth } from './access.ts';
import { deleteBlob, serveBlob } from './blobs.ts';
import { answer, type Exchange } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import { folderStorage } from './folder-storage.ts';
import { listReferrers, listRepositories, listTags } from './lists.ts';
import { deleteManifest, serveManifest, storeManifest } from './manifests.ts';
import { memoryStorage } from './memory-storage.ts';
import { type Route, routeOf } from './route.ts';
import { createUploadSessions } from './upload-sessions.ts';
import { appendUpload, beginUpload, cancelUpload, describeUpload, finishUpload } from './uploads.ts';

export interface RegistryOptions {
  /** Where content is kept; in memory unless told. */
  readonly storage?: { readonly kind: 'memory' } | { readonly kind: 'folder'; readonly path: string };
  /** Who may use the registry; anyone who reaches it unless told. */
  readonly auth?: RegistryAuth;
  /** Whether the referrers API answers; without it clients fall back to the referrers tag schema. */
  readonly referrersApi?: boolean;
  /** The largest manifest that is accepted, in bytes. */
  readonly manifestBytes?: number;
  /** Entries in a page of tags or referrers. */
  readonly pageSize?: number;
  readonly now?: () => Date;
}

/** A registry as a listener for `node:http`; it answers everything below `/v2/`, and `/token`. */
export function createRegistryHandler(options: RegistryOptions = {}): RequestListener {
  const storage = options.storage?.kind === 'folder' ? folderStorage(options.storage.path) : memoryStorage();
  const uploads = createUploadSessions(storage);
  const now = options.now ?? (() => new Date());
  const access = options.auth === undefined ? openAccess : createAccess(options.auth, now);
  const settings = {
    referrersApi: options.referrersApi ?? true,
    manifestBytes: options.manifestBytes ?? 8 * 1024 * 1024,
    pageSize: options.pageSize ?? 1000,
  };
  const exclusively = createLocks();

  return (request, response) => {
    response.setHeader('Docker-Distribution-API-Version', 'registry/2.0');
    const url = parseTarget(request);
    const exchange = { request, response, query: url.searchParams, storage, uploads, settings, exclusively };
    handle(exchange, url.pathname).catch((error: unknown) => fail(exchange, error));
  };

  async function handle(exchange: Exchange, path: string): Promise<void> {
    const route = routeOf(path);
    if (route === undefined) throw new RegistryFault(404, 'UNSUPPORTED', 'there is no such endpoint');
    access.check(exchange, route);
    if (route.kind === 'token') return access.issueToken(exchange);
    await dispatch(exchange, route);
  }
}

async function dispatch(exchange: Exchange, route: Exclude<Route, { kind: 'token' }>): Promise<void> {
  const method = exchange.request.method === 'HEAD' ? 'GET' : exchange.request.method;
  const run = actions(exchange, route)[method ?? ''];
  if (run === undefined) throw new RegistryFault(405, 'UNSUPPORTED', `${method} is not possible here`);
  await run();
}

/** What each method does at an endpoint. */
function actions(
  exchange: Exchange,
  route: Exclude<Route, { kind: 'token' }>,
): Readonly<Record<string, () => void | Promise<void>>> {
  switch (route.kind) {
    case 'base':
      return { GET: () => answer(exchange, 200, { 'Content-Type': 'application/json' }, '{}') };
    case 'catalog':
      return { GET: () => listRepositories(exchange) };
    case 'tags':
      return { GET: () => listTags(exchange, route.repository) };
    case 'referrers':
      return { GET: () => listReferrers(exchange, route.repository, route.digest) };
    case 'uploads':
      return { POST: () => beginUpload(exchange, route.repository) };
    case 'upload':
      return {
        GET: () => describeUpload(exchange, route.repository, route.id),
        PATCH: () => appendUpload(exchange, route.repository, route.id),
        PUT: () => finishUpload(exchange, route.repository, route.id),
        DELETE: () => cancelUpload(exchange, route.repository, route.id),
      };
    case 'blob':
      return {
        GET: () => serveBlob(exchange, route.repository, route.digest),
        DELETE: () => deleteBlob(exchange, route.repository, route.digest),
      };
    case 'manifest':
      return {
        GET: () => serveManifest(exchange, route.repository, route.reference),
        PUT: () => storeManifest(exchange, route.repository, route.reference),
        DELETE: () => deleteManifest(exchange, route.repository, route.reference),
      };
  }
}

/** Only path and query count; a target that is no URL at all becomes one that no endpoint has. */
function parseTarget(request: IncomingMessage): URL {
  const target = `http://registry${request.url?.startsWith('/') ? request.url : '/'}`;
  return URL.parse(target) ?? new URL('http://registry/');
}

function fail(exchange: Exchange, error: unknown): void {
  const { request, response } = exchange;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const fault = error instanceof RegistryFault ? error : undefined;
  const body = { errors: [{ code: fault?.code ?? 'UNKNOWN', message: fault?.message ?? 'the registry failed' }] };
  // A body that was not read would be taken for the next request.
  const unread = request.complete || isBodiless(request) ? {} : { Connection: 'close' };
  const headers = { 'Content-Type': 'application/json', ...unread, ...fault?.headers };
  answer(exchange, fault?.status ?? 500, headers, JSON.stringify(body));
  discard(request, response);
}

/** Reads on for a while, so that a client that is still sending gets to read the answer; then hangs up. */
function discard(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || isBodiless(request)) return;
  let left = 1024 * 1024;
  request.on('data', (bytes: Uint8Array) => {
    left -= bytes.length;
    if (left < 0) response.destroy();
  });
  request.resume();
}

function isBodiless(request: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  return encoding === undefined && Number(length) === 0;
}
