// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '@sluice/oci';
import { cosignSignPredicateType, type EvidenceItem } from '../evidence/evidence.ts';
import { type ProvedAttestation, type Unproved, unproved } from './proof.ts';
import { checkSubject, readStatement } from './subject.ts';
import { type Trust, verifyMaterial } from './verify-material.ts';

/** Proves that an item is an attestation about a digest: envelope, statement and subject must agree. */
export async function verifyAttestation(
  item: Pick<EvidenceItem, 'places' | 'material'>,
  digest: Digest,
  trust: Trust,
  now: Date,
): Promise<ProvedAttestation | Unproved> {
  const { content } = item.material;
  if (content.kind !== 'envelope') return unproved('statement', 'It signs bare bytes, not an in-toto statement.');
  const proof = await verifyMaterial(item.material, trust, now);
  if (proof.kind === 'unproved') return proof;
  const statement = readStatement(content);
  if ('kind' in statement) return statement;
  if (statement.predicateType === cosignSignPredicateType) {
    return unproved('statement', 'It is an image signature, not an attestation.');
  }
  const refusal = checkSubject(statement, digest);
  if (refusal) return refusal;
  return {
    kind: 'attestation',
    places: item.places,
    signers: proof.signers,
    payload: content.payload,
    statement,
  };
}
