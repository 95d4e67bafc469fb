// SPDX-License-Identifier: Apache-2.0
import { createPublicKey } from 'node:crypto';
import type { LogEntry } from '../evidence/evidence.ts';
import { pemBlocks } from '../evidence/pem.ts';

/**
 * Whether the root hash and tree size that an inclusion proof states are those of the checkpoint it brings. The proof is
 * computed against the checkpoint alone, so a wrong statement would otherwise go unnoticed, as it does in cosign.
 */
export function proofFitsCheckpoint({ proof }: LogEntry): boolean {
  if (!proof) return true;
  const [, size, root] = proof.checkpoint.split('\n');
  return size === proof.treeSize && root !== undefined && Buffer.from(root, 'base64').equals(proof.rootHash);
}

/**
 * The DER bytes of the certificate or key that a log entry names as its verifier; undefined where the entry has none.
 * Rekor v1 keeps PEM in base64 (hashedrekord 0.0.1, dsse 0.0.1, intoto), Rekor v2 the raw bytes.
 */
export function entryVerifier({ kind, version, body }: LogEntry): Uint8Array | undefined {
  const spec = at(JSON.parse(Buffer.from(body).toString('utf8')), 'spec');
  switch (`${kind} ${version}`) {
    case 'hashedrekord 0.0.1':
      return fromPem(at(spec, 'signature', 'publicKey', 'content'));
    case 'dsse 0.0.1':
      return fromPem(at(spec, 'signatures', 0, 'verifier'));
    case 'intoto 0.0.1':
      return fromPem(at(spec, 'publicKey'));
    case 'intoto 0.0.2':
      return fromPem(at(spec, 'content', 'envelope', 'signatures', 0, 'publicKey'));
    case 'hashedrekord 0.0.2':
      return fromVerifier(at(spec, 'hashedRekordV002', 'signature', 'verifier'));
    case 'dsse 0.0.2':
      return fromVerifier(at(spec, 'dsseV002', 'signatures', 0, 'verifier'));
    default:
      return undefined;
  }
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = new Map<string, unknown>(Object.entries(here)).get(String(step));
  }
  return here;
}

function fromPem(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  const pem = Buffer.from(value, 'base64').toString('utf8');
  const [certificate] = pemBlocks(pem, 'CERTIFICATE');
  if (certificate !== undefined) return certificate;
  return createPublicKey(pem).export({ type: 'spki', format: 'der' });
}

function fromVerifier(verifier: unknown): Uint8Array | undefined {
  const raw = at(verifier, 'x509Certificate', 'rawBytes') ?? at(verifier, 'publicKey', 'rawBytes');
  return typeof raw === 'string' ? Buffer.from(raw, 'base64') : undefined;
}
