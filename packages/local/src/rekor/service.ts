// SPDX-License-Identifier: Apache-2.0
import { LocalError } from '../error.ts';
import { isObject, type JsonObject, jsonBody, listAt, objectAt, textAt } from '../http/json-body.ts';
import { listenOnLoopback, type Service, type ServiceReply } from '../http/service.ts';
import { ServiceError } from '../http/service-error.ts';
import { fromPem, toPem } from '../x509/pem.ts';
import { sha256Text } from './kinds/entry-kind.ts';
import { type AcceptedEntry, acceptProposal } from './proposal.ts';
import { createRekorLog, type RekorLog } from './rekor-log.ts';

export interface RekorOptions {
  readonly now: () => Date;
  readonly port?: number | undefined;
}

export interface Rekor extends Service {
  readonly log: RekorLog;
}

const maxSearchQueries = 10;

/** Rekor's v1 API (sigstore/rekor openapi.yaml). */
export async function startRekor(options: RekorOptions): Promise<Rekor> {
  const service = await listenOnLoopback({ name: 'Rekor', port: options.port });
  const log = await createRekorLog(service.host, options.now);
  const entries = '/api/v1/log/entries';
  service.serve({
    describe: (error) => ({ code: error.status, message: error.message }),
    routes: [
      { method: 'POST', path: entries, handle: ({ body }) => createEntry(log, entries, jsonBody(body)) },
      { method: 'GET', path: entries, handle: ({ query }) => entryByIndex(log, query) },
      { method: 'POST', path: `${entries}/retrieve`, handle: ({ body }) => retrieve(log, jsonBody(body)) },
      {
        method: 'GET',
        path: `${entries}/:uuid`,
        handle: ({ parameters }) => ({ status: 200, body: found(log.find(parameters['uuid'] ?? '')) }),
      },
      { method: 'POST', path: '/api/v1/index/retrieve', handle: ({ body }) => searchIndex(log, jsonBody(body)) },
      { method: 'GET', path: '/api/v1/log', handle: () => logInfo(log) },
      { method: 'GET', path: '/api/v1/log/publicKey', handle: () => publicKey(log) },
      { method: 'GET', path: '/api/v1/log/proof', handle: ({ query }) => consistencyProof(log, query) },
      { method: 'GET', path: '/ping', handle: () => ({ status: 200, body: '' }) },
    ],
  });
  return { ...service, log };
}

function createEntry(log: RekorLog, path: string, proposal: JsonObject): ServiceReply {
  const { kind, uuid } = log.add(accept(proposal));
  const location = `${path}/${uuid}`;
  if (kind === 'duplicate') {
    const message = `an equivalent entry already exists in the transparency log with UUID ${uuid}`;
    throw new ServiceError(409, message, { location });
  }
  return { status: 201, headers: { location, etag: uuid }, body: log.find(uuid) };
}

function accept(proposal: JsonObject): AcceptedEntry {
  try {
    return acceptProposal(proposal);
  } catch (error) {
    if (error instanceof LocalError) throw new ServiceError(400, `error processing entry: ${error.message}`);
    throw error;
  }
}

function entryByIndex(log: RekorLog, query: URLSearchParams): ServiceReply {
  const text = query.get('logIndex') ?? '';
  if (!/^\d{1,15}$/.test(text)) throw new ServiceError(422, 'logIndex in query is required and must be a number');
  return { status: 200, body: found(log.findByIndex(Number(text))) };
}

/** Entries by id, by index, or by the proposal that made them; what is not there is left out. */
function retrieve(log: RekorLog, body: JsonObject): ServiceReply {
  const uuids = listAt(body, 'entryUUIDs').map(String);
  const indexes = listAt(body, 'logIndexes').map(Number);
  const proposals = listAt(body, 'entries').filter(isObject);
  if (uuids.length + indexes.length + proposals.length > maxSearchQueries) {
    throw new ServiceError(422, `more than max allowed ${maxSearchQueries} entries in request`);
  }
  const results = [
    ...uuids.map((uuid) => log.find(uuid)),
    ...proposals.map((proposal) => log.find(log.uuidOf(accept(proposal).body))),
    ...indexes.map((index) => log.findByIndex(index)),
  ];
  return { status: 200, body: results.filter((entry) => entry !== undefined) };
}

function searchIndex(log: RekorLog, body: JsonObject): ServiceReply {
  const hash = textAt(body, 'hash');
  const email = textAt(body, 'email');
  const content = textAt(objectAt(body, 'publicKey'), 'content');
  const keys = [
    ...(hash === undefined ? [] : [hash.includes(':') ? hash : `sha256:${hash}`]),
    ...(email === undefined ? [] : [email]),
    ...(content === undefined ? [] : [`sha256:${sha256Text(canonicalPem(Buffer.from(content, 'base64')))}`]),
  ];
  const matches = keys.map((key) => log.search([key]));
  const all = body['operator'] === 'and';
  const uuids = [...new Set(matches.flat())].filter((uuid) => !all || matches.every((found) => found.includes(uuid)));
  return { status: 200, body: uuids };
}

function canonicalPem(given: Buffer): Buffer {
  const pem = fromPem(given.toString('latin1'));
  if (pem?.label !== 'CERTIFICATE' && pem?.label !== 'PUBLIC KEY') {
    throw new ServiceError(400, 'public key provided could not be parsed');
  }
  return Buffer.from(toPem(pem.label, pem.bytes));
}

function logInfo(log: RekorLog): ServiceReply {
  const body = {
    inactiveShards: [],
    rootHash: log.tree.root().toString('hex'),
    signedTreeHead: log.checkpoint(),
    treeID: log.treeId,
    treeSize: log.tree.size,
  };
  return { status: 200, body };
}

function publicKey(log: RekorLog): ServiceReply {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-pem-file' },
    body: toPem('PUBLIC KEY', log.key.spki),
  };
}

function consistencyProof(log: RekorLog, query: URLSearchParams): ServiceReply {
  const first = Number(query.get('firstSize') ?? '1');
  const last = Number(query.get('lastSize') ?? Number.NaN);
  if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || first > last) {
    throw new ServiceError(400, `firstSize(${first}) must be less than lastSize(${last})`);
  }
  if (last > log.tree.size) {
    const message = `the tree size requested(${last}) was greater than what is currently observable(${log.tree.size})`;
    throw new ServiceError(400, message);
  }
  const hashes = log.tree.consistencyProof(first, last).map((hash) => hash.toString('hex'));
  return { status: 200, body: { hashes, rootHash: log.tree.root(last).toString('hex') } };
}

function found(entry: unknown): unknown {
  if (entry === undefined) throw new ServiceError(404, 'Not Found');
  return entry;
}
