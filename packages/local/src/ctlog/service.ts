// SPDX-License-Identifier: Apache-2.0
import type { Route } from '../http/route.ts';
import { listenOnLoopback, type Service, type ServiceRequest } from '../http/service.ts';
import { ServiceError } from '../http/service-error.ts';
import { leafHash } from '../merkle/merkle-tree.ts';
import type { CtLog } from './ct-log.ts';

const maxEntries = 256;

/** Serves a log's read methods (RFC 6962 section 4). Only Fulcio, in this process, adds to it. */
export async function startCtLogService(log: CtLog, port?: number): Promise<Service> {
  const service = await listenOnLoopback({ name: 'CT log', port });
  const get = (name: string, handle: (query: URLSearchParams) => unknown): Route => ({
    method: 'GET',
    path: `/ct/v1/${name}`,
    handle: ({ query }: ServiceRequest) => ({ status: 200, body: handle(query) }),
  });
  service.serve({
    describe: (error) => ({ error_message: error.message, success: false }),
    routes: [
      get('get-sth', () => log.treeHead()),
      get('get-sth-consistency', (query) => consistency(log, query)),
      get('get-proof-by-hash', (query) => proofByHash(log, query)),
      get('get-entries', (query) => entries(log, query)),
    ],
  });
  return service;
}

function consistency(log: CtLog, query: URLSearchParams): unknown {
  const first = sizeAt(query, 'first', log.tree.size);
  const second = sizeAt(query, 'second', log.tree.size);
  if (first > second) throw new ServiceError(400, 'Expected first to be at most second.');
  return { consistency: log.tree.consistencyProof(first, second).map(base64) };
}

function proofByHash(log: CtLog, query: URLSearchParams): unknown {
  const size = sizeAt(query, 'tree_size', log.tree.size);
  const wanted = Buffer.from(query.get('hash') ?? '', 'base64');
  const index = log.leaves.findIndex((leaf) => leafHash(leaf).equals(wanted));
  if (index < 0 || index >= size) throw new ServiceError(404, 'No leaf of that tree has this hash.');
  return { leaf_index: index, audit_path: log.tree.inclusionProof(index, size).map(base64) };
}

function entries(log: CtLog, query: URLSearchParams): unknown {
  const start = sizeAt(query, 'start', log.tree.size - 1);
  const end = Math.min(sizeAt(query, 'end', Number.MAX_SAFE_INTEGER), start + maxEntries - 1);
  const found = log.leaves.slice(start, end + 1);
  return { entries: found.map((leaf) => ({ leaf_input: base64(leaf), extra_data: '' })) };
}

function sizeAt(query: URLSearchParams, name: string, maximum: number): number {
  const text = query.get(name) ?? '';
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > maximum) throw new ServiceError(400, `Expected ${name} between 0 and ${maximum}.`);
  return value;
}

const base64 = (bytes: Buffer): string => bytes.toString('base64');
