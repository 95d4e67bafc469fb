// SPDX-License-Identifier: Apache-2.0
import { constants, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import * as der from '../asn1/encode.ts';
import { oids } from '../asn1/oids.ts';
import { curveHashes } from './public-key.ts';

export type HashName = 'sha256' | 'sha384' | 'sha512';

/** Whether `signature` is the key's signature over `data`, with the hash that belongs to the key. */
export function signatureHolds(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  return quietly(() => verify(hashOf(key), data, key, signature));
}

/** Whether `signature` is the key's signature over data whose digest is `digest`: the data itself is not at hand. */
export function digestSignatureHolds(
  key: KeyObject,
  hash: HashName,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  return quietly(() => {
    switch (key.asymmetricKeyType) {
      case 'ec':
        return ecdsaHolds(key, digest, signature);
      case 'rsa':
        return rsaHolds(key, hash, digest, signature);
      default:
        // Ed25519 signs the data itself; only its pre-hashed variant could be checked here.
        return false;
    }
  });
}

export function hashOf(key: KeyObject): HashName | null {
  if (key.asymmetricKeyType === 'ed25519') return null;
  return curveHashes[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'sha256';
}

const curves = { prime256v1: p256, secp384r1: p384, secp521r1: p521 };

/** node:crypto hashes whatever it verifies, so a bare digest needs the curve arithmetic itself. */
function ecdsaHolds(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const curve = Object.entries(curves).find(([name]) => name === key.asymmetricKeyDetails?.namedCurve)?.[1];
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  if (curve === undefined) return false;
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return curve.verify(signature, digest, point, { prehash: false, lowS: false, format: 'der' });
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2) over a digest that is given. */
function rsaHolds(key: KeyObject, hash: HashName, digest: Uint8Array, signature: Uint8Array): boolean {
  const expected = der.sequence(der.sequence(der.oid(oids[hash]), der.nothing()), der.octets(digest));
  const found = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
  return found.equals(expected);
}

/** Malformed signatures make the primitives throw; to the caller they are signatures that do not hold. */
function quietly(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
