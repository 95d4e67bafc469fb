// SPDX-License-Identifier: Apache-2.0

/**
 * The append-only Merkle tree of RFC 6962 section 2.1.
 *
 * `levels[k][i]` is the hash of the complete subtree over the leaves `i * 2^k` up to `(i + 1) * 2^k`. Whatever range a
 * root or a proof asks for is split into such subtrees, so that both cost a logarithm of the size and no leaf is hashed
 * twice.
 */
import { sha256 } from '../key-pair.ts';

const leafPrefix = Buffer.from([0]);
const nodePrefix = Buffer.from([1]);

export const leafHash = (leaf: Uint8Array): Buffer => sha256(leafPrefix, leaf);
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(nodePrefix, left, right);

export class MerkleTree {
  readonly #levels: Buffer[][] = [[]];

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /** Appends a leaf by its hash and returns its index. */
  append(hash: Buffer): number {
    const index = this.size;
    let position = index;
    let current = hash;
    for (let level = 0; ; level += 1) {
      const row = this.#row(level);
      row.push(current);
      const sibling = row[position - 1];
      if (position % 2 === 0 || sibling === undefined) return index;
      current = nodeHash(sibling, current);
      position = (position - 1) / 2;
    }
  }

  /** The root over the first `size` leaves. */
  root(size: number = this.size): Buffer {
    this.#expectSize(size);
    return size === 0 ? sha256() : this.#range(0, size);
  }

  /** RFC 6962 section 2.1.1: the audit path of a leaf in the tree of the first `size` leaves. */
  inclusionProof(index: number, size: number = this.size): Buffer[] {
    this.#expectSize(size);
    if (index < 0 || index >= size) throw new RangeError(`There is no leaf ${index} in a tree of ${size}.`);
    return this.#path(index, 0, size);
  }

  /** RFC 6962 section 2.1.2: that the tree of `first` leaves is a prefix of the tree of `second`. */
  consistencyProof(first: number, second: number = this.size): Buffer[] {
    this.#expectSize(second);
    if (first < 0 || first > second)
      throw new RangeError(`A tree of ${first} leaves is no prefix of one of ${second}.`);
    return first === 0 || first === second ? [] : this.#prefix(first, 0, second, true);
  }

  /** Hashes of one level as a tile log publishes them; absent where the subtree is not complete yet. */
  subtreeHash(level: number, index: number): Buffer | undefined {
    return this.#levels[level]?.[index];
  }

  #path(index: number, start: number, end: number): Buffer[] {
    if (end - start === 1) return [];
    const middle = start + largestPowerBelow(end - start);
    return index < middle
      ? [...this.#path(index, start, middle), this.#range(middle, end)]
      : [...this.#path(index, middle, end), this.#range(start, middle)];
  }

  #prefix(first: number, start: number, end: number, whole: boolean): Buffer[] {
    if (first === end) return whole ? [] : [this.#range(start, end)];
    const middle = start + largestPowerBelow(end - start);
    return first <= middle
      ? [...this.#prefix(first, start, middle, whole), this.#range(middle, end)]
      : [...this.#prefix(first, middle, end, false), this.#range(start, middle)];
  }

  #range(start: number, end: number): Buffer {
    const width = end - start;
    const level = Math.log2(width);
    const complete = Number.isInteger(level) ? this.subtreeHash(level, start / width) : undefined;
    if (complete !== undefined) return complete;
    const middle = start + largestPowerBelow(width);
    return nodeHash(this.#range(start, middle), this.#range(middle, end));
  }

  #row(level: number): Buffer[] {
    const row = this.#levels[level] ?? [];
    this.#levels[level] = row;
    return row;
  }

  #expectSize(size: number): void {
    if (!Number.isInteger(size) || size < 0 || size > this.size) {
      throw new RangeError(`The tree has ${this.size} leaves, a size of ${size} was asked for.`);
    }
  }
}

/** The largest power of two smaller than `width`. */
function largestPowerBelow(width: number): number {
  let power = 1;
  while (power * 2 < width) power *= 2;
  return power;
}
