// SPDX-License-Identifier: Apache-2.0
import { fromBase64, isObject, type JsonObject, listAt, objectAt, textAt } from '../../http/json-body.ts';
import { readSuppliedKey } from '../../signature/public-key.ts';
import { badEntry, type Envelope, keysBySignature, subjectKeys } from '../envelope.ts';
import { type CheckEntry, canonicalKey, keyIndexKeys, required, sha256Text } from './entry-kind.ts';

/** `intoto` 0.0.2: a DSSE envelope whose payload the log keeps beside the entry. */
export const checkIntoto: CheckEntry = (spec) => {
  const content = objectAt(spec, 'content');
  const given = objectAt(content, 'envelope');
  const signatures = listAt(given, 'signatures').map(readSignature);
  const envelope: Envelope = {
    payloadType: required(textAt(given, 'payloadType'), 'payload type'),
    payload: Buffer.from(innerBase64(textAt(given, 'payload'), 'payload'), 'base64'),
    signatures: signatures.map(({ inner }) => inner),
  };
  if (signatures.length === 0) throw badEntry('missing signatures');
  const keys = keysBySignature(
    envelope,
    signatures.map(({ publicKey }) => publicKey),
  );
  const payloadHash = sha256Text(envelope.payload);
  return {
    spec: {
      content: {
        envelope: { payloadType: envelope.payloadType, signatures: signatures.map(({ kept }) => kept) },
        hash: readEnvelopeHash(objectAt(content, 'hash')),
        payloadHash: { algorithm: 'sha256', value: payloadHash },
      },
    },
    indexKeys: [...[...keys.values()].flatMap(keyIndexKeys), `sha256:${payloadHash}`, ...subjectKeys(envelope)],
    attestation: envelope.payload,
  };
};

interface IntotoSignature {
  /** The signature in base64, out of its second encoding. */
  readonly inner: string;
  readonly publicKey: Buffer;
  /** The member of the logged entry. */
  readonly kept: unknown;
}

function readSignature(value: unknown): IntotoSignature {
  if (!isObject(value)) throw badEntry('missing signatures');
  const publicKey = required(fromBase64(textAt(value, 'publicKey')), 'public key');
  const keyid = textAt(value, 'keyid');
  return {
    inner: innerBase64(textAt(value, 'sig'), 'signature'),
    publicKey,
    kept: {
      ...(keyid === undefined ? {} : { keyid }),
      publicKey: canonicalKey(readSuppliedKey(publicKey)),
      sig: value['sig'],
    },
  };
}

/** Version 0.0.2 encodes payload and signatures, which are base64 already, in base64 once more. */
function innerBase64(text: string | undefined, what: string): string {
  return required(fromBase64(text), what).toString('latin1');
}

/** The server cannot compute this hash, because the client hashes the envelope with the keys put into it. */
function readEnvelopeHash(hash: JsonObject): unknown {
  const value = required(textAt(hash, 'value'), 'envelope digest');
  if (hash['algorithm'] !== 'sha256' || !/^[0-9a-f]{64}$/.test(value)) throw badEntry('invalid envelope digest');
  return { algorithm: 'sha256', value };
}
