// SPDX-License-Identifier: Apache-2.0
import { randomBytes, scrypt } from 'node:crypto';
import { SluiceError } from '../error.ts';

/**
 * cosign's encrypted private keys (go-securesystemslib, package `encrypted`): JSON in a PEM block, the key in PKCS #8,
 * locked by NaCl's secret box under a key that scrypt derives from the password.
 */
interface EncryptedKey {
  readonly kdf: { readonly name: 'scrypt'; readonly params: ScryptParameters; readonly salt: string };
  readonly cipher: { readonly name: 'nacl/secretbox'; readonly nonce: string };
  readonly ciphertext: string;
}

interface ScryptParameters {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** The strengths the format knows; any other is refused, so that a file cannot ask for all the memory there is. */
const knownCosts: readonly number[] = [32_768, 65_536, 131_072];
const newKeyParameters: ScryptParameters = { N: 65_536, r: 8, p: 1 };

/** Locks PKCS #8 bytes with a password; the result is the JSON that the PEM block carries. */
export async function encryptKey(pkcs8: Uint8Array, password: Uint8Array): Promise<Buffer> {
  const salt = randomBytes(32);
  const nonce = randomBytes(24);
  const box = await secretBox(await deriveKey(password, salt, newKeyParameters), nonce);
  const file: EncryptedKey = {
    kdf: { name: 'scrypt', params: newKeyParameters, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(box.encrypt(pkcs8)).toString('base64'),
  };
  return Buffer.from(JSON.stringify(file));
}

/**
 * Opens what `encryptKey` or cosign locked.
 *
 * @throws SluiceError `configuration` when the file is damaged or the password does not open it.
 */
export async function decryptKey(contents: Uint8Array, password: Uint8Array): Promise<Buffer> {
  const { kdf, cipher, ciphertext } = parseEncryptedKey(contents);
  const nonce = Buffer.from(cipher.nonce, 'base64');
  if (nonce.length !== 24) throw damaged(`a nonce of 24 bytes, found ${nonce.length}`);
  const key = await deriveKey(password, Buffer.from(kdf.salt, 'base64'), kdf.params);
  const box = await secretBox(key, nonce);
  try {
    return Buffer.from(box.decrypt(Buffer.from(ciphertext, 'base64')));
  } catch {
    throw new SluiceError(
      'configuration',
      'The password does not open the private key (or the file was changed); set COSIGN_PASSWORD to the password it was generated with.',
    );
  }
}

function parseEncryptedKey(contents: Uint8Array): EncryptedKey {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(contents).toString('utf8'));
  } catch {
    throw damaged('JSON inside the PEM block');
  }
  const kdf = member(value, 'kdf');
  const params = member(kdf, 'params');
  const cipher = member(value, 'cipher');
  if (text(kdf, 'name') !== 'scrypt') throw damaged(`key derivation by scrypt, found ${text(kdf, 'name')}`);
  if (text(cipher, 'name') !== 'nacl/secretbox') throw damaged(`nacl/secretbox, found ${text(cipher, 'name')}`);
  return {
    kdf: { name: 'scrypt', params: knownParameters(params), salt: text(kdf, 'salt') },
    cipher: { name: 'nacl/secretbox', nonce: text(cipher, 'nonce') },
    ciphertext: text(value, 'ciphertext'),
  };
}

function knownParameters(params: unknown): ScryptParameters {
  const [N, r, p] = [member(params, 'N'), member(params, 'r'), member(params, 'p')];
  if (typeof N === 'number' && knownCosts.includes(N) && r === 8 && p === 1) return { N, r, p };
  throw damaged(`scrypt with N one of ${knownCosts.join(', ')}, r 8 and p 1`);
}

function deriveKey(password: Uint8Array, salt: Uint8Array, { N, r, p }: ScryptParameters): Promise<Buffer> {
  const options = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

// Loaded when a key is opened: most runs are keyless.
async function secretBox(key: Uint8Array, nonce: Uint8Array) {
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  return xsalsa20poly1305(key, nonce);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function text(value: unknown, name: string): string {
  const found = member(value, name);
  if (typeof found !== 'string') throw damaged(`${name} as text`);
  return found;
}

function damaged(expected: string): SluiceError {
  return new SluiceError('configuration', `Expected an encrypted private key as cosign writes it, with ${expected}.`);
}
