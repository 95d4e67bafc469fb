// SPDX-License-Identifier: Apache-2.0
import { oids } from '../asn1/oids.ts';
import { listenOnLoopback, type Service, type ServiceReply, type ServiceRequest } from '../http/service.ts';
import { ServiceError } from '../http/service-error.ts';
import { generateServiceKey } from '../key-pair.ts';
import { type CertificateAuthority, issueServiceCertificate } from '../x509/authority.ts';
import { randomSerial } from '../x509/certificate.ts';
import { extendedKeyUsage, keyUsage } from '../x509/extensions.ts';
import { toPem } from '../x509/pem.ts';
import { parseJsonRequest } from './json-request.ts';
import { parseTimestampRequest, TimestampRefusal, type TimestampRequest } from './timestamp-request.ts';
import { grantTimestamp, rejectTimestamp, type TimestampSigner } from './timestamp-token.ts';

export interface TimestampAuthorityOptions {
  readonly authority: CertificateAuthority;
  readonly organization: string;
  readonly now: () => Date;
  readonly port?: number | undefined;
}

export interface TimestampAuthority extends Service {
  /** The full URL that takes timestamp requests. */
  readonly timestampUrl: string;
  /** DER: the signer's certificate, the intermediate, the root. */
  readonly chain: readonly Buffer[];
}

/** An RFC 3161 timestamp authority, at the paths of sigstore/timestamp-authority. */
export async function startTimestampAuthority(options: TimestampAuthorityOptions): Promise<TimestampAuthority> {
  const service = await listenOnLoopback({ name: 'timestamp authority', port: options.port });
  const signer = await createSigner(options);
  service.serve({
    describe: (error) => ({ code: error.status, message: error.message }),
    routes: [
      { method: 'POST', path: '/api/v1/timestamp', handle: (request) => timestamp(signer, options.now, request) },
      {
        method: 'GET',
        path: '/api/v1/timestamp/certchain',
        handle: () => ({
          status: 200,
          headers: { 'content-type': 'application/pem-certificate-chain' },
          body: signer.chain.map((certificate) => toPem('CERTIFICATE', certificate)).join(''),
        }),
      },
    ],
  });
  return { ...service, timestampUrl: `${service.url}/api/v1/timestamp`, chain: signer.chain };
}

async function createSigner({ authority, organization }: TimestampAuthorityOptions): Promise<TimestampSigner> {
  const key = await generateServiceKey();
  const issued = issueServiceCertificate(authority, {
    subject: { organization, commonName: 'sluice-tsa' },
    key,
    extensions: [keyUsage('end-entity'), extendedKeyUsage('timeStamping', true)],
  });
  return { key, ...issued, issuer: authority.name, chain: [issued.certificate, ...authority.chain] };
}

function timestamp(signer: TimestampSigner, now: () => Date, request: ServiceRequest): ServiceReply {
  const headers = { 'content-type': 'application/timestamp-reply' };
  try {
    const parsed = parserFor(request.headers['content-type'])(request.body);
    if (parsed.policy !== undefined && parsed.policy !== oids.sigstoreTimestampPolicy) {
      throw new TimestampRefusal('unacceptedPolicy', `Only the policy ${oids.sigstoreTimestampPolicy} is offered.`);
    }
    const token = { time: now(), serial: randomSerial() };
    return { status: 201, headers, body: grantTimestamp(signer, parsed, token) };
  } catch (error) {
    if (!(error instanceof TimestampRefusal)) throw error;
    return { status: 400, headers, body: rejectTimestamp(error.failure, error.message) };
  }
}

function parserFor(contentType: string | undefined): (body: Buffer) => TimestampRequest {
  switch (contentType?.split(';')[0]) {
    case 'application/timestamp-query':
      return parseTimestampRequest;
    case 'application/json':
      return parseJsonRequest;
    default:
      throw new ServiceError(415, 'Expected a body of type application/timestamp-query or application/json.');
  }
}
