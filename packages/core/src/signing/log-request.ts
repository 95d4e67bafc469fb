// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { SluiceError } from '../error.ts';
import type { JsonEnvelope } from '../statement/envelope.ts';
import type { KeyAlgorithm } from './key-algorithm.ts';
import type { Verifier } from './session.ts';

/** A signature that is to be witnessed: over which bytes, by whom, and in which envelope if it is in one. */
export interface LogRequest {
  readonly signedBytes: Buffer;
  readonly signature: Buffer;
  readonly algorithm: KeyAlgorithm;
  readonly verifier: Verifier;
  /** The envelope of a statement; absent for a plain signature. */
  readonly envelope?: JsonEnvelope;
}

/** The hash and digest that a log names; a key that signs without hashing cannot be logged so. */
export function loggedDigest({ signedBytes, algorithm }: LogRequest): {
  readonly hash: string;
  readonly digest: Buffer;
} {
  const { hash, details } = algorithm;
  if (hash !== undefined) return { hash, digest: createHash(hash).update(signedBytes).digest() };
  throw new SluiceError(
    'configuration',
    `The log takes this signature only over a hash, and the key (${details}) signs without one; use a key on P-256, a Rekor log of version 1 with --layout referrers, or --tlog-upload=false.`,
  );
}
