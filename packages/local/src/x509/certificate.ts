// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import * as der from '../asn1/encode.ts';
import { oids } from '../asn1/oids.ts';
import { type ServiceKey, signWith } from '../key-pair.ts';
import { type Extension, encodeExtension } from './extensions.ts';

/** A distinguished name of the two attributes that Sigstore's authorities have. */
export interface DistinguishedName {
  readonly organization: string;
  readonly commonName: string;
}

export interface CertificateFields {
  readonly serial: Uint8Array;
  readonly issuer: DistinguishedName;
  /** Absent: an empty subject, as in Fulcio's certificates. */
  readonly subject?: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: Uint8Array;
  readonly extensions: readonly Extension[];
}

const signatureAlgorithm = der.sequence(der.oid(oids.ecdsaWithSha256));

/** TBSCertificate, version 3 (RFC 5280 section 4.1.2). */
export function encodeTbsCertificate(fields: CertificateFields): Buffer {
  return der.sequence(
    der.explicit(0, der.unsigned(2)),
    der.unsigned(fields.serial),
    signatureAlgorithm,
    encodeName(fields.issuer),
    der.sequence(der.time(fields.notBefore), der.time(fields.notAfter)),
    encodeName(fields.subject),
    fields.spki,
    der.explicit(3, der.sequence(...fields.extensions.map(encodeExtension))),
  );
}

/** Signs a TBSCertificate; the result is the whole certificate in DER. */
export function signCertificate(tbs: Uint8Array, issuerKey: ServiceKey): Buffer {
  return der.sequence(tbs, signatureAlgorithm, der.bits(signWith(issuerKey, tbs)));
}

export function encodeName(name: DistinguishedName | undefined): Buffer {
  if (name === undefined) return der.sequence();
  return der.sequence(attribute(oids.organization, name.organization), attribute(oids.commonName, name.commonName));
}

/** Twenty random bytes, positive and without a leading zero. */
export function randomSerial(): Buffer {
  const serial = randomBytes(20);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

const attribute = (oid: string, value: string): Buffer => der.setOf(der.sequence(der.oid(oid), der.utf8(value)));
