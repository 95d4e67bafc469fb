// SPDX-License-Identifier: Apache-2.0
import { createHash, type KeyObject, sign as signWith, verify as verifyWith } from 'node:crypto';
import { SluiceError } from '../error.ts';

/** How a key signs in Sigstore's world (protobuf-specs, PublicKeyDetails): one hash and one scheme for each kind of key. */
export interface KeyAlgorithm {
  /** The name in protobuf-specs, as Rekor v2 wants it. */
  readonly details: string;
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly scheme: 'ecdsa' | 'rsa-pkcs1v15' | 'ed25519ph';
}

const byCurve: ReadonlyMap<string, KeyAlgorithm> = new Map([
  ['prime256v1', { details: 'PKIX_ECDSA_P256_SHA_256', hash: 'sha256', scheme: 'ecdsa' }],
  ['secp384r1', { details: 'PKIX_ECDSA_P384_SHA_384', hash: 'sha384', scheme: 'ecdsa' }],
  ['secp521r1', { details: 'PKIX_ECDSA_P521_SHA_512', hash: 'sha512', scheme: 'ecdsa' }],
]);
const rsaSizes: readonly number[] = [2048, 3072, 4096];

/** The algorithm of a public or private key; a `configuration` error for a kind that Sigstore's clients do not accept. */
export function algorithmOf(key: KeyObject): KeyAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec') {
    const found = byCurve.get(details?.namedCurve ?? '');
    if (found !== undefined) return found;
  }
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    if (rsaSizes.includes(bits)) {
      return { details: `PKIX_RSA_PKCS1V15_${bits}_SHA256`, hash: 'sha256', scheme: 'rsa-pkcs1v15' };
    }
  }
  if (type === 'ed25519') return { details: 'PKIX_ED25519_PH', hash: 'sha512', scheme: 'ed25519ph' };
  const kind = [type, details?.namedCurve ?? details?.modulusLength].filter(Boolean).join(' ');
  throw new SluiceError(
    'configuration',
    `Expected a key on P-256, P-384 or P-521, an RSA key of 2048, 3072 or 4096 bits, or an Ed25519 key; found ${kind}.`,
  );
}

/** Signs as the key's algorithm demands. ECDSA signatures are in DER, as Sigstore stores them. */
export async function signBytes(data: Uint8Array, privateKey: KeyObject): Promise<Buffer> {
  const { hash, scheme } = algorithmOf(privateKey);
  if (scheme !== 'ed25519ph') return signWith(hash, data, privateKey);
  const { ed25519ph } = await import('@noble/curves/ed25519.js');
  return Buffer.from(ed25519ph.sign(data, jwkBytes(privateKey, 'd')));
}

/** True when the signature is the key's over the data. Ed25519 is taken in both forms: cosign 2 wrote the pure one. */
export async function verifyBytes(data: Uint8Array, signature: Uint8Array, publicKey: KeyObject): Promise<boolean> {
  const { hash, scheme } = algorithmOf(publicKey);
  if (scheme !== 'ed25519ph') return verifyWith(hash, data, publicKey, signature);
  if (verifyWith(null, data, publicKey, signature)) return true;
  const { ed25519ph } = await import('@noble/curves/ed25519.js');
  return ed25519ph.verify(signature, data, jwkBytes(publicKey, 'x'), { zip215: false });
}

/** The digest that a log entry names for this data and key. */
export function digestFor(data: Uint8Array, algorithm: KeyAlgorithm): Buffer {
  return createHash(algorithm.hash).update(data).digest();
}

function jwkBytes(key: KeyObject, member: 'd' | 'x'): Buffer {
  return Buffer.from(key.export({ format: 'jwk' })[member] ?? '', 'base64url');
}
