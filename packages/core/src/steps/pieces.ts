// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '@sluice/oci';
import type { Layout } from '../signing/signing-options.ts';
import { simpleSigningPayload } from '../signing/simple-signing.ts';
import type { TypedPredicate } from '../statement/predicate.ts';
import { signaturePredicateType, slsaProvenanceV02 } from '../statement/predicate-types.ts';
import { imageStatement, type Statement, statementV01 } from '../statement/statement.ts';

/** One thing to sign for one image, with the layouts it goes to. */
export type Piece =
  | {
      readonly kind: 'statement';
      readonly role: 'signature' | 'attestation';
      readonly subject: Digest;
      readonly statement: Statement;
      readonly layouts: readonly ('referrer' | 'tag')[];
    }
  | {
      readonly kind: 'payload';
      readonly role: 'signature';
      readonly subject: Digest;
      readonly payload: Buffer;
      readonly layouts: readonly ['tag'];
    };

/** An image signature: a statement for the referrer as cosign 3 writes it, a simple-signing payload for the tag. */
export function signaturePieces(subject: Digest, name: string, layout: Layout): readonly Piece[] {
  const statement = imageStatement(subject, signaturePredicateType, {});
  const referrer: Piece = { kind: 'statement', role: 'signature', subject, statement, layouts: ['referrer'] };
  const tag: Piece = {
    kind: 'payload',
    role: 'signature',
    subject,
    payload: simpleSigningPayload(name, subject),
    layouts: ['tag'],
  };
  return [...(layout === 'tags' ? [] : [referrer]), ...(layout === 'referrers' ? [] : [tag])];
}

/** An attestation: one signed statement, kept in either layout or both. SLSA v0.2 lives in v0.1 statements only. */
export function attestationPiece(
  subject: Digest,
  name: string,
  layout: Layout,
  { predicateType, predicate }: TypedPredicate,
): Piece {
  const statement = imageStatement(subject, predicateType, predicate, name);
  const versioned = predicateType === slsaProvenanceV02 ? ({ ...statement, _type: statementV01 } as const) : statement;
  return { kind: 'statement', role: 'attestation', subject, statement: versioned, layouts: layoutsOf(layout) };
}

function layoutsOf(layout: Layout): readonly ('referrer' | 'tag')[] {
  if (layout === 'both') return ['referrer', 'tag'];
  return layout === 'tags' ? ['tag'] : ['referrer'];
}
