// SPDX-License-Identifier: Apache-2.0
import { LocalError } from '../error.ts';
import { isObject, type JsonObject, listAt, textAt } from '../http/json-body.ts';
import { readSuppliedKey, type SuppliedKey } from '../signature/public-key.ts';
import { signatureHolds } from '../signature/verify-signature.ts';

/** A DSSE envelope (secure-systems-lab/dsse envelope.md) with its payload decoded. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Buffer;
  /** Signatures in base64 as they were given: Rekor keeps the text. */
  readonly signatures: readonly string[];
}

export function readEnvelope(value: unknown): Envelope {
  if (!isObject(value)) throw badEntry('the DSSE envelope is not a JSON object');
  const signatures = listAt(value, 'signatures').map((signature) => {
    const text = isObject(signature) ? textAt(signature, 'sig') : undefined;
    if (text === undefined) throw badEntry('a DSSE signature has no sig');
    return text;
  });
  if (signatures.length === 0) throw badEntry('DSSE envelope must contain 1 or more signatures');
  return {
    payloadType: textAt(value, 'payloadType') ?? '',
    payload: decode(textAt(value, 'payload') ?? ''),
    signatures,
  };
}

/** The key of each signature; refuses when a key verifies nothing or a signature has no key, as Rekor does. */
export function keysBySignature(envelope: Envelope, verifiers: readonly Buffer[]): Map<string, SuppliedKey> {
  const signed = preAuthenticationEncoding(envelope);
  const found = new Map<string, SuppliedKey>();
  for (const verifier of verifiers) {
    const supplied = readSuppliedKey(verifier);
    const verified = envelope.signatures.filter((text) => signatureHolds(supplied.key, signed, decode(text)));
    if (verified.length === 0) throw badEntry('could not verify envelope: accepted signatures do not match threshold');
    for (const text of verified) found.set(text, supplied);
  }
  if (envelope.signatures.some((text) => !found.has(text))) {
    throw badEntry('all signatures must have a key that verifies it');
  }
  return found;
}

/** Digests that an in-toto statement names, for the search index. */
export function subjectKeys(envelope: Envelope): string[] {
  if (envelope.payloadType !== 'application/vnd.in-toto+json') return [];
  const statement = parseObject(envelope.payload);
  return listAt(statement, 'subject').flatMap((subject) => {
    const digest = isObject(subject) ? subject['digest'] : undefined;
    return isObject(digest) ? Object.entries(digest).map(([algorithm, value]) => `${algorithm}:${value}`) : [];
  });
}

export const badEntry = (reason: string): LocalError => new LocalError('bad-request', reason);

function preAuthenticationEncoding({ payloadType, payload }: Envelope): Buffer {
  const prefix = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(prefix), payload]);
}

/** DSSE allows standard and URL-safe base64; Buffer reads both. */
const decode = (text: string): Buffer => Buffer.from(text, 'base64');

function parseObject(bytes: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
