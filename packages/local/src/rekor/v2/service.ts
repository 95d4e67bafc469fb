// SPDX-License-Identifier: Apache-2.0
import { LocalError } from '../../error.ts';
import { type JsonObject, jsonBody } from '../../http/json-body.ts';
import { listenOnLoopback, type Service, type ServiceReply } from '../../http/service.ts';
import { ServiceError } from '../../http/service-error.ts';
import { generateServiceKey, type ServiceKey } from '../../key-pair.ts';
import { leafHash, MerkleTree } from '../../merkle/merkle-tree.ts';
import { signCheckpoint } from '../signed-note.ts';
import { checkHashedRekordRequest } from './check-request.ts';
import { readEntryBundle, readTile } from './tiles.ts';

export interface RekorV2 extends Service {
  readonly key: ServiceKey;
}

/** The tile-based log of Rekor v2 (sigstore/rekor-tiles): it promises no time, so a bundle needs a timestamp. */
export async function startRekorV2(port?: number): Promise<RekorV2> {
  const service = await listenOnLoopback({ name: 'Rekor v2', port });
  const key = await generateServiceKey();
  const tree = new MerkleTree();
  const entries: Buffer[] = [];
  // Clients take the host of the base URL without its port for the origin.
  const origin = new URL(service.url).hostname;
  const checkpoint = (): string => signCheckpoint(key, origin, origin, { size: tree.size, root: tree.root() });

  const add = (request: JsonObject): ServiceReply => {
    const body = check(request);
    const duplicate = entries.findIndex((entry) => entry.equals(body));
    if (duplicate >= 0) throw new ServiceError(409, `an equivalent entry already exists at index ${duplicate}`);
    const index = tree.append(leafHash(body));
    entries.push(body);
    return { status: 201, body: transparencyLogEntry(key, tree, index, body, checkpoint()) };
  };
  const tile = (path: string, read: (rest: string) => Buffer) => ({
    method: 'GET' as const,
    path: `/api/v2/tile/${path}`,
    handle: ({ parameters }: { readonly parameters: Readonly<Record<string, string>> }) => ({
      status: 200,
      headers: { 'content-type': 'application/octet-stream' },
      body: read(parameters['rest'] ?? ''),
    }),
  });
  service.serve({
    describe: (error) => ({ code: grpcCodes[error.status] ?? 13, message: error.message, details: [] }),
    routes: [
      { method: 'POST', path: '/api/v2/log/entries', handle: ({ body }) => add(jsonBody(body)) },
      { method: 'GET', path: '/api/v2/checkpoint', handle: () => ({ status: 200, body: checkpoint() }) },
      tile('entries/*', (rest) => readEntryBundle(entries, rest)),
      tile('*', (rest) => readTile(tree, rest)),
      { method: 'GET', path: '/healthz', handle: () => ({ status: 200, body: { status: 'SERVING' } }) },
    ],
  });
  return { ...service, key };
}

const grpcCodes: Readonly<Record<number, number>> = { 400: 3, 404: 5, 409: 6 };

function check(request: JsonObject): Buffer {
  try {
    return checkHashedRekordRequest(request);
  } catch (error) {
    if (error instanceof LocalError) throw new ServiceError(400, `invalid hashedrekord request: ${error.message}`);
    throw error;
  }
}

/** TransparencyLogEntry of sigstore_rekor.proto in JSON, where 64-bit numbers are text. */
function transparencyLogEntry(
  key: ServiceKey,
  tree: MerkleTree,
  index: number,
  body: Buffer,
  checkpoint: string,
): unknown {
  return {
    logIndex: String(index),
    logId: { keyId: key.id.toString('base64') },
    kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
    inclusionProof: {
      logIndex: String(index),
      rootHash: tree.root().toString('base64'),
      treeSize: String(tree.size),
      hashes: tree.inclusionProof(index).map((hash) => hash.toString('base64')),
      checkpoint: { envelope: checkpoint },
    },
    canonicalizedBody: body.toString('base64'),
  };
}
