// SPDX-License-Identifier: Apache-2.0
import type { JsonEnvelope } from '../statement/envelope.ts';
import { bundleMediaType } from './attach.ts';
import type { LogEntry } from './evidence.ts';

/** What a bundle proves an envelope with. */
export interface BundleParts {
  readonly envelope: JsonEnvelope;
  readonly signer: { readonly certificate: Uint8Array } | { readonly keyHint: string };
  readonly entries: readonly LogEntry[];
  /** RFC 3161 responses, DER. */
  readonly timestamps: readonly Uint8Array[];
}

/** A Sigstore bundle v0.3 over a DSSE envelope, in the JSON form of sigstore_bundle.proto. */
export function writeBundle({ envelope, signer, entries, timestamps }: BundleParts): Buffer {
  const verificationMaterial = {
    ...('certificate' in signer
      ? { certificate: { rawBytes: base64(signer.certificate) } }
      : { publicKey: { hint: signer.keyHint } }),
    ...(entries.length === 0 ? {} : { tlogEntries: entries.map(entryJson) }),
    ...(timestamps.length === 0
      ? {}
      : {
          timestampVerificationData: { rfc3161Timestamps: timestamps.map((one) => ({ signedTimestamp: base64(one) })) },
        }),
  };
  return Buffer.from(JSON.stringify({ mediaType: bundleMediaType, verificationMaterial, dsseEnvelope: envelope }));
}

function entryJson({ logIndex, logId, kind, version, integratedTime, promise, proof, body }: LogEntry) {
  return {
    logIndex,
    logId: { keyId: base64(logId) },
    kindVersion: { kind, version },
    ...(integratedTime === undefined ? {} : { integratedTime }),
    ...(promise === undefined ? {} : { inclusionPromise: { signedEntryTimestamp: base64(promise) } }),
    ...(proof === undefined
      ? {}
      : {
          inclusionProof: {
            logIndex: proof.logIndex,
            rootHash: base64(proof.rootHash),
            treeSize: proof.treeSize,
            hashes: proof.hashes.map(base64),
            checkpoint: { envelope: proof.checkpoint },
          },
        }),
    canonicalizedBody: base64(body),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
