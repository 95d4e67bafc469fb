// SPDX-License-Identifier: Apache-2.0
import { ASN1Obj, X509Certificate } from '@sigstore/core';
import { SluiceError } from '../error.ts';
import { pemText } from '../evidence/pem.ts';
import { fulcioExtensions } from './identity.ts';

const subjectAltName = '2.5.29.17';
const subjectKeyIdentifier = '2.5.29.14';
const extendedKeyUsage = '2.5.29.37';
const codeSigning = '1.3.6.1.5.5.7.3.3';
const fulcioRoot = '1.3.6.1.4.1.57264.1.';
const otherNameSan = `${fulcioRoot}7`;

/** What a signing certificate says. */
export interface CertificateDetails {
  readonly pem: string;
  readonly der: Uint8Array;
  readonly identity: { readonly issuer?: string; readonly subjects: readonly string[] };
  /** Extension values as text, by OID. */
  readonly extensions: ReadonlyMap<string, string>;
  /** The subject key identifier, hexadecimal; empty where there is none. */
  readonly keyid: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly forCodeSigning: boolean;
  /** As ec names it in `signatures[].metadata` (ec-evaluation, section 12). */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads a certificate (DER); `unproved` where it is none. */
export function readCertificate(der: Uint8Array): CertificateDetails {
  try {
    return describe(X509Certificate.parse(Buffer.from(der)), der);
  } catch (cause) {
    throw new SluiceError('unproved', 'The signing certificate is not an X.509 certificate.', { cause });
  }
}

function describe(certificate: X509Certificate, der: Uint8Array): CertificateDetails {
  const values = extensionValues(certificate);
  const extensions = new Map([...values].flatMap(([oid, value]) => fulcioText(oid, value)));
  const names = alternativeNames(values.get(subjectAltName));
  const issuer = extensions.get(`${fulcioRoot}8`) ?? extensions.get(`${fulcioRoot}1`);
  return {
    pem: pemText(der, 'CERTIFICATE'),
    der,
    identity: {
      ...(issuer === undefined ? {} : { issuer }),
      subjects: [...names.emails, ...names.uris, ...names.dns, ...names.others],
    },
    extensions,
    keyid: keyIdentifier(values.get(subjectKeyIdentifier)),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    forCodeSigning: keyUsages(values.get(extendedKeyUsage)).includes(codeSigning),
    metadata: certificateMetadata(certificate, extensions, names),
  };
}

function extensionValues(certificate: X509Certificate): ReadonlyMap<string, Buffer> {
  const values = new Map<string, Buffer>();
  for (const extension of certificate.extensions) {
    const oid = extension.subs[0]?.toOID();
    const value = extension.subs.at(-1)?.value;
    // The first of two equal extensions counts, as in Go.
    if (oid !== undefined && value !== undefined && !values.has(oid)) values.set(oid, value);
  }
  return values;
}

function parseDer(bytes: Uint8Array): ASN1Obj {
  return ASN1Obj.parseBuffer(Buffer.from(bytes));
}

/** Fulcio's extensions 1 to 6 are raw text, those from 8 on DER strings. */
function fulcioText(oid: string, value: Buffer): [string, string][] {
  if (!oid.startsWith(fulcioRoot) || oid === otherNameSan) return [];
  if (Number(oid.slice(fulcioRoot.length)) < 8) return [[oid, value.toString('utf8')]];
  const string = parseDer(value);
  return string.tag.number === 0x0c ? [[oid, string.value.toString('utf8')]] : [];
}

interface AlternativeNames {
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  readonly ips: readonly string[];
  readonly uris: readonly string[];
  readonly others: readonly string[];
}

function alternativeNames(value: Buffer | undefined): AlternativeNames {
  const names = value === undefined ? [] : parseDer(value).subs;
  const ofTag = (tag: number) => names.filter((name) => name.tag.isContextSpecific(tag));
  const texts = (tag: number) => ofTag(tag).map((name) => name.value.toString('latin1'));
  return {
    dns: texts(2),
    emails: texts(1),
    ips: ofTag(7).map((name) => formatIp(name.value)),
    uris: texts(6),
    others: ofTag(0).flatMap(otherName),
  };
}

function otherName(name: ASN1Obj): string[] {
  const [type, wrapped] = name.subs;
  if (type?.toOID() !== otherNameSan) return [];
  const text = wrapped?.subs[0]?.value;
  return text === undefined ? [] : [text.toString('utf8')];
}

function formatIp(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return groups.join(':');
}

function keyIdentifier(value: Buffer | undefined): string {
  return value === undefined ? '' : parseDer(value).value.toString('hex');
}

function keyUsages(value: Buffer | undefined): readonly string[] {
  return value === undefined ? [] : parseDer(value).subs.map((usage) => usage.toOID());
}

function certificateMetadata(
  certificate: X509Certificate,
  extensions: ReadonlyMap<string, string>,
  names: AlternativeNames,
): Readonly<Record<string, string>> {
  const fulcio = fulcioExtensions
    .filter(([oid]) => Number(oid.slice(fulcioRoot.length)) <= 21)
    .map(([oid, name]) => [`Fulcio ${name}`, extensions.get(oid) ?? '']);
  const all = [
    ['Subject', distinguishedName(certificate.subject)],
    ['Subject Alternative Name', sanText(names)],
    ['Issuer', distinguishedName(certificate.issuer)],
    ['Serial Number', BigInt(`0x${certificate.serialNumber.toString('hex') || '0'}`).toString(16)],
    ['Not Before', rfc3339(certificate.notBefore)],
    ['Not After', rfc3339(certificate.notAfter)],
    ...fulcio,
  ];
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

/** RFC 3339 in UTC with whole seconds. */
export function rfc3339(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function sanText({ dns, emails, ips, uris, others }: AlternativeNames): string {
  const groups: [string, readonly string[]][] = [
    ['DNS Names', dns],
    ['Email Addresses', emails],
    ['IP addresses', ips],
    ['URIs', uris],
  ];
  const texts = groups.filter(([, list]) => list.length > 0).map(([name, list]) => `${name}:${list.join(', ')}`);
  return [...texts, ...others.map((other) => `OtherName:${other}`)].join('; ');
}

// The order in which Go prints a name: from the last of these to the first, unknown attributes at the end.
const nameAttributes: readonly (readonly [oid: string, label: string])[] = [
  ['2.5.4.6', 'C'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.17', 'POSTALCODE'],
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'SERIALNUMBER'],
];

/** A distinguished name as Go's `pkix.Name.String` prints it, after RFC 2253. `contents` is the value of its SEQUENCE. */
function distinguishedName(contents: Buffer): string {
  const attributes = parseDer(sequence(contents)).subs.flatMap((set) => set.subs);
  const read = attributes.map((attribute) => ({
    oid: attribute.subs[0]?.toOID() ?? '',
    value: attribute.subs[1],
  }));
  const known = nameAttributes.flatMap(([oid, label]) => {
    const values = read.filter((one) => one.oid === oid).map((one) => one.value?.value.toString('utf8') ?? '');
    return values.length === 0 ? [] : [values.map((value) => `${label}=${escapeName(value)}`).join('+')];
  });
  const others = read
    .filter(({ oid }) => !nameAttributes.some(([known]) => known === oid))
    .map(({ oid, value }) => `${oid}=#${value?.toDER().toString('hex') ?? ''}`);
  return [...others, ...known].reverse().join(',');
}

function sequence(contents: Buffer): Buffer {
  if (contents[0] === 0x30) return contents;
  const { length } = contents;
  const header =
    length < 128 ? [0x30, length] : length < 256 ? [0x30, 0x81, length] : [0x30, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(header), contents]);
}

function escapeName(value: string): string {
  return value
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/^[# ]/, '\\$&')
    .replace(/ $/, '\\ ');
}
