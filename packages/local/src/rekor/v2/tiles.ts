// SPDX-License-Identifier: Apache-2.0
import { ServiceError } from '../../http/service-error.ts';
import type { MerkleTree } from '../../merkle/merkle-tree.ts';

/** Hashes in a full tile and entries in a full bundle (C2SP tlog-tiles). */
const tileWidth = 256;

/** The tile at `path`, which is `LEVEL/INDEX`: consecutive hashes of the tree level `8 * LEVEL`. */
export function readTile(tree: MerkleTree, path: string): Buffer {
  const [level = '', ...rest] = path.split('/');
  if (!/^\d{1,2}$/.test(level)) throw new ServiceError(404, 'Not Found');
  const { start, width } = tileRange(rest.join('/'));
  const hashes = Array.from({ length: width }, (_, offset) => tree.subtreeHash(Number(level) * 8, start + offset));
  return Buffer.concat(hashes.map(existing));
}

/** The entry bundle at `INDEX`: each entry after its length in two bytes. */
export function readEntryBundle(entries: readonly Buffer[], path: string): Buffer {
  const { start, width } = tileRange(path);
  const bundle = Array.from({ length: width }, (_, offset) => existing(entries[start + offset]));
  return Buffer.concat(bundle.flatMap((entry) => [Buffer.from([entry.length >> 8, entry.length & 0xff]), entry]));
}

/** `x001/x234/067` is tile 1234067; `.p/5` at the end asks for its first five members only. */
function tileRange(path: string): { readonly start: number; readonly width: number } {
  const match = /^((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  const width = Number(match?.[2] ?? tileWidth);
  if (match === null || width < 1 || width > tileWidth) throw new ServiceError(404, 'Not Found');
  return { start: Number((match[1] ?? '').replaceAll(/[x/]/g, '')) * tileWidth, width };
}

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new ServiceError(404, 'Not Found');
  return value;
}
