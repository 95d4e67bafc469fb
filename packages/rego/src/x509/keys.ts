// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { fromPlain } from '../value/json.ts';
import { fromBigInt } from '../value/number.ts';
import { emptyObject, objectOf } from '../value/object.ts';
import type { Value } from '../value/value.ts';
import { DerError } from './der.ts';
import { readPem } from './pem.ts';

const keyTypes = {
  'RSA PRIVATE KEY': { format: 'der', type: 'pkcs1' },
  'PRIVATE KEY': { format: 'der', type: 'pkcs8' },
  'EC PRIVATE KEY': { format: 'der', type: 'sec1' },
} as const;

/** The private keys in PEM text; blocks of other kinds are passed over. */
export function privateKeys(text: string): readonly KeyObject[] {
  return readPem(text).flatMap(({ type, bytes }) => {
    if (!Object.hasOwn(keyTypes, type)) return [];
    // The type was just found among the keys.
    const { format, type: encoding } = keyTypes[type as keyof typeof keyTypes];
    try {
      return [createPrivateKey({ key: Buffer.from(bytes), format, type: encoding })];
    } catch (error) {
      throw new DerError('x509: failed to parse private key', { cause: error });
    }
  });
}

/** A private key as a JSON Web Key (RFC 7517). */
export function keyAsJwk(key: KeyObject): Value {
  const plain: Record<string, unknown> = { ...key.export({ format: 'jwk' }) };
  return fromPlain(plain);
}

/** A private key as Go's crypto types have it in JSON. */
export function keyAsGo(key: KeyObject): Value {
  const jwk = key.export({ format: 'jwk' });
  if (jwk.kty === 'RSA') return rsaValue(jwk);
  if (jwk.kty === 'EC') {
    return objectOf([
      ['Curve', emptyObject],
      ['D', big(jwk.d)],
      ['X', big(jwk.x)],
      ['Y', big(jwk.y)],
    ]);
  }
  return Buffer.concat([Buffer.from(jwk.d ?? '', 'base64url'), Buffer.from(jwk.x ?? '', 'base64url')]).toString(
    'base64',
  );
}

function rsaValue(jwk: JsonWebKey): Value {
  const precomputed = objectOf([
    ['CRTValues', []],
    ['Dp', big(jwk.dp)],
    ['Dq', big(jwk.dq)],
    ['Qinv', big(jwk.qi)],
  ]);
  return objectOf([
    ['D', big(jwk.d)],
    ['E', big(jwk.e)],
    ['N', big(jwk.n)],
    ['Precomputed', precomputed],
    ['Primes', [big(jwk.p), big(jwk.q)]],
  ]);
}

function big(text = ''): Value {
  return fromBigInt(BigInt(`0x${Buffer.from(text, 'base64url').toString('hex') || '0'}`));
}
