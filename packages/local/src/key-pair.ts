// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** An ECDSA P-256 key of one of the services. */
export interface ServiceKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Buffer;
  /** SHA-256 of `spki`: the log id of RFC 6962 section 3.2. */
  readonly id: Buffer;
}

export async function generateServiceKey(): Promise<ServiceKey> {
  const { privateKey, publicKey } = await generate('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { privateKey, publicKey, spki, id: sha256(spki) };
}

/** ECDSA with SHA-256, DER encoded. */
export function signWith(key: ServiceKey, data: Uint8Array): Buffer {
  return sign('sha256', data, key.privateKey);
}

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
