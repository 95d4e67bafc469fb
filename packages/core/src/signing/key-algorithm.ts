// SPDX-License-Identifier: Apache-2.0
import { type KeyObject, sign as signWith, verify as verifyWith } from 'node:crypto';
import { SluiceError } from '../error.ts';

/** How a key signs in Sigstore's world (protobuf-specs, PublicKeyDetails): one hash and one scheme for each kind of key. */
export interface KeyAlgorithm {
  /** The name in protobuf-specs, as Rekor v2 wants it. */
  readonly details: string;
  /** The hash that is signed; Ed25519 signs the bytes themselves. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | undefined;
}

const byCurve: ReadonlyMap<string, KeyAlgorithm> = new Map([
  ['prime256v1', { details: 'PKIX_ECDSA_P256_SHA_256', hash: 'sha256' }],
  ['secp384r1', { details: 'PKIX_ECDSA_P384_SHA_384', hash: 'sha384' }],
  ['secp521r1', { details: 'PKIX_ECDSA_P521_SHA_512', hash: 'sha512' }],
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
      return { details: `PKIX_RSA_PKCS1V15_${bits}_SHA256`, hash: 'sha256' };
    }
  }
  // The pure form: it is what `cosign verify --key` accepts, which does not verify the pre-hashed form that cosign signs.
  if (type === 'ed25519') return { details: 'PKIX_ED25519', hash: undefined };
  const kind = [type, details?.namedCurve ?? details?.modulusLength].filter(Boolean).join(' ');
  throw new SluiceError(
    'configuration',
    `Expected a key on P-256, P-384 or P-521, an RSA key of 2048, 3072 or 4096 bits, or an Ed25519 key; found ${kind}.`,
  );
}

/** Signs as the key's algorithm demands. ECDSA signatures are in DER, as Sigstore stores them. */
export function signBytes(data: Uint8Array, privateKey: KeyObject): Buffer {
  return signWith(algorithmOf(privateKey).hash, data, privateKey);
}

/** True when the signature is the key's over the data. */
export function verifyBytes(data: Uint8Array, signature: Uint8Array, publicKey: KeyObject): boolean {
  return verifyWith(algorithmOf(publicKey).hash, data, publicKey, signature);
}
