// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import type { IdentityToken } from '../ci/identity-token.ts';
import type { StepContext } from '../context.ts';
import type { HttpClient } from '../http/http-client.ts';
import { askService, jsonHeaders, parseAnswer, unexpected } from './sigstore-request.ts';

/** The key that is to be certified: who asks must prove to hold it. */
export interface RequestedKey {
  readonly publicKeyPem: string;
  readonly sign: (data: Uint8Array) => Promise<Buffer>;
}

/** Requests a code-signing certificate for the token's identity (Fulcio, API v2). Only the leaf is returned, PEM. */
export async function requestCertificate(
  http: HttpClient,
  url: string,
  token: IdentityToken,
  key: RequestedKey,
): Promise<string> {
  const service = { name: 'Fulcio', url };
  // The proof of possession is a signature over the name that Fulcio will certify: the email, or else the subject.
  const { email, sub } = token.claims;
  const proof = await key.sign(Buffer.from(typeof email === 'string' ? email : sub));
  const body = JSON.stringify({
    credentials: { oidcIdentityToken: token.reveal() },
    publicKeyRequest: {
      publicKey: { algorithm: 'ECDSA', content: key.publicKeyPem },
      proofOfPossession: proof.toString('base64'),
    },
  });
  const answer = await askService(
    http,
    service,
    '/api/v2/signingCert',
    { method: 'POST', headers: jsonHeaders, body },
    [200, 201],
  );
  const value = parseAnswer(service, answer.body);
  const signed = member(value, 'signedCertificateEmbeddedSct') ?? member(value, 'signedCertificateDetachedSct');
  const leaf = certificatesIn(member(signed, 'chain'))[0];
  if (leaf === undefined) throw unexpected(service);
  return leaf;
}

/** The authorities that Fulcio signs with (its trust bundle); none, said in the log, where it does not tell them. */
export async function fetchAuthorities(
  ctx: StepContext,
  http: HttpClient,
  url: string,
): Promise<readonly X509Certificate[]> {
  const service = { name: 'Fulcio', url };
  try {
    const answer = await askService(http, service, '/api/v2/trustBundle', { headers: jsonHeaders }, [200]);
    const chains = member(parseAnswer(service, answer.body), 'chains');
    return (Array.isArray(chains) ? chains : []).flatMap(certificatesIn).map((pem) => new X509Certificate(pem));
  } catch (error) {
    ctx.log.debug(`What is attached is not compared: ${String(error)}`);
    return [];
  }
}

function certificatesIn(chain: unknown): readonly string[] {
  const certificates = member(chain, 'certificates');
  return Array.isArray(certificates) ? certificates.filter((one) => typeof one === 'string') : [];
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
