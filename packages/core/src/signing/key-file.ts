// SPDX-License-Identifier: Apache-2.0
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SluiceError } from '../error.ts';
import { keyScheme } from '../verification/public-key.ts';
import { decryptKey, encryptKey } from './encrypted-key.ts';
import { algorithmOf } from './key-algorithm.ts';

/** Hands out the password of a private key; called only when a file is encrypted. */
export type PasswordSource = () => Promise<string>;

/** A key pair as `cosign generate-key-pair` writes it: `cosign.key` and `cosign.pub`. */
export interface KeyPairFiles {
  readonly privateKey: string;
  readonly publicKey: string;
}

const encryptedLabels: readonly string[] = ['ENCRYPTED SIGSTORE PRIVATE KEY', 'ENCRYPTED COSIGN PRIVATE KEY'];
const plainLabels: readonly string[] = ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY'];
const maxKeyBytes = 64 * 1024;

/** Makes an ECDSA P-256 key pair, the private half encrypted so that cosign opens it with the same password. */
export async function generateKeyPair(password: string): Promise<KeyPairFiles> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const contents = await encryptKey(pkcs8, Buffer.from(password, 'utf8'));
  return { privateKey: toPem('ENCRYPTED SIGSTORE PRIVATE KEY', contents), publicKey: publicPem(publicKey) };
}

/**
 * Reads the file that `--key` names. A reference with a scheme (`awskms://…`) is no file and is refused by name.
 *
 * @throws SluiceError `configuration` for a scheme or a content that is not supported, `file` when it cannot be read.
 */
export async function readKeyFile(reference: string): Promise<string> {
  const scheme = keyScheme(reference);
  if (scheme !== undefined) {
    throw new SluiceError(
      'configuration',
      `Keys of the scheme "${scheme}" are not supported; expected the path of a PEM file for --key.`,
    );
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(reference);
  } catch (cause) {
    throw new SluiceError('file', `The key file ${reference} cannot be read; check the path and its permissions.`, {
      cause,
    });
  }
  if (bytes.length > maxKeyBytes) {
    throw new SluiceError(
      'configuration',
      `Expected a key of at most ${maxKeyBytes} bytes in ${reference}, found ${bytes.length}.`,
    );
  }
  return bytes.toString('utf8');
}

/** A private key from PEM: cosign's encrypted form, PKCS #8, or the older forms for EC and RSA. */
export async function parsePrivateKey(pem: string, password: PasswordSource): Promise<KeyObject> {
  const block = firstBlock(pem, [...encryptedLabels, ...plainLabels]);
  const key = encryptedLabels.includes(block.label)
    ? fromPkcs8(await decryptKey(block.contents, Buffer.from(await password(), 'utf8')))
    : fromPlainPem(block.pem);
  algorithmOf(key);
  return key;
}

/** The public half of a key as PEM (SubjectPublicKeyInfo). */
export function publicPem(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'pem', type: 'spki' }).toString();
}

/** How a bundle names a key: SHA-256 of its SubjectPublicKeyInfo, in base64, as cosign writes it. */
export function keyHint(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64');
}

interface PemBlock {
  readonly label: string;
  readonly contents: Buffer;
  readonly pem: string;
}

function firstBlock(pem: string, labels: readonly string[]): PemBlock {
  const found = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/.exec(pem);
  const label = found?.[1];
  if (label === undefined || !labels.includes(label)) {
    const what = label === undefined ? 'no PEM block' : `a block "${label}"`;
    throw new SluiceError('configuration', `Expected a key as a PEM block (${labels.join(', ')}), found ${what}.`);
  }
  return { label, contents: Buffer.from(found?.[2] ?? '', 'base64'), pem: found?.[0] ?? '' };
}

function fromPkcs8(der: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new SluiceError('configuration', 'Expected PKCS #8 inside the encrypted private key, found something else.', {
      cause,
    });
  }
}

function fromPlainPem(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new SluiceError('configuration', 'The PEM block holds no private key that can be read without a password.', {
      cause,
    });
  }
}

function toPem(label: string, contents: Buffer): string {
  const lines = contents.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
