// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '@sluice/oci';
import type { SignedContent } from '../evidence/evidence.ts';
import { inTotoPayloadType } from '../statement/envelope.ts';
import { isAbout, parseStatement, type Statement } from '../statement/statement.ts';
import { type Unproved, unproved } from './proof.ts';

/** The statement in an envelope; a reason where it holds none. `unproved` is thrown where it is malformed. */
export function readStatement(content: SignedContent & { readonly kind: 'envelope' }): Statement | Unproved {
  if (content.payloadType === inTotoPayloadType) return parseStatement(content.payload);
  return unproved('statement', `The payload should be ${inTotoPayloadType}, but is ${content.payloadType}.`);
}

/** A reason where no subject of the statement is the digest. */
export function checkSubject(statement: Statement, expected: Digest): Unproved | undefined {
  if (isAbout(statement, expected)) return undefined;
  const found = statement.subject.flatMap(({ digest }) =>
    Object.entries(digest).map(([name, hex]) => `${name}:${hex}`),
  );
  return unproved('subject', `It should be about ${expected}, but is about ${found.slice(0, 3).join(', ')}.`);
}
