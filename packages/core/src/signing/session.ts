// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import type { IdentityToken } from '../ci/identity-token.ts';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type CertificateDetails, readCertificate } from '../verification/certificate.ts';
import { requestCertificate } from './fulcio.ts';
import { algorithmOf, type KeyAlgorithm, signBytes } from './key-algorithm.ts';
import { keyHint, publicPem } from './key-file.ts';
import type { Services } from './services.ts';

/** What proves a signature: the certificate of a keyless signer, or a public key that the verifier already has. */
export type Verifier =
  | { readonly kind: 'certificate'; readonly pem: string; readonly der: Buffer; readonly details: CertificateDetails }
  | { readonly kind: 'publicKey'; readonly pem: string; readonly der: Buffer; readonly hint: string };

/** A signer with the services that witness it. One session signs everything of a step: one certificate for all. */
export interface SigningSession {
  readonly verifier: Verifier;
  readonly algorithm: KeyAlgorithm;
  readonly services: Services;
  readonly http: HttpClient;
  sign(data: Uint8Array): Promise<Buffer>;
}

interface SessionParts {
  readonly services: Services;
  readonly http: HttpClient;
}

/** A session that signs with a private key. */
export function openKeySession(privateKey: KeyObject, parts: SessionParts): SigningSession {
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return {
    ...parts,
    verifier: { kind: 'publicKey', pem: publicPem(publicKey), der, hint: keyHint(publicKey) },
    algorithm: algorithmOf(privateKey),
    sign: async (data) => signBytes(data, privateKey),
  };
}

/** A session that signs with a key of its own, made now and never stored, which Fulcio certifies for the token's identity. */
export async function openKeylessSession(
  ctx: StepContext,
  token: IdentityToken,
  parts: SessionParts,
): Promise<SigningSession> {
  const { fulcioUrl } = parts.services;
  if (fulcioUrl === undefined) throw new TypeError('a keyless session needs the address of Fulcio');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sign = async (data: Uint8Array) => signBytes(data, privateKey);
  const pem = await requestCertificate(parts.http, fulcioUrl, token, { publicKeyPem: publicPem(publicKey), sign });
  const verifier = readVerifier(pem, publicKey, fulcioUrl);
  ctx.log.debug(
    `Fulcio certified ${verifier.details.identity.subjects.join(', ')} until ${verifier.details.notAfter.toISOString()}.`,
  );
  return { ...parts, verifier, algorithm: algorithmOf(publicKey), sign };
}

/** A certificate for another key would make every signature worthless, so it is looked at before it is used. */
function readVerifier(pem: string, publicKey: KeyObject, url: string): Verifier & { readonly kind: 'certificate' } {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (cause) {
    throw new SluiceError('signing', `Expected a certificate from Fulcio at ${url}, found something else.`, { cause });
  }
  if (!certificate.publicKey.equals(publicKey)) {
    throw new SluiceError(
      'signing',
      `Expected a certificate for the key that was sent to Fulcio at ${url}, found one for another.`,
    );
  }
  return {
    kind: 'certificate',
    pem: certificate.toString(),
    der: certificate.raw,
    details: readCertificate(certificate.raw),
  };
}
