// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';

/** A key that signatures are verified with. */
export interface VerificationKey {
  readonly key: KeyObject;
  /** SubjectPublicKeyInfo, PEM. */
  readonly pem: string;
}

/**
 * The public key behind a `--key` or a policy's `publicKey`: PEM text, `env://NAME`, or a file. Another scheme
 * (`awskms://`, `k8s://`, …) is refused by its name with `configuration`; a file that cannot be read is `file`.
 */
export async function loadVerificationKey(ctx: Pick<StepContext, 'env'>, reference: string): Promise<VerificationKey> {
  return parseVerificationKey(await readKeyText(ctx, reference), nameOf(reference));
}

function nameOf(reference: string): string {
  return reference.includes('-----BEGIN') ? 'the inline key' : reference;
}

/** The scheme of a key that is no file: `awskms` of `awskms://…`, and `pkcs11`, whose URIs have no slashes (RFC 7512). */
export function keyScheme(reference: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*)(?=:\/\/)|^pkcs11(?=:)/i.exec(reference)?.[0].toLowerCase();
}

async function readKeyText(ctx: Pick<StepContext, 'env'>, reference: string): Promise<string> {
  if (reference.includes('-----BEGIN')) return reference;
  const scheme = keyScheme(reference);
  if (scheme === 'env') {
    const name = reference.slice('env://'.length);
    const text = ctx.env[name];
    if (text) return text;
    throw new SluiceError('configuration', `The key should be in the variable ${name}, but it is not set.`);
  }
  if (scheme !== undefined) {
    throw new SluiceError(
      'configuration',
      `Public keys of the scheme "${scheme}" are not supported; give a PEM file, the PEM text or env://NAME.`,
    );
  }
  try {
    return await readFile(reference, 'utf8');
  } catch (cause) {
    throw new SluiceError('file', `The public key "${reference}" cannot be read; name a PEM file that exists.`, {
      cause,
    });
  }
}

/** Parses a public key, or the key of a certificate, from PEM. A private key is refused: it does not belong here. */
export function parseVerificationKey(text: string, name: string): VerificationKey {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new SluiceError('configuration', `${name} holds a private key; verification needs the public one.`);
  }
  try {
    const key = createPublicKey(text);
    return { key, pem: key.export({ type: 'spki', format: 'pem' }).toString() };
  } catch (cause) {
    throw new SluiceError('configuration', `${name} should hold a public key in PEM form, but it does not.`, { cause });
  }
}

/**
 * Whether a signature fits. A signature does not name its hash: Sigstore signs with SHA-256 by default and with the
 * curve's own hash for P-384 and P-521, and with Ed25519 plain or, as cosign does, pre-hashed; each form is tried.
 */
export async function signatureFits(data: Uint8Array, key: KeyObject, signature: Uint8Array): Promise<boolean> {
  const plain = hashesFor(key).some((hash) => {
    try {
      return verify(hash, data, key, signature);
    } catch {
      return false;
    }
  });
  return plain || (key.asymmetricKeyType === 'ed25519' && preHashedFits(data, key, signature));
}

/** Ed25519ph (RFC 8032, section 5.1), which Node does not have. */
async function preHashedFits(data: Uint8Array, key: KeyObject, signature: Uint8Array): Promise<boolean> {
  const { ed25519ph } = await import('@noble/curves/ed25519.js');
  const publicKey = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  try {
    return ed25519ph.verify(signature, data, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

function hashesFor(key: KeyObject): readonly (string | null)[] {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return [null];
    case 'rsa':
      return ['sha256'];
    case 'ec':
      return ecHashes[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? [];
    default:
      return [];
  }
}

const ecHashes: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ['sha256'],
  secp384r1: ['sha256', 'sha384'],
  secp521r1: ['sha256', 'sha512'],
};
