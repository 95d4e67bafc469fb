// SPDX-License-Identifier: Apache-2.0

import { fromBigInt } from '../value/number.ts';
import { emptyObject, objectOf } from '../value/object.ts';
import type { Value } from '../value/value.ts';
import { bitsOf, childrenOf, type Der, integerOf, oidOf, readOnly } from './der.ts';

/** A subject's public key with Go's number for its algorithm. */
export interface PublicKeyInfo {
  readonly algorithm: number;
  readonly value: Value;
}

const curves: Readonly<Record<string, number>> = {
  '1.3.132.0.33': 28,
  '1.2.840.10045.3.1.7': 32,
  '1.3.132.0.34': 48,
  '1.3.132.0.35': 66,
};

/** The key of a SubjectPublicKeyInfo as Go's types have it in JSON. */
export function publicKeyInfo(element: Der): PublicKeyInfo {
  const [algorithm, key] = childrenOf(element);
  const [type, parameters] = childrenOf(algorithm);
  switch (oidOf(type).join('.')) {
    case '1.2.840.113549.1.1.1': {
      const [modulus, exponent] = childrenOf(readOnly(bitsOf(key)));
      return {
        algorithm: 1,
        value: objectOf([
          ['E', fromBigInt(integerOf(exponent))],
          ['N', fromBigInt(integerOf(modulus))],
        ]),
      };
    }
    case '1.2.840.10045.2.1': {
      const size = curves[oidOf(parameters).join('.')] ?? 0;
      const point = Buffer.from(bitsOf(key)).toString('hex').slice(2);
      const coordinate = (at: number) =>
        fromBigInt(BigInt(`0x${point.slice(at * size * 2, (at + 1) * size * 2) || '0'}`));
      const value = objectOf([
        ['Curve', emptyObject],
        ['X', coordinate(0)],
        ['Y', coordinate(1)],
      ]);
      return size === 0 ? { algorithm: 3, value: null } : { algorithm: 3, value };
    }
    case '1.3.101.112':
      return { algorithm: 4, value: Buffer.from(bitsOf(key)).toString('base64') };
    default:
      return { algorithm: 0, value: null };
  }
}

const signatureAlgorithms: Readonly<Record<string, number>> = {
  '1.2.840.113549.1.1.4': 2,
  '1.2.840.113549.1.1.5': 3,
  '1.3.14.3.2.29': 3,
  '1.2.840.113549.1.1.11': 4,
  '1.2.840.113549.1.1.12': 5,
  '1.2.840.113549.1.1.13': 6,
  '1.2.840.10040.4.3': 7,
  '2.16.840.1.101.3.4.3.2': 8,
  '1.2.840.10045.4.1': 9,
  '1.2.840.10045.4.3.2': 10,
  '1.2.840.10045.4.3.3': 11,
  '1.2.840.10045.4.3.4': 12,
  '1.3.101.112': 16,
};

const pssHashes: Readonly<Record<string, number>> = {
  '2.16.840.1.101.3.4.2.1': 13,
  '2.16.840.1.101.3.4.2.2': 14,
  '2.16.840.1.101.3.4.2.3': 15,
};

/** Go's number for a signature algorithm; 0 for one it does not know. */
export function signatureAlgorithm(element: Der): number {
  const [type, parameters] = childrenOf(element);
  const oid = oidOf(type).join('.');
  if (oid !== '1.2.840.113549.1.1.10') return signatureAlgorithms[oid] ?? 0;
  const [hash] = childrenOf(parameters);
  const [hashAlgorithm] = hash ? childrenOf({ ...hash, tag: 0x30 }) : [];
  return hashAlgorithm ? (pssHashes[oidOf(childrenOf(hashAlgorithm)[0]).join('.')] ?? 0) : 0;
}
