// SPDX-License-Identifier: Apache-2.0
import { fromBase64, listAt, objectAt, textAt } from '../../http/json-body.ts';
import { badEntry, keysBySignature, readEnvelope, subjectKeys } from '../envelope.ts';
import { type CheckEntry, canonicalKey, keyIndexKeys, required, sha256Text } from './entry-kind.ts';

/** `dsse` 0.0.1: a DSSE envelope of which the log keeps digests, signatures and keys. */
export const checkDsse: CheckEntry = (spec) => {
  const proposed = objectAt(spec, 'proposedContent');
  const text = required(textAt(proposed, 'envelope'), 'proposed content envelope');
  const envelope = readEnvelope(parse(text));
  const verifiers = listAt(proposed, 'verifiers').map((verifier) =>
    required(fromBase64(typeof verifier === 'string' ? verifier : undefined), 'verifier'),
  );
  const keys = keysBySignature(envelope, verifiers);
  const signatures = [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
  const payloadHash = sha256Text(envelope.payload);
  const envelopeHash = sha256Text(Buffer.from(text));
  return {
    spec: {
      envelopeHash: { algorithm: 'sha256', value: envelopeHash },
      payloadHash: { algorithm: 'sha256', value: payloadHash },
      signatures: signatures.map(([signature, key]) => ({ signature, verifier: canonicalKey(key) })),
    },
    indexKeys: [
      ...[...keys.values()].flatMap(keyIndexKeys),
      `sha256:${payloadHash}`,
      `sha256:${envelopeHash}`,
      ...subjectKeys(envelope),
    ],
  };
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badEntry('the DSSE envelope is not JSON');
  }
}
