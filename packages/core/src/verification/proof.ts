// SPDX-License-Identifier: Apache-2.0
import type { EvidencePlace } from '../evidence/evidence.ts';
import type { Statement } from '../statement/statement.ts';
import type { CertificateDetails } from './certificate.ts';

/** Why a piece of evidence proves nothing. */
export type UnprovedCode =
  /** It could not be read: too large, malformed, a part missing or one too many. */
  | 'unreadable'
  /** It is of a form that cannot be checked with what is at hand. */
  | 'unsupported'
  /** A keyless signature was asked for, and it carries no certificate. */
  | 'no-certificate'
  /** The signature does not fit the signed bytes and the key: altered, or made with another key. */
  | 'signature'
  /** The certificate does not come from a trusted authority, or is not for signing. */
  | 'certificate'
  /** The certificate was not valid when the signature was made. */
  | 'certificate-time'
  /** The certificate's entry in a certificate transparency log is missing or not proved. */
  | 'sct'
  /** There is no entry of a transparency log. */
  | 'log-missing'
  /** The log's promise, proof or checkpoint does not hold. */
  | 'log-proof'
  /** The log entry is about another artifact, signature or certificate. */
  | 'log-entry'
  /** No trusted time, or a time-stamp that does not hold. */
  | 'timestamp'
  /** Proved, but signed by someone else than the policy allows. */
  | 'identity'
  /** Proved, but an extension of the certificate is not what the policy demands. */
  | 'extension'
  /** It is about another digest. */
  | 'subject'
  /** What was signed is not a statement, or not of the kind that was asked for. */
  | 'statement';

export interface Unproved {
  readonly kind: 'unproved';
  readonly code: UnprovedCode;
  /** One sentence: what was expected and what was found. */
  readonly reason: string;
}

/** One signature that holds, with what its signer is known by. */
export interface ProvedSigner {
  /** The certificate's subject key identifier, or the key id that the envelope names. */
  readonly keyid: string;
  /** The signature, base64. */
  readonly signature: string;
  readonly certificate?: CertificateDetails;
  /** Certificates that came with the signature, PEM. */
  readonly chain: readonly string[];
  /** The log entries that were proved; empty where the log was ignored. */
  readonly logEntries: readonly { readonly logIndex: string; readonly kind: string; readonly integratedTime?: Date }[];
}

export type MaterialProof = { readonly kind: 'proved'; readonly signers: readonly ProvedSigner[] } | Unproved;

/** An image signature about the digest that was asked for. */
export interface ProvedSignature {
  readonly kind: 'signature';
  readonly places: readonly EvidencePlace[];
  readonly signers: readonly ProvedSigner[];
  /** The signed bytes: cosign's payload, or an in-toto statement. */
  readonly payload: Uint8Array;
}

/** An attestation about the digest that was asked for. */
export interface ProvedAttestation {
  readonly kind: 'attestation';
  readonly places: readonly EvidencePlace[];
  readonly signers: readonly ProvedSigner[];
  readonly payload: Uint8Array;
  readonly statement: Statement;
}

export interface UnprovedItem extends Unproved {
  readonly item: 'signature' | 'attestation' | 'unreadable';
  readonly places: readonly EvidencePlace[];
}

export interface VerifiedEvidence {
  readonly signatures: readonly ProvedSignature[];
  readonly attestations: readonly ProvedAttestation[];
  readonly unproved: readonly UnprovedItem[];
}

export function unproved(code: UnprovedCode, reason: string): Unproved {
  return { kind: 'unproved', code, reason };
}
