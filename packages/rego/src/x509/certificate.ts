// SPDX-License-Identifier: Apache-2.0
import { fromBigInt } from '../value/number.ts';
import { objectOf, type RegoObject } from '../value/object.ts';
import type { Value } from '../value/value.ts';
import { bitsOf, childrenOf, type Der, DerError, integerOf, oidOf, readAll, readOnly, tags, timeOf } from './der.ts';
import { base64, extensionsOf, extensionValue, type Members, readExtension } from './extensions.ts';
import { nameValue } from './name.ts';
import { publicKeyInfo, signatureAlgorithm } from './public-key.ts';

/** The certificates that stand one behind the other in some bytes. */
export function splitCertificates(bytes: Uint8Array): readonly Uint8Array[] {
  return malformed(() => readAll(bytes).map(({ raw }) => raw));
}

/** A certificate (RFC 5280) as Go's x509.Certificate has it in JSON, with the URIs as OPA adds them. */
export function certificateValue(bytes: Uint8Array): RegoObject {
  return malformed(() => read(bytes));
}

/** Whatever is wrong with the encoding is Go's "malformed certificate". */
function malformed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DerError) {
      throw new DerError(error.message.startsWith('x509:') ? error.message : 'x509: malformed certificate');
    }
    throw error;
  }
}

function read(bytes: Uint8Array): RegoObject {
  const [body, algorithm, signature] = childrenOf(readOnly(bytes));
  if (!body || !algorithm) throw new DerError('x509: malformed certificate');
  const parts = childrenOf(body);
  const hasVersion = parts[0]?.tag === 0xa0;
  const version = hasVersion && parts[0] ? Number(integerOf(readOnly(parts[0].content))) : 0;
  const [serial, , issuer, validity, subject, key, ...options] = hasVersion ? parts.slice(1) : parts;
  if (!issuer || !subject || !key) throw new DerError('x509: malformed certificate');
  const [notBefore, notAfter] = childrenOf(validity);
  const publicKey = publicKeyInfo(key);
  const members: Members = new Map<string, Value>([
    ...zeroValues,
    ['Raw', base64(bytes)],
    ['RawTBSCertificate', base64(body.raw)],
    ['RawSubjectPublicKeyInfo', base64(key.raw)],
    ['RawSubject', base64(subject.raw)],
    ['RawIssuer', base64(issuer.raw)],
    ['Signature', base64(bitsOf(signature))],
    ['SignatureAlgorithm', signatureAlgorithm(algorithm)],
    ['PublicKeyAlgorithm', publicKey.algorithm],
    ['PublicKey', publicKey.value],
    ['Version', version + 1],
    ['SerialNumber', fromBigInt(integerOf(serial))],
    ['Issuer', nameValue(issuer)],
    ['Subject', nameValue(subject)],
    ['NotBefore', timeText(timeOf(notBefore))],
    ['NotAfter', timeText(timeOf(notAfter))],
  ]);
  readExtensions(
    options.find(({ tag }) => tag === 0xa3),
    members,
  );
  return objectOf(members);
}

function readExtensions(element: Der | undefined, members: Members): void {
  if (!element) return;
  const extensions = extensionsOf(readOnly(element.content));
  const unhandled = extensions.filter((extension) => !readExtension(extension, members) && extension.critical);
  members.set('Extensions', extensions.map(extensionValue));
  if (unhandled.length > 0)
    members.set(
      'UnhandledCriticalExtensions',
      unhandled.map(({ id }) => id.map(fromBigInt)),
    );
}

function timeText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** A certificate request (PKCS #10) as Go's x509.CertificateRequest has it in JSON. */
export function requestValue(bytes: Uint8Array): RegoObject {
  if (bytes[0] !== tags.sequence) throw new DerError("asn1: structure error: tags don't match");
  const [body, algorithm, signature] = childrenOf(readOnly(bytes));
  if (!body || !algorithm) throw new DerError('asn1: structure error: certificate request is incomplete');
  const [version, subject, key, attributes] = childrenOf(body);
  if (!subject || !key) throw new DerError('asn1: structure error: certificate request is incomplete');
  const publicKey = publicKeyInfo(key);
  const members: Members = new Map<string, Value>([
    ['Raw', base64(bytes)],
    ['RawTBSCertificateRequest', base64(body.raw)],
    ['RawSubjectPublicKeyInfo', base64(key.raw)],
    ['RawSubject', base64(subject.raw)],
    ['Version', fromBigInt(integerOf(version))],
    ['Signature', base64(bitsOf(signature))],
    ['SignatureAlgorithm', signatureAlgorithm(algorithm)],
    ['PublicKeyAlgorithm', publicKey.algorithm],
    ['PublicKey', publicKey.value],
    ['Subject', nameValue(subject)],
    ['Attributes', null],
    ['Extensions', null],
    ['ExtraExtensions', null],
    ['DNSNames', null],
    ['EmailAddresses', null],
    ['IPAddresses', null],
    ['URIs', null],
  ]);
  readRequestedExtensions(attributes, members);
  return objectOf(members);
}

/** The attribute that asks for extensions (RFC 2985 section 5.4.2). */
function readRequestedExtensions(attributes: Der | undefined, members: Members): void {
  if (attributes?.tag !== 0xa0) return;
  for (const attribute of readAll(attributes.content)) {
    const [type, values] = childrenOf(attribute);
    if (oidOf(type).join('.') !== '1.2.840.113549.1.9.14' || !values) continue;
    const extensions = extensionsOf(readOnly(values.content));
    members.set('Extensions', extensions.map(extensionValue));
    for (const extension of extensions.filter(({ id }) => id.join('.') === '2.5.29.17'))
      readExtension(extension, members);
    members.delete('URIStrings');
  }
}

const zeroValues: readonly (readonly [string, Value])[] = [
  ...[
    'AuthorityKeyId',
    'CRLDistributionPoints',
    'DNSNames',
    'EmailAddresses',
    'ExcludedDNSDomains',
    'ExcludedEmailAddresses',
    'ExcludedIPRanges',
    'ExcludedURIDomains',
    'ExtKeyUsage',
    'Extensions',
    'ExtraExtensions',
    'IPAddresses',
    'IssuingCertificateURL',
    'OCSPServer',
    'PermittedDNSDomains',
    'PermittedEmailAddresses',
    'PermittedIPRanges',
    'PermittedURIDomains',
    'Policies',
    'PolicyIdentifiers',
    'PolicyMappings',
    'SubjectKeyId',
    'URIStrings',
    'URIs',
    'UnhandledCriticalExtensions',
    'UnknownExtKeyUsage',
  ].map((key) => [key, null] as const),
  ...[
    'BasicConstraintsValid',
    'InhibitAnyPolicyZero',
    'InhibitPolicyMappingZero',
    'IsCA',
    'MaxPathLenZero',
    'PermittedDNSDomainsCritical',
    'RequireExplicitPolicyZero',
  ].map((key) => [key, false] as const),
  ...['InhibitAnyPolicy', 'InhibitPolicyMapping', 'KeyUsage', 'MaxPathLen', 'RequireExplicitPolicy'].map(
    (key) => [key, 0] as const,
  ),
];
