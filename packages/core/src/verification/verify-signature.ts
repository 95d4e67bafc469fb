// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '@sluice/oci';
import { cosignSignPredicateType, type EvidenceItem, type SignedContent } from '../evidence/evidence.ts';
import { parseJson, readObject, readString } from '../evidence/json-reader.ts';
import { type ProvedSignature, type Unproved, unproved } from './proof.ts';
import { checkSubject, readStatement } from './subject.ts';
import { type Trust, verifyMaterial } from './verify-material.ts';

/** The type that a simplesigning payload of cosign names (sigstore/cosign, specs/SIGNATURE_SPEC.md). */
const simpleSigningType = 'cosign container image signature';

/**
 * Proves that an item is an image signature about a digest. A statement of any other predicate type is an attestation,
 * and no signature, however well it is signed.
 */
export async function verifySignature(
  item: Pick<EvidenceItem, 'places' | 'material'>,
  digest: Digest,
  trust: Trust,
  now: Date,
): Promise<ProvedSignature | Unproved> {
  const { content } = item.material;
  const proof = await verifyMaterial(item.material, trust, now);
  if (proof.kind === 'unproved') return proof;
  const refusal = content.kind === 'envelope' ? checkStatement(content, digest) : checkPayload(content, digest);
  if (refusal) return refusal;
  return {
    kind: 'signature',
    places: item.places,
    signers: proof.signers,
    payload: content.payload ?? new Uint8Array(),
  };
}

function checkStatement(content: SignedContent & { readonly kind: 'envelope' }, digest: Digest): Unproved | undefined {
  const statement = readStatement(content);
  if ('kind' in statement) return statement;
  if (statement.predicateType !== cosignSignPredicateType) {
    return unproved('statement', `It is an attestation of ${statement.predicateType}, not an image signature.`);
  }
  return checkSubject(statement, digest);
}

function checkPayload(content: SignedContent & { readonly kind: 'message' }, digest: Digest): Unproved | undefined {
  const payload = readObject(parseJson(content.payload ?? new Uint8Array(), 'The payload'), 'The payload');
  const critical = readObject(payload.get('critical'), 'critical');
  const type = readString(critical.get('type'), 'critical.type');
  if (type !== simpleSigningType) {
    return unproved('statement', `The payload should be a "${simpleSigningType}", but is a "${type}".`);
  }
  const image = readObject(critical.get('image'), 'critical.image');
  const found = readString(image.get('docker-manifest-digest'), 'critical.image.docker-manifest-digest');
  return found === digest ? undefined : unproved('subject', `It should be about ${digest}, but is about ${found}.`);
}
