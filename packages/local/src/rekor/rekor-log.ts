// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { generateServiceKey, type ServiceKey, signWith } from '../key-pair.ts';
import { leafHash, MerkleTree } from '../merkle/merkle-tree.ts';
import { canonicalJson } from './canonical-json.ts';
import type { AcceptedEntry } from './proposal.ts';
import { signCheckpoint } from './signed-note.ts';

/** The state of one Rekor v1 log: a single shard in memory. */
export interface RekorLog {
  readonly key: ServiceKey;
  /** Decimal, as `GET /api/v1/log` shows it. */
  readonly treeId: string;
  readonly tree: MerkleTree;
  /** Logs an entry, or says which entry is the same. */
  add(entry: AcceptedEntry): { readonly kind: 'added' | 'duplicate'; readonly uuid: string };
  find(uuid: string): unknown;
  findByIndex(index: number): unknown;
  search(keys: readonly string[]): readonly string[];
  uuidOf(body: Buffer): string;
  checkpoint(): string;
}

interface StoredEntry extends AcceptedEntry {
  readonly uuid: string;
  readonly index: number;
  readonly integratedTime: number;
}

export async function createRekorLog(host: string, now: () => Date): Promise<RekorLog> {
  const key = await generateServiceKey();
  const tree = new MerkleTree();
  const treeId = randomTreeId();
  const prefix = treeId.toString(16).padStart(16, '0');
  const entries: StoredEntry[] = [];
  const byUuid = new Map<string, StoredEntry>();
  const uuidOf = (body: Buffer): string => `${prefix}${leafHash(body).toString('hex')}`;
  const checkpoint = (): string =>
    signCheckpoint(key, host, `${host} - ${treeId}`, { size: tree.size, root: tree.root() });
  const render = (entry: StoredEntry | undefined): unknown =>
    entry === undefined ? undefined : { [entry.uuid]: renderEntry(entry, key, tree, checkpoint()) };
  return {
    key,
    treeId: String(treeId),
    tree,
    checkpoint,
    uuidOf,
    add(entry) {
      const uuid = uuidOf(entry.body);
      if (byUuid.has(uuid)) return { kind: 'duplicate', uuid };
      const index = tree.append(leafHash(entry.body));
      const stored = { ...entry, uuid, index, integratedTime: Math.floor(now().getTime() / 1000) };
      entries.push(stored);
      byUuid.set(uuid, stored);
      return { kind: 'added', uuid };
    },
    // A bare leaf hash finds an entry as well as the id with the tree in front.
    find: (uuid) => render(byUuid.get(uuid.length === 64 ? `${prefix}${uuid}` : uuid)),
    findByIndex: (index) => render(entries[index]),
    search: (keys) => entries.filter((entry) => keys.some((k) => entry.indexKeys.includes(k))).map(({ uuid }) => uuid),
  };
}

/** `LogEntryAnon` of Rekor's openapi.yaml. */
function renderEntry(entry: StoredEntry, key: ServiceKey, tree: MerkleTree, checkpoint: string): unknown {
  const promised = {
    body: entry.body.toString('base64'),
    integratedTime: entry.integratedTime,
    logID: key.id.toString('hex'),
    logIndex: entry.index,
  };
  return {
    ...promised,
    ...(entry.attestation === undefined ? {} : { attestation: { data: entry.attestation.toString('base64') } }),
    verification: {
      inclusionProof: {
        checkpoint,
        hashes: tree.inclusionProof(entry.index).map((hash) => hash.toString('hex')),
        logIndex: entry.index,
        rootHash: tree.root().toString('hex'),
        treeSize: tree.size,
      },
      signedEntryTimestamp: signWith(key, Buffer.from(canonicalJson(promised))).toString('base64'),
    },
  };
}

/** Positive and of 63 bits, like Trillian's. */
function randomTreeId(): bigint {
  return (randomBytes(8).readBigUInt64BE() >> 1n) | (1n << 62n);
}
