// SPDX-License-Identifier: Apache-2.0
import type { CtLog } from '../ctlog/ct-log.ts';
import { LocalError } from '../error.ts';
import { type JsonObject, jsonBody, objectAt, textAt } from '../http/json-body.ts';
import { listenOnLoopback, type Service, type ServiceReply, type ServiceRequest } from '../http/service.ts';
import { type Issuer, sigstoreAudience } from '../oidc/issuer.ts';
import { type VerifiedToken, verifyToken } from '../oidc/verify-token.ts';
import type { CertificateAuthority } from '../x509/authority.ts';
import { toPem } from '../x509/pem.ts';
import { MissingClaimError } from './claim-templates.ts';
import { provedKey } from './key-request.ts';
import { issueLeaf } from './leaf-certificate.ts';
import { challengeOf, type IssuerKind, type Principal, principalOf } from './principal.ts';
import { describeRefusal, FulcioRefusal, invalidArgument, messages } from './refusal.ts';

export interface TrustedIssuer {
  readonly issuer: Pick<Issuer, 'url' | 'keys'>;
  readonly kind: IssuerKind;
}

export interface FulcioOptions {
  readonly authority: CertificateAuthority;
  readonly ctLog: CtLog;
  readonly issuers: readonly TrustedIssuer[];
  readonly now: () => Date;
  /** Fulcio's certificates live ten minutes. */
  readonly certificateLifetimeSeconds: number;
  /** Told why a request was refused; the client is told as little as Fulcio tells. */
  readonly log: (line: string) => void;
  readonly port?: number | undefined;
}

/** Fulcio's v2 API (sigstore/fulcio fulcio.proto) over HTTP and JSON. */
export async function startFulcio(options: FulcioOptions): Promise<Service> {
  const service = await listenOnLoopback({ name: 'Fulcio', port: options.port });
  service.serve({
    describe: describeRefusal,
    routes: [
      { method: 'POST', path: '/api/v2/signingCert', handle: (request) => signingCertificate(options, request) },
      { method: 'GET', path: '/api/v2/trustBundle', handle: () => trustBundle(options) },
      { method: 'GET', path: '/api/v2/configuration', handle: () => configuration(options) },
      { method: 'GET', path: '/healthz', handle: () => ({ status: 200, body: { status: 'SERVING' } }) },
    ],
  });
  return service;
}

function signingCertificate(options: FulcioOptions, request: ServiceRequest): ServiceReply {
  try {
    const body = jsonBody(request.body);
    const { token, kind } = authenticate(options, tokenOf(request, body));
    const challenge = refusingWith(messages.identityToken, () => challengeOf(token, kind));
    const key = provedKey(body, challenge);
    const leaf = issueLeaf(options.authority, options.ctLog, {
      principal: fillPrincipal(token, kind),
      spki: key.key.export({ type: 'spki', format: 'der' }),
      notBefore: new Date(Math.floor(options.now().getTime() / 1000) * 1000),
      lifetimeSeconds: options.certificateLifetimeSeconds,
    });
    const certificates = [leaf, ...options.authority.chain].map((der) => toPem('CERTIFICATE', der));
    return { status: 200, body: { signedCertificateEmbeddedSct: { chain: { certificates } } } };
  } catch (error) {
    if (error instanceof FulcioRefusal) options.log(`Fulcio refused a signing request: ${error.reason}`);
    throw error;
  }
}

/** The token is in the body's credentials or, as in the gRPC gateway, in the Authorization header. */
function tokenOf(request: ServiceRequest, body: JsonObject): string {
  const inBody = textAt(objectAt(body, 'credentials'), 'oidcIdentityToken');
  return inBody ?? /^bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function authenticate(
  options: FulcioOptions,
  token: string,
): { readonly token: VerifiedToken; readonly kind: IssuerKind } {
  const issuers = options.issuers.map(({ issuer }) => issuer);
  const verified = refusingWith(messages.identityToken, () =>
    verifyToken(token, { issuers, audience: sigstoreAudience, now: options.now() }),
  );
  const trusted = options.issuers.find(({ issuer }) => issuer.url === verified.issuer);
  if (trusted === undefined) throw invalidArgument(messages.identityToken, `issuer ${verified.issuer} is not trusted`);
  return { token: verified, kind: trusted.kind };
}

function fillPrincipal(token: VerifiedToken, kind: IssuerKind): Principal {
  try {
    return principalOf(token, kind);
  } catch (error) {
    if (error instanceof MissingClaimError) throw invalidArgument(error.message, error.message);
    throw error;
  }
}

/** Runs a check of the token; what it throws reaches the client as Fulcio's sentence and the log as its own. */
function refusingWith<T>(message: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    const expected = error instanceof LocalError || error instanceof MissingClaimError;
    throw expected ? invalidArgument(message, error.message) : error;
  }
}

function trustBundle(options: FulcioOptions): ServiceReply {
  const certificates = options.authority.chain.map((der) => toPem('CERTIFICATE', der));
  return { status: 200, body: { chains: [{ certificates }] } };
}

function configuration(options: FulcioOptions): ServiceReply {
  const issuers = options.issuers.map(({ issuer, kind }) => ({
    issuerUrl: issuer.url,
    audience: sigstoreAudience,
    challengeClaim: kind.kind === 'email' ? 'email' : 'sub',
    issuerType: kind.kind,
  }));
  return { status: 200, body: { issuers } };
}
