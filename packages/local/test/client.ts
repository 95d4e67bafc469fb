// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const newKeyPair = (curve = 'P-256'): KeyPair => generateKeyPairSync('ec', { namedCurve: curve });

export const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function getJson(url: string, headers: Record<string, string> = {}): Promise<JsonAnswer> {
  return toAnswer(await fetch(url, { headers }));
}

export async function postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<JsonAnswer> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return toAnswer(await fetch(url, { ...init, body: typeof body === 'string' ? body : JSON.stringify(body) }));
}

async function toAnswer(response: Response): Promise<JsonAnswer> {
  return { status: response.status, headers: response.headers, body: JSON.parse((await response.text()) || '{}') };
}

/** A signing request for `pair` that proves possession by a signature over `challenge`. */
export const signingRequest = (token: string, pair: KeyPair, challenge: string) => ({
  credentials: { oidcIdentityToken: token },
  publicKeyRequest: {
    publicKey: { algorithm: 'ECDSA', content: pemOf(pair.publicKey) },
    proofOfPossession: sign('sha256', Buffer.from(challenge), pair.privateKey).toString('base64'),
  },
});

export const base64 = (data: Uint8Array | string): string => Buffer.from(data).toString('base64');

/** PEM of the certificates in Fulcio's answer, the signing certificate first. */
export function certificatesOf({ body }: JsonAnswer): readonly string[] {
  // The shape of fulcio.proto; another shape makes the test that reads it fail.
  const answer = body as {
    readonly signedCertificateEmbeddedSct: { readonly chain: { readonly certificates: string[] } };
  };
  return answer.signedCertificateEmbeddedSct.chain.certificates;
}

/** The pre-authentication encoding of DSSE. */
export const pae = (payloadType: string, payload: string): Buffer =>
  Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${Buffer.byteLength(payload)} ${payload}`);
