// SPDX-License-Identifier: Apache-2.0
import { generateServiceKey, type ServiceKey } from '../key-pair.ts';
import { type DistinguishedName, encodeTbsCertificate, randomSerial, signCertificate } from './certificate.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  type Extension,
  extendedKeyUsage,
  keyUsage,
  subjectKeyIdentifier,
} from './extensions.ts';

/** An intermediate authority under a root of its own. */
export interface CertificateAuthority {
  readonly name: DistinguishedName;
  /** The key of the intermediate: it signs the end-entity certificates. */
  readonly key: ServiceKey;
  /** DER, intermediate first. */
  readonly chain: readonly [intermediate: Buffer, root: Buffer];
  readonly validFrom: Date;
  readonly validUntil: Date;
}

export interface AuthorityOptions {
  readonly organization: string;
  readonly commonName: string;
  readonly purpose: 'codeSigning' | 'timeStamping';
  readonly validFrom: Date;
  readonly validUntil: Date;
}

export async function createAuthority(options: AuthorityOptions): Promise<CertificateAuthority> {
  const [rootKey, key] = await Promise.all([generateServiceKey(), generateServiceKey()]);
  const rootName = { organization: options.organization, commonName: options.commonName };
  const name = { organization: options.organization, commonName: `${options.commonName}-intermediate` };
  const validity = { notBefore: options.validFrom, notAfter: options.validUntil };
  const root = issue(rootName, rootKey, {
    subject: rootName,
    key: rootKey,
    ...validity,
    extensions: [keyUsage('authority'), basicConstraints()],
  });
  const intermediate = issue(rootName, rootKey, {
    subject: name,
    key,
    ...validity,
    extensions: [keyUsage('authority'), extendedKeyUsage(options.purpose, false), basicConstraints(0)],
  });
  return { name, key, chain: [intermediate, root], validFrom: options.validFrom, validUntil: options.validUntil };
}

/** A certificate for a service's own key, issued by `authority`. */
export function issueServiceCertificate(
  authority: CertificateAuthority,
  request: { readonly subject: DistinguishedName; readonly key: ServiceKey; readonly extensions: readonly Extension[] },
): { readonly certificate: Buffer; readonly serial: Buffer } {
  const serial = randomSerial();
  const certificate = issue(authority.name, authority.key, {
    ...request,
    serial,
    notBefore: authority.validFrom,
    notAfter: authority.validUntil,
  });
  return { certificate, serial };
}

interface IssueRequest {
  readonly subject: DistinguishedName;
  readonly key: ServiceKey;
  readonly serial?: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
}

function issue(issuer: DistinguishedName, issuerKey: ServiceKey, request: IssueRequest): Buffer {
  const tbs = encodeTbsCertificate({
    serial: request.serial ?? randomSerial(),
    issuer,
    subject: request.subject,
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    spki: request.key.spki,
    extensions: [...request.extensions, subjectKeyIdentifier(request.key.spki), authorityKeyIdentifier(issuerKey.spki)],
  });
  return signCertificate(tbs, issuerKey);
}
