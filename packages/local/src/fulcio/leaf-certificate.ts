// SPDX-License-Identifier: Apache-2.0
import * as der from '../asn1/encode.ts';
import { oids } from '../asn1/oids.ts';
import { type CtLog, encodeTimestampList } from '../ctlog/ct-log.ts';
import type { CertificateAuthority } from '../x509/authority.ts';
import { encodeTbsCertificate, randomSerial, signCertificate } from '../x509/certificate.ts';
import {
  authorityKeyIdentifier,
  type Extension,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
} from '../x509/extensions.ts';
import { encodeExtensionValues } from './certificate-extensions.ts';
import type { Principal } from './principal.ts';

export interface LeafRequest {
  readonly principal: Principal;
  readonly spki: Uint8Array;
  readonly notBefore: Date;
  readonly lifetimeSeconds: number;
}

/**
 * The signing certificate with its embedded SCT (RFC 6962 section 3.2): the log signs the TBSCertificate without the
 * list of timestamps, and the certificate is issued over the same fields with the list added.
 */
export function issueLeaf(authority: CertificateAuthority, log: CtLog, request: LeafRequest): Buffer {
  const fields = {
    serial: randomSerial(),
    issuer: authority.name,
    notBefore: request.notBefore,
    notAfter: new Date(request.notBefore.getTime() + request.lifetimeSeconds * 1000),
    spki: request.spki,
  };
  const extensions = leafExtensions(authority, request);
  const timestamp = log.addPreCertificate(encodeTbsCertificate({ ...fields, extensions }), authority.key.spki);
  const timestamps: Extension = {
    oid: oids.signedCertificateTimestamps,
    value: der.octets(encodeTimestampList([timestamp])),
  };
  const tbs = encodeTbsCertificate({ ...fields, extensions: [...extensions, timestamps] });
  return signCertificate(tbs, authority.key);
}

function leafExtensions(authority: CertificateAuthority, request: LeafRequest): Extension[] {
  return [
    keyUsage('end-entity'),
    extendedKeyUsage('codeSigning', false),
    subjectKeyIdentifier(request.spki),
    authorityKeyIdentifier(authority.key.spki),
    subjectAltName(request.principal.alternativeName),
    ...encodeExtensionValues(request.principal.extensions),
  ];
}
