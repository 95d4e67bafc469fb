// SPDX-License-Identifier: Apache-2.0
import { generateServiceKey, type ServiceKey, sha256, signWith } from '../key-pair.ts';
import { leafHash, MerkleTree } from '../merkle/merkle-tree.ts';

/** A certificate transparency log (RFC 6962) for the pre-certificates of one authority. */
export interface CtLog {
  readonly key: ServiceKey;
  readonly tree: MerkleTree;
  /** Serialized MerkleTreeLeaf structures in the order of the log. */
  readonly leaves: readonly Buffer[];
  /** Logs a TBSCertificate without poison and SCT list; returns the SignedCertificateTimestamp. */
  addPreCertificate(tbs: Buffer, issuerSpki: Buffer): Buffer;
  /** The signed tree head of section 4.3. */
  treeHead(): CtTreeHead;
}

export interface CtTreeHead {
  readonly tree_size: number;
  readonly timestamp: number;
  readonly sha256_root_hash: string;
  readonly tree_head_signature: string;
}

const version = Buffer.from([0]);
const leafType = Buffer.from([0]);
const signatureTypes = { certificateTimestamp: Buffer.from([0]), treeHash: Buffer.from([1]) };
const preCertificateEntry = uint(1, 2);
const noExtensions = uint(0, 2);
/** `digitally-signed` of TLS 1.2 begins with the hash (SHA-256) and the signature algorithm (ECDSA). */
const ecdsaWithSha256 = Buffer.from([4, 3]);

export async function createCtLog(now: () => Date): Promise<CtLog> {
  const key = await generateServiceKey();
  const tree = new MerkleTree();
  const leaves: Buffer[] = [];
  return {
    key,
    tree,
    leaves,
    addPreCertificate(tbs, issuerSpki) {
      const timestamp = uint(now().getTime(), 8);
      const preCertificate = Buffer.concat([sha256(issuerSpki), uint(tbs.length, 3), tbs]);
      const entry = Buffer.concat([timestamp, preCertificateEntry, preCertificate, noExtensions]);
      const leaf = Buffer.concat([version, leafType, entry]);
      tree.append(leafHash(leaf));
      leaves.push(leaf);
      const signed = digitallySigned(key, Buffer.concat([version, signatureTypes.certificateTimestamp, entry]));
      return Buffer.concat([version, key.id, timestamp, noExtensions, signed]);
    },
    treeHead() {
      const timestamp = now().getTime();
      const head = Buffer.concat([
        version,
        signatureTypes.treeHash,
        uint(timestamp, 8),
        uint(tree.size, 8),
        tree.root(),
      ]);
      return {
        tree_size: tree.size,
        timestamp,
        sha256_root_hash: tree.root().toString('base64'),
        tree_head_signature: digitallySigned(key, head).toString('base64'),
      };
    },
  };
}

/** SignedCertificateTimestampList of section 3.3: what the certificate extension holds. */
export function encodeTimestampList(timestamps: readonly Buffer[]): Buffer {
  const list = Buffer.concat(timestamps.flatMap((timestamp) => [uint(timestamp.length, 2), timestamp]));
  return Buffer.concat([uint(list.length, 2), list]);
}

function digitallySigned(key: ServiceKey, data: Buffer): Buffer {
  const signature = signWith(key, data);
  return Buffer.concat([ecdsaWithSha256, uint(signature.length, 2), signature]);
}

/** Big-endian unsigned integer of `size` bytes. */
function uint(value: number, size: number): Buffer {
  return Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex');
}
