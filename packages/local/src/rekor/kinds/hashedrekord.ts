// SPDX-License-Identifier: Apache-2.0
import { fromBase64, type JsonObject, objectAt, textAt } from '../../http/json-body.ts';
import { isStrongKey, readSuppliedKey } from '../../signature/public-key.ts';
import { digestSignatureHolds, type HashName } from '../../signature/verify-signature.ts';
import { badEntry } from '../envelope.ts';
import { type CheckEntry, canonicalKey, keyIndexKeys, required } from './entry-kind.ts';

const hashes: readonly { readonly name: HashName; readonly hexLength: number }[] = [
  { name: 'sha256', hexLength: 64 },
  { name: 'sha384', hexLength: 96 },
  { name: 'sha512', hexLength: 128 },
];

/** `hashedrekord` 0.0.1: a signature over an artifact of which only the digest is given. */
export const checkHashedRekord: CheckEntry = (spec) => {
  const { name, digest } = readDigest(objectAt(objectAt(spec, 'data'), 'hash'));
  const given = objectAt(spec, 'signature');
  const signature = required(fromBase64(textAt(given, 'content')), 'signature');
  const key = readSuppliedKey(required(fromBase64(textAt(objectAt(given, 'publicKey'), 'content')), 'public key'));
  if (!isStrongKey(key.key)) throw badEntry('entry algorithms are not allowed');
  if (!digestSignatureHolds(key.key, name, digest, signature)) {
    throw badEntry('verifying signature: invalid signature when validating ASN.1 encoded signature');
  }
  const value = digest.toString('hex');
  return {
    spec: {
      data: { hash: { algorithm: name, value } },
      signature: { content: signature.toString('base64'), publicKey: { content: canonicalKey(key) } },
    },
    indexKeys: [...keyIndexKeys(key), `${name}:${value}`],
  };
};

function readDigest(hash: JsonObject): { readonly name: HashName; readonly digest: Buffer } {
  const algorithm = textAt(hash, 'algorithm') ?? 'sha256';
  const known = hashes.find(({ name }) => name === algorithm);
  const value = required(textAt(hash, 'value'), 'hash');
  if (known === undefined || !/^[0-9a-f]+$/.test(value) || value.length !== known.hexLength) {
    throw badEntry('invalid value for hash');
  }
  return { name: known.name, digest: Buffer.from(value, 'hex') };
}
