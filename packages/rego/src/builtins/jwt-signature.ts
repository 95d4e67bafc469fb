// SPDX-License-Identifier: Apache-2.0
import { constants, createHmac, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';
import { BuiltinError } from './builtin.ts';

/** How an algorithm of JWS is done: the kind of key it takes, and its hash. */
interface Method {
  readonly family: 'RS' | 'PS' | 'ES' | 'HS' | 'Ed';
  readonly hash: string | null;
}

function methodOf(algorithm: string): Method | undefined {
  if (algorithm === 'EdDSA') return { family: 'Ed', hash: null };
  const [, family, bits] = /^(RS|PS|ES|HS)(256|384|512)$/.exec(algorithm) ?? [];
  if (family !== 'RS' && family !== 'PS' && family !== 'ES' && family !== 'HS') return undefined;
  return { family, hash: `sha${bits}` };
}

/** Whether a signature is right. A key of another kind than the algorithm's never fits, above all no public one as a secret. */
export function verifySignature(key: KeyObject, algorithm: string, input: string, signature: Uint8Array): boolean {
  const method = methodOf(algorithm);
  if (!method || !fits(key, method)) return false;
  const data = Buffer.from(input, 'utf8');
  if (method.family === 'HS') {
    const expected = createHmac(method.hash ?? '', key)
      .update(data)
      .digest();
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  }
  try {
    return verify(method.hash, data, { key, ...optionsOf(method) }, signature);
  } catch {
    // A signature of the wrong form is a wrong signature.
    return false;
  }
}

/** Signs; a key of another kind than the algorithm's is an error. */
export function signInput(key: KeyObject, algorithm: string, input: string): Buffer {
  const method = methodOf(algorithm);
  if (!method) throw new BuiltinError(`unknown JWS algorithm: ${algorithm}`);
  if (!fits(key, method)) throw new BuiltinError(`jwsbb.Sign: the key cannot be used with the algorithm ${algorithm}`);
  const data = Buffer.from(input, 'utf8');
  if (method.family === 'HS')
    return createHmac(method.hash ?? '', key)
      .update(data)
      .digest();
  return sign(method.hash, data, { key, ...optionsOf(method) });
}

function fits(key: KeyObject, { family }: Method): boolean {
  if (key.type === 'secret') return family === 'HS';
  switch (family) {
    case 'RS':
    case 'PS':
      return key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss';
    case 'ES':
      return key.asymmetricKeyType === 'ec';
    case 'Ed':
      return key.asymmetricKeyType === 'ed25519';
    case 'HS':
      return false;
  }
}

function optionsOf({ family }: Method): { padding?: number; saltLength?: number; dsaEncoding?: 'ieee-p1363' } {
  if (family === 'RS') return { padding: constants.RSA_PKCS1_PADDING };
  if (family === 'PS') return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  return family === 'ES' ? { dsaEncoding: 'ieee-p1363' } : {};
}
