// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { LocalError } from '../error.ts';
import { fromPem, toPem } from '../x509/pem.ts';

/** A public key as clients hand it in: on its own, or inside a certificate. */
export interface SuppliedKey {
  readonly key: KeyObject;
  readonly kind: 'public-key' | 'certificate';
  /** DER of the key or of the certificate. */
  readonly bytes: Buffer;
  /** PEM in the one form that logs keep. */
  readonly canonicalPem: string;
  /** Names in the certificate, for a log's search index. */
  readonly names: readonly string[];
}

/** Reads PEM or DER of a public key, or PEM of a certificate. */
export function readSuppliedKey(input: Buffer): SuppliedKey {
  const pem = fromPem(input.toString('latin1'));
  const kind = pem?.label === 'CERTIFICATE' ? 'certificate' : 'public-key';
  return kind === 'certificate' ? fromCertificate(pem?.bytes ?? input) : fromPublicKey(pem?.bytes ?? input);
}

export function fromPublicKey(bytes: Buffer): SuppliedKey {
  const key = attempt('public key', () => createPublicKey({ key: bytes, format: 'der', type: 'spki' }));
  return { key, kind: 'public-key', bytes, canonicalPem: toPem('PUBLIC KEY', bytes), names: [] };
}

export function fromCertificate(bytes: Buffer): SuppliedKey {
  const certificate = attempt('certificate', () => new X509Certificate(bytes));
  const names = (certificate.subjectAltName ?? '').split(', ').map((name) => name.replace(/^(URI|email):/, ''));
  return {
    key: certificate.publicKey,
    kind: 'certificate',
    bytes,
    canonicalPem: toPem('CERTIFICATE', bytes),
    names: names.filter((name) => name !== ''),
  };
}

/** Keys that Fulcio and Rekor take: the NIST curves, RSA from 2048 bits, Ed25519. */
export function isStrongKey(key: KeyObject): boolean {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case 'ec':
      return details?.namedCurve !== undefined && details.namedCurve in curveHashes;
    case 'rsa':
      return (details?.modulusLength ?? 0) >= 2048 && details?.publicExponent === 65537n;
    default:
      return key.asymmetricKeyType === 'ed25519';
  }
}

/** The hash that goes with each curve in Sigstore's list of algorithms. */
export const curveHashes: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512'>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
};

function attempt<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new LocalError('bad-request', `Expected a ${what} in PEM or DER, found other bytes.`, { cause });
  }
}
