// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash, MerkleTree, nodeHash } from './merkle-tree.ts';

const leaves = (size: number): Buffer[] =>
  Array.from({ length: size }, (_, index) => leafHash(Buffer.from(`${index}`)));

function treeOf(size: number): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves(size)) tree.append(leaf);
  return tree;
}

/** MTH of RFC 6962 section 2.1, read off the definition. */
function rootByDefinition(hashes: readonly Buffer[]): Buffer {
  const [first] = hashes;
  if (first === undefined) return treeOf(0).root();
  if (hashes.length === 1) return first;
  const k = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  return nodeHash(rootByDefinition(hashes.slice(0, k)), rootByDefinition(hashes.slice(k)));
}

/** The verifier of RFC 9162 section 2.1.3.2. */
function rootFromInclusion(index: number, size: number, leaf: Buffer, proof: readonly Buffer[]): Buffer | undefined {
  let position = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return undefined;
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) {
        position = Math.floor(position / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : undefined;
}

/** The verifier of RFC 9162 section 2.1.4.2. */
function consistent(first: number, second: number, roots: [Buffer, Buffer], given: readonly Buffer[]): boolean {
  const proof = Number.isInteger(Math.log2(first)) ? [roots[0], ...given] : [...given];
  let fn = first - 1;
  let sn = second - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  const start = proof.shift();
  if (start === undefined) return false;
  let [older, newer] = [start, start];
  for (const hash of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      older = nodeHash(hash, older);
      newer = nodeHash(hash, newer);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else {
      newer = nodeHash(newer, hash);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && older.equals(roots[0]) && newer.equals(roots[1]);
}

const sizes = fc.integer({ min: 1, max: 70 });

describe('the Merkle tree of a log', () => {
  it('has the root that the RFC defines, now and for every earlier size', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, seed) => {
        const earlier = seed % (size + 1);
        expect(treeOf(size).root(earlier)).toEqual(rootByDefinition(leaves(size).slice(0, earlier)));
      }),
    );
  });

  it('has the root of the empty string when it is empty', () => {
    expect(new MerkleTree().root().toString('hex')).toMatch(/^e3b0c44298fc1c149afbf4c8996fb924/);
  });

  it('proves that each leaf is in the tree', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (total, a, b) => {
        const size = 1 + (a % total);
        const index = b % size;
        const tree = treeOf(total);
        const leaf = leaves(total)[index] ?? Buffer.alloc(0);
        expect(rootFromInclusion(index, size, leaf, tree.inclusionProof(index, size))).toEqual(tree.root(size));
      }),
    );
  });

  it('proves nothing for a leaf that is not in the tree', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 70 }), fc.nat(), (size, seed) => {
        const index = seed % size;
        const tree = treeOf(size);
        const other = leafHash(Buffer.from('another entry'));
        expect(rootFromInclusion(index, size, other, tree.inclusionProof(index))).not.toEqual(tree.root());
      }),
    );
  });

  it('proves that it only ever grew', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (total, a, b) => {
        const second = 1 + (a % total);
        const first = 1 + (b % second);
        const tree = treeOf(total);
        const proof = tree.consistencyProof(first, second);
        const roots: [Buffer, Buffer] = [tree.root(first), tree.root(second)];
        if (first === second) expect(proof).toEqual([]);
        else expect(consistent(first, second, roots, proof)).toBe(true);
      }),
    );
  });

  it.each([
    ['a leaf beyond the end', () => treeOf(3).inclusionProof(3)],
    ['a negative leaf', () => treeOf(3).inclusionProof(-1)],
    ['a size it has not reached', () => treeOf(3).root(4)],
    ['a prefix larger than the tree', () => treeOf(3).consistencyProof(3, 2)],
  ])('refuses %s', (_, ask) => {
    expect(ask).toThrow(RangeError);
  });
});
