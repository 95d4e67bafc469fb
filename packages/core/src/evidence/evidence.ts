// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '@sluice/oci';

/** The predicate type of the statement that is an image signature in cosign's bundle layout (cosign 3). */
export const cosignSignPredicateType = 'https://sigstore.dev/cosign/sign/v1';

/** Limits on evidence: anybody who may push to the repository decides what is there. */
export const evidenceLimits = Object.freeze({
  /** Bytes of one bundle, envelope or payload. A large SBOM is some 16 MB, as base64 twice over some 30. */
  maxBlobBytes: 64 * 1024 * 1024,
  /** Bytes of all evidence of one image together; what comes after them is not read. */
  maxTotalBytes: 256 * 1024 * 1024,
  /** Referrers, and layers under one cosign tag, that are looked at. */
  maxItems: 1000,
});

/** Everything attached to one digest, as found: nothing in it is proved. */
export interface Evidence {
  readonly repository: string;
  readonly subject: Digest;
  readonly items: readonly EvidenceItem[];
  /** Referrers that are no Sigstore bundle (SBOMs, scan results, …), by what their manifests say. */
  readonly others: readonly OtherReferrer[];
  /** What looked like evidence and could not be read. */
  readonly unreadable: readonly UnreadableItem[];
}

export type EvidenceLayout = 'referrer' | 'tag';

/** Where a piece of evidence lies. */
export interface EvidencePlace {
  readonly layout: EvidenceLayout;
  /** `repository@digest` of the manifest that carries it. */
  readonly where: string;
  readonly manifest: Digest;
  /** The tag, in the tag layout. */
  readonly tag?: string;
}

/** One signed piece: an image signature or an attestation. `kind` is its own claim until it is proved. */
export interface EvidenceItem {
  readonly kind: 'signature' | 'attestation';
  readonly places: readonly EvidencePlace[];
  readonly blob: Digest;
  readonly material: SignedMaterial;
}

export interface OtherReferrer extends EvidencePlace {
  readonly descriptor: Descriptor;
  readonly artifactType: string;
}

export interface UnreadableItem extends EvidencePlace {
  readonly reason: string;
}

/** What was signed, and what came with the signature to prove it; one form for bundles and for cosign's layers. */
export interface SignedMaterial {
  readonly content: SignedContent;
  /** The signing certificate, DER. */
  readonly certificate?: Uint8Array;
  /** Certificates that came along (DER); shown, never trusted. */
  readonly chain: readonly Uint8Array[];
  readonly keyHint?: string;
  readonly logEntries: readonly LogEntry[];
  /** RFC 3161 time-stamp responses, DER. */
  readonly timestamps: readonly Uint8Array[];
}

export type SignedContent =
  | {
      readonly kind: 'envelope';
      readonly payloadType: string;
      readonly payload: Uint8Array;
      readonly signatures: readonly EnvelopeSignature[];
      /** The envelope's bytes as they were stored, in the tag layout: older log entries hold their hash. */
      readonly stored?: Uint8Array;
    }
  | {
      readonly kind: 'message';
      /** The signed bytes; absent in a bundle over an artifact that is elsewhere. */
      readonly payload?: Uint8Array;
      readonly signature: Uint8Array;
    };

export interface EnvelopeSignature {
  readonly keyid: string;
  readonly signature: Uint8Array;
}

/** An entry of a Rekor log as it came with the signature. */
export interface LogEntry {
  readonly logIndex: string;
  readonly logId: Uint8Array;
  readonly kind: string;
  readonly version: string;
  /** Seconds since 1970; worth something only under the promise's signature. */
  readonly integratedTime?: string;
  /** The signed entry timestamp. */
  readonly promise?: Uint8Array;
  readonly proof?: InclusionProof;
  /** The canonicalized body, JSON text. */
  readonly body: Uint8Array;
}

export interface InclusionProof {
  readonly logIndex: string;
  readonly rootHash: Uint8Array;
  readonly treeSize: string;
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: string;
}
