// SPDX-License-Identifier: Apache-2.0
import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { toPlain } from '../value/json.ts';
import { isArray, isObject, type Value } from '../value/value.ts';
import { readPem } from '../x509/pem.ts';
import { BuiltinError } from './builtin.ts';
import { readJson } from './json-text.ts';

/** A key a token may be verified with, and what its set says about it. */
export interface VerificationKey {
  /** Empty when the key does not say. */
  readonly algorithm: string;
  readonly id: string;
  readonly key: KeyObject;
}

/** Algorithms of JWS (RFC 7518) that are supported. */
export const algorithms: ReadonlySet<string> = new Set([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'HS256',
  'HS384',
  'HS512',
  'EdDSA',
]);

const known = new Map<string, readonly VerificationKey[]>();
const maxKnown = 100;

/** The keys in a PEM certificate, a PEM public key, a JWK or a JWK set. Policies verify many tokens with few keys. */
export function verificationKeys(text: string): readonly VerificationKey[] {
  const cached = known.get(text);
  if (cached) return cached;
  const keys = /-----BEGIN [^\r\n]*-----/.test(text) ? [pemKey(text)] : jwkKeys(text);
  if (known.size >= maxKnown) known.clear();
  known.set(text, keys);
  return keys;
}

function pemKey(text: string): VerificationKey {
  const [block] = readPem(text);
  if (!block) throw new BuiltinError('failed to parse a JWK key (set): the text is neither PEM nor JSON');
  const end = text.indexOf(`-----END ${block.type}-----`) + `-----END ${block.type}-----`.length;
  if (text.slice(end).replace(/^[ \t]*\r?\n/, '') !== '')
    throw new BuiltinError('extra data after a PEM certificate block');
  if (block.type === 'CERTIFICATE') {
    const key = imported(
      'failed to parse a PEM certificate',
      () => new X509Certificate(Buffer.from(block.bytes)).publicKey,
    );
    return { algorithm: '', id: '', key };
  }
  if (block.type !== 'PUBLIC KEY') throw new BuiltinError('failed to extract a Key from the PEM certificate');
  const der = { key: Buffer.from(block.bytes), format: 'der', type: 'spki' } as const;
  return { algorithm: '', id: '', key: imported('failed to parse a PEM public key', () => createPublicKey(der)) };
}

/** What a cryptographic library refuses is a built-in's error. */
function imported<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new BuiltinError(
      `${what}: ${error instanceof Error ? error.message : 'unreadable'}`,
      'eval_builtin_error',
      error,
    );
  }
}

function jwkKeys(text: string): readonly VerificationKey[] {
  const failed = 'failed to parse a JWK key (set)';
  return membersOf(
    imported(failed, () => readJson(text)),
    failed,
  ).flatMap((member) => {
    const [algorithm, id] = [textOf(member, 'alg'), textOf(member, 'kid')];
    // Keys for what is not supported are passed over.
    if (algorithm !== '' && !algorithms.has(algorithm)) return [];
    return [{ algorithm, id, key: imported(failed, () => publicKeyOf(member)) }];
  });
}

function membersOf(document: Value, failed: string): readonly Value[] {
  const keys = isObject(document) ? document.get('keys') : undefined;
  if (keys !== undefined && isArray(keys)) return keys;
  if (isObject(document) && document.has('kty')) return [document];
  throw new BuiltinError(`${failed}: no key is in it`);
}

function textOf(key: Value, name: string): string {
  const value = isObject(key) ? key.get(name) : undefined;
  return typeof value === 'string' ? value : '';
}

function publicKeyOf(key: Value): KeyObject {
  if (textOf(key, 'kty') === 'oct') return createSecretKey(Buffer.from(textOf(key, 'k'), 'base64url'));
  return createPublicKey({ key: jwkOf(key), format: 'jwk' });
}

/** The members of a JWK that Node looks at. */
function jwkOf(key: Value): JsonWebKey {
  const plain = toPlain(key);
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) throw new TypeError('not a JSON object');
  const texts = Object.entries(plain).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts);
}

/** The first key of a JWK or a JWK set, for signing. */
export function signingKey(text: string): KeyObject {
  const [first] = membersOf(readJson(text), 'failed to unmarshal JWK set');
  if (first === undefined) throw new BuiltinError('no keys found in JWK set');
  if (textOf(first, 'kty') === 'oct') return createSecretKey(Buffer.from(textOf(first, 'k'), 'base64url'));
  return imported('failed to import key', () => createPrivateKey({ key: jwkOf(first), format: 'jwk' }));
}
