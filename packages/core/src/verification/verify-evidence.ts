// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { Digest } from '@sluice/oci';
import { SluiceError } from '../error.ts';
import { parseBundle } from '../evidence/bundle.ts';
import { cosignSignPredicateType, type Evidence, type EvidenceItem } from '../evidence/evidence.ts';
import { checkIdentityPatterns, checkIdentityPolicy } from './identity.ts';
import {
  type ProvedAttestation,
  type ProvedSignature,
  type Unproved,
  type UnprovedItem,
  unproved,
  type VerifiedEvidence,
} from './proof.ts';
import { readStatement } from './subject.ts';
import { verifyAttestation } from './verify-attestation.ts';
import type { Trust } from './verify-material.ts';
import { verifySignature } from './verify-signature.ts';

/**
 * Proves every piece of evidence, or says why it proves nothing. Only what is in `signatures` and `attestations` may be
 * believed. The same signed piece found twice is proved once, with both places; a copy that fails beside one that holds
 * is left out.
 */
export async function verifyEvidence(evidence: Evidence, trust: Trust, now: Date): Promise<VerifiedEvidence> {
  await checkSigner(trust);
  const results = await Promise.all(evidence.items.map((item) => verifyItem(item, evidence.subject, trust, now)));
  const proved = results.filter((result) => result.kind !== 'unproved');
  const held = new Set(proved.map(({ payload }) => contentKey(payload)));
  const failed = results.flatMap((result, i): UnprovedItem[] => {
    const item = evidence.items[i];
    if (result.kind !== 'unproved' || item === undefined) return [];
    const { payload } = item.material.content;
    if (payload && held.has(contentKey(payload))) return [];
    return [{ ...result, item: item.kind, places: item.places }];
  });
  const unreadable = evidence.unreadable.map(
    ({ reason, ...place }): UnprovedItem => ({
      ...unproved('unreadable', reason),
      item: 'unreadable',
      places: [place],
    }),
  );
  return {
    signatures: mergePlaces(proved.filter((one) => one.kind === 'signature')),
    attestations: mergePlaces(proved.filter((one) => one.kind === 'attestation')),
    unproved: [...failed, ...unreadable],
  };
}

async function checkSigner({ signer }: Trust): Promise<void> {
  if (signer.kind === 'identity') await checkIdentityPatterns(checkIdentityPolicy(signer.policy));
}

function verifyItem(
  item: EvidenceItem,
  subject: Digest,
  trust: Trust,
  now: Date,
): Promise<ProvedSignature | ProvedAttestation | Unproved> {
  return item.kind === 'signature'
    ? verifySignature(item, subject, trust, now)
    : verifyAttestation(item, subject, trust, now);
}

function mergePlaces<Proved extends ProvedSignature | ProvedAttestation>(proved: readonly Proved[]): Proved[] {
  const merged = new Map<string, Proved>();
  for (const one of proved) {
    const key = `${contentKey(one.payload)} ${one.signers.map(({ signature }) => signature).join(' ')}`;
    const known = merged.get(key);
    merged.set(key, known ? { ...known, places: [...known.places, ...one.places] } : one);
  }
  return [...merged.values()];
}

function contentKey(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}

/**
 * Proves one bundle (as `cosign download` or a build left it on disk) about a digest, without a registry. Throws
 * `unproved` with the reason where it proves nothing, and where it is not of the kind that was asked for.
 */
export async function verifyBundle(
  bytes: Uint8Array,
  where: string,
  digest: Digest,
  trust: Trust,
  now: Date,
): Promise<ProvedSignature | ProvedAttestation> {
  await checkSigner(trust);
  const material = parseBundle(bytes);
  const item = { material, places: [{ layout: 'referrer' as const, where, manifest: digest }] };
  const { content } = material;
  const statement = content.kind === 'envelope' ? readStatement(content) : undefined;
  const isSignature =
    statement === undefined || ('predicateType' in statement && statement.predicateType === cosignSignPredicateType);
  const result = isSignature
    ? await verifySignature(item, digest, trust, now)
    : await verifyAttestation(item, digest, trust, now);
  if (result.kind === 'unproved') throw new SluiceError('unproved', `${where}: ${result.reason}`);
  return result;
}
