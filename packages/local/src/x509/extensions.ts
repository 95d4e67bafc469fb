// SPDX-License-Identifier: Apache-2.0
import * as der from '../asn1/encode.ts';
import { oids } from '../asn1/oids.ts';
import { sha256 } from '../key-pair.ts';

/** A certificate extension; `value` is the content of its OCTET STRING. */
export interface Extension {
  readonly oid: string;
  readonly critical?: boolean;
  readonly value: Uint8Array;
}

export const encodeExtension = (extension: Extension): Buffer =>
  der.sequence(
    der.oid(extension.oid),
    ...(extension.critical === true ? [der.boolean(true)] : []),
    der.octets(extension.value),
  );

export const basicConstraints = (pathLength?: number): Extension => ({
  oid: oids.basicConstraints,
  critical: true,
  value: der.sequence(der.boolean(true), ...(pathLength === undefined ? [] : [der.unsigned(pathLength)])),
});

/** keyCertSign and cRLSign for an authority, digitalSignature for everyone else. */
export const keyUsage = (kind: 'authority' | 'end-entity'): Extension => ({
  oid: oids.keyUsage,
  critical: true,
  value: kind === 'authority' ? der.bits(Buffer.from([0x06]), 1) : der.bits(Buffer.from([0x80]), 7),
});

/** RFC 3161 section 2.3 wants the purpose of a timestamp authority alone and critical. */
export const extendedKeyUsage = (purpose: 'codeSigning' | 'timeStamping', critical: boolean): Extension => ({
  oid: oids.extendedKeyUsage,
  critical,
  value: der.sequence(der.oid(oids[purpose])),
});

export const subjectKeyIdentifier = (spki: Uint8Array): Extension => ({
  oid: oids.subjectKeyIdentifier,
  value: der.octets(keyIdentifier(spki)),
});

export const authorityKeyIdentifier = (issuerSpki: Uint8Array): Extension => ({
  oid: oids.authorityKeyIdentifier,
  value: der.sequence(der.implicit(0, keyIdentifier(issuerSpki))),
});

/** The name a certificate is issued to. */
export type AlternativeName = { readonly kind: 'uri' | 'email'; readonly value: string };

/** Critical, because the subject of a Fulcio certificate is empty (RFC 5280 section 4.2.1.6). */
export const subjectAltName = (name: AlternativeName): Extension => ({
  oid: oids.subjectAltName,
  critical: true,
  value: der.sequence(der.implicit(name.kind === 'uri' ? 6 : 1, der.ia5(name.value))),
});

/** RFC 7093 section 2, method 1. */
const keyIdentifier = (spki: Uint8Array): Buffer => sha256(spki).subarray(0, 20);
