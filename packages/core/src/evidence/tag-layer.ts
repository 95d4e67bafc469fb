// SPDX-License-Identifier: Apache-2.0
import type { Verifier } from '../signing/session.ts';
import type { SignedPayload, SignedStatement, Testimony } from '../signing/sign-content.ts';
import type { TagLayer } from './attach.ts';
import { cosignAnnotations, envelopeMediaType, simpleSigningMediaType } from './cosign-tags.ts';
import type { LogEntry } from './evidence.ts';

/** A signature as a layer of cosign's `.sig` tag. */
export function signatureLayer(signed: SignedPayload, verifier: Verifier): TagLayer {
  return {
    mediaType: simpleSigningMediaType,
    content: signed.payload,
    annotations: {
      [cosignAnnotations.signature]: signed.signature.toString('base64'),
      ...proof(signed, verifier),
    },
  };
}

/** An attestation as a layer of cosign's `.att` tag: the signature is inside the envelope. */
export function attestationLayer(signed: SignedStatement, verifier: Verifier, predicateType: string): TagLayer {
  return {
    mediaType: envelopeMediaType,
    content: Buffer.from(JSON.stringify(signed.envelope)),
    annotations: { [cosignAnnotations.signature]: '', predicateType, ...proof(signed, verifier) },
  };
}

function proof({ entries, timestamps }: Testimony, verifier: Verifier): Record<string, string> {
  // Only an entry with a promise fits: this layout has no place for an inclusion proof.
  const entry = entries.find(({ promise }) => promise !== undefined);
  const timestamp = timestamps[0];
  return {
    ...(verifier.kind === 'certificate'
      ? { [cosignAnnotations.certificate]: verifier.pem, [cosignAnnotations.chain]: '' }
      : {}),
    ...(entry === undefined ? {} : { [cosignAnnotations.bundle]: JSON.stringify(rekorBundle(entry)) }),
    ...(timestamp === undefined
      ? {}
      : {
          [cosignAnnotations.timestamp]: JSON.stringify({
            SignedRFC3161Timestamp: timestamp.toString('base64'),
          }),
        }),
  };
}

/** cosign's form of a Rekor v1 entry (sigstore/cosign, pkg/cosign/bundle/rekor.go). */
function rekorBundle({ promise, body, integratedTime, logIndex, logId }: LogEntry) {
  return {
    SignedEntryTimestamp: Buffer.from(promise ?? []).toString('base64'),
    Payload: {
      body: Buffer.from(body).toString('base64'),
      integratedTime: Number(integratedTime),
      logIndex: Number(logIndex),
      logID: Buffer.from(logId).toString('hex'),
    },
  };
}
