// SPDX-License-Identifier: Apache-2.0
import { ipText } from '../builtins/ip.ts';
import { fromBigInt } from '../value/number.ts';
import { objectOf } from '../value/object.ts';
import type { Value } from '../value/value.ts';
import {
  bitsOf,
  booleanOf,
  childrenOf,
  type Der,
  DerError,
  expectTag,
  integerOf,
  oidOf,
  readOnly,
  tags,
} from './der.ts';
import { type GeneralNames, generalNames, readGeneralNames } from './name.ts';

/** An extension as it stands in a certificate. */
export interface Extension {
  readonly id: readonly bigint[];
  readonly critical: boolean;
  readonly value: Uint8Array;
}

export function extensionsOf(element: Der): readonly Extension[] {
  return childrenOf(element).map((one) => {
    const [id, second, third] = childrenOf(one);
    const critical = second?.tag === tags.boolean ? booleanOf(second) : false;
    const value = expectTag(second?.tag === tags.boolean ? third : second, tags.octetString).content;
    return { id: oidOf(id), critical, value };
  });
}

export function extensionValue({ id, critical, value }: Extension): Value {
  return objectOf([
    ['Critical', critical],
    ['Id', id.map(fromBigInt)],
    ['Value', base64(value)],
  ]);
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** What extensions put into the members of a certificate; those that are not there keep Go's zero values. */
export type Members = Map<string, Value>;

/** Reads an extension into the members; false when nothing is known about it. */
export function readExtension({ id, value, critical }: Extension, members: Members): boolean {
  const reader = readers[id.join('.')];
  if (!reader) return false;
  return reader(value, members, critical) ?? true;
}

type Reader = (bytes: Uint8Array, members: Members, critical: boolean) => boolean | undefined;

const readers: Readonly<Record<string, Reader>> = {
  '2.5.29.14': (bytes, members) => put(members, 'SubjectKeyId', base64(readOnly(bytes, tags.octetString).content)),
  '2.5.29.15': (bytes, members) => put(members, 'KeyUsage', usageBits(bitsOf(readOnly(bytes)))),
  '2.5.29.17': (bytes, members) => readAlternativeNames(readGeneralNames(bytes), members),
  '2.5.29.19': readBasicConstraints,
  '2.5.29.30': readNameConstraints,
  '2.5.29.31': readDistributionPoints,
  '2.5.29.32': readPolicies,
  '2.5.29.33': readPolicyMappings,
  '2.5.29.35': readAuthorityKey,
  '2.5.29.36': readPolicyConstraints,
  '2.5.29.37': readExtendedUsage,
  '2.5.29.54': (bytes, members) => putCount(members, 'InhibitAnyPolicy', integerOf(readOnly(bytes))),
  '1.3.6.1.5.5.7.1.1': readAuthorityInfo,
};

function put(members: Members, key: string, value: Value): undefined {
  members.set(key, value);
}

/** Go keeps apart a zero that was written. */
function putCount(members: Members, key: string, count: bigint): undefined {
  members.set(key, fromBigInt(count));
  members.set(`${key}Zero`, count === 0n);
}

/** The first bit is the lowest in Go's number. */
function usageBits(bytes: Uint8Array): number {
  let usage = 0;
  for (let bit = 0; bit < 9; bit++) if (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) usage |= 1 << bit;
  return usage;
}

/** Empty lists are null in Go's JSON. */
function orNull(values: readonly Value[]): Value {
  return values.length > 0 ? values : null;
}

export function readAlternativeNames(names: GeneralNames, members: Members): boolean {
  members.set('DNSNames', orNull(names.dns));
  members.set('EmailAddresses', orNull(names.email));
  members.set('IPAddresses', orNull(names.ip.map(addressText)));
  members.set('URIStrings', orNull(names.uri));
  members.set('URIs', orNull(names.uri.map(uriValue)));
  return names.dns.length + names.email.length + names.ip.length + names.uri.length > 0;
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length !== 4 && bytes.length !== 16) {
    throw new DerError(`x509: cannot parse IP address of length ${bytes.length}`);
  }
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return ipText({ bits: bytes.length === 4 ? 32 : 128, value });
}

/** Go's url.URL in JSON; it never shows who the user is. */
function uriValue(uri: string): Value {
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(uri) ?? [];
  const [beforeFragment = '', fragment = ''] = splitOnce(rest, '#');
  const [beforeQuery = '', query = ''] = splitOnce(beforeFragment, '?');
  const authority = /^\/\/([^/]*)/.exec(beforeQuery)?.[1];
  const path = authority === undefined ? beforeQuery : beforeQuery.slice(2 + authority.length);
  const at = authority?.lastIndexOf('@') ?? -1;
  const opaque = scheme !== '' && authority === undefined && !path.startsWith('/');
  const decoded = decoding(path);
  return objectOf([
    ['ForceQuery', beforeFragment.endsWith('?') && query === ''],
    ['Fragment', decoding(fragment)],
    ['Host', authority?.slice(at + 1) ?? ''],
    ['OmitHost', scheme !== '' && authority === undefined && path.startsWith('/')],
    ['Opaque', opaque ? path : ''],
    ['Path', opaque ? '' : decoded],
    ['RawFragment', ''],
    ['RawPath', opaque || encodeURI(decoded) === path ? '' : path],
    ['RawQuery', query],
    ['Scheme', scheme.toLowerCase()],
    ['User', at < 0 ? null : objectOf([])],
  ]);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decoding(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readBasicConstraints(bytes: Uint8Array, members: Members): undefined {
  const parts = childrenOf(readOnly(bytes));
  const isCa = parts[0]?.tag === tags.boolean && booleanOf(parts[0]);
  const limit = parts.find(({ tag }) => tag === tags.integer);
  const length = limit ? integerOf(limit) : -1n;
  members.set('IsCA', isCa);
  members.set('BasicConstraintsValid', true);
  members.set('MaxPathLen', fromBigInt(length));
  members.set('MaxPathLenZero', length === 0n);
}

function readNameConstraints(bytes: Uint8Array, members: Members, critical: boolean): undefined {
  for (const part of childrenOf(readOnly(bytes))) {
    const prefix = part.tag === 0xa0 ? 'Permitted' : 'Excluded';
    const names = generalNames(
      childrenOf({ ...part, tag: tags.sequence }).flatMap((tree) => childrenOf(tree).slice(0, 1)),
    );
    members.set(`${prefix}DNSDomains`, orNull(names.dns));
    members.set(`${prefix}EmailAddresses`, orNull(names.email));
    members.set(`${prefix}URIDomains`, orNull(names.uri));
    members.set(`${prefix}IPRanges`, orNull(names.ip.map(rangeValue)));
  }
  members.set('PermittedDNSDomainsCritical', critical);
}

function rangeValue(bytes: Uint8Array): Value {
  const half = bytes.length >> 1;
  return objectOf([
    ['IP', addressText(bytes.subarray(0, half))],
    ['Mask', base64(bytes.subarray(half))],
  ]);
}

function readDistributionPoints(bytes: Uint8Array, members: Members): undefined {
  const urls = childrenOf(readOnly(bytes)).flatMap((point) => {
    const [name] = childrenOf(point).filter(({ tag }) => tag === 0xa0);
    const [full] = name ? childrenOf({ ...name, tag: tags.sequence }) : [];
    return full?.tag === 0xa0 ? generalNames(childrenOf({ ...full, tag: tags.sequence })).uri : [];
  });
  members.set('CRLDistributionPoints', orNull(urls));
}

function readPolicies(bytes: Uint8Array, members: Members): undefined {
  const policies = childrenOf(readOnly(bytes)).map((policy) => oidOf(childrenOf(policy)[0]));
  members.set('PolicyIdentifiers', orNull(policies.map((arcs) => arcs.map(fromBigInt))));
  members.set('Policies', orNull(policies.map((arcs) => arcs.join('.'))));
}

function readPolicyMappings(bytes: Uint8Array, members: Members): undefined {
  const mappings = childrenOf(readOnly(bytes)).map((mapping) => {
    const [from, to] = childrenOf(mapping);
    return objectOf([
      ['IssuerDomainPolicy', oidOf(from).join('.')],
      ['SubjectDomainPolicy', oidOf(to).join('.')],
    ]);
  });
  members.set('PolicyMappings', orNull(mappings));
}

function readAuthorityKey(bytes: Uint8Array, members: Members): undefined {
  const id = childrenOf(readOnly(bytes)).find(({ tag }) => tag === 0x80);
  if (id) members.set('AuthorityKeyId', base64(id.content));
}

function readPolicyConstraints(bytes: Uint8Array, members: Members): undefined {
  for (const part of childrenOf(readOnly(bytes))) {
    const key = part.tag === 0x80 ? 'RequireExplicitPolicy' : 'InhibitPolicyMapping';
    putCount(members, key, integerOf({ ...part, tag: tags.integer }));
  }
}

/** Go's numbers for the purposes it knows. */
const purposes: Readonly<Record<string, number>> = {
  '2.5.29.37.0': 0,
  '1.3.6.1.5.5.7.3.1': 1,
  '1.3.6.1.5.5.7.3.2': 2,
  '1.3.6.1.5.5.7.3.3': 3,
  '1.3.6.1.5.5.7.3.4': 4,
  '1.3.6.1.5.5.7.3.5': 5,
  '1.3.6.1.5.5.7.3.6': 6,
  '1.3.6.1.5.5.7.3.7': 7,
  '1.3.6.1.5.5.7.3.8': 8,
  '1.3.6.1.5.5.7.3.9': 9,
  '1.3.6.1.4.1.311.10.3.3': 10,
  '2.16.840.1.113730.4.1': 11,
  '1.3.6.1.4.1.311.2.1.22': 12,
  '1.3.6.1.4.1.311.61.1.1': 13,
};

function readExtendedUsage(bytes: Uint8Array, members: Members): undefined {
  const oids = childrenOf(readOnly(bytes)).map(oidOf);
  const known = oids.map((arcs) => purposes[arcs.join('.')]).filter((purpose) => purpose !== undefined);
  const unknown = oids.filter((arcs) => purposes[arcs.join('.')] === undefined);
  members.set('ExtKeyUsage', orNull(known));
  members.set('UnknownExtKeyUsage', orNull(unknown.map((arcs) => arcs.map(fromBigInt))));
}

function readAuthorityInfo(bytes: Uint8Array, members: Members): undefined {
  const descriptions = childrenOf(readOnly(bytes)).map((one) => childrenOf(one));
  const urls = (method: string) =>
    descriptions
      .filter(([id, location]) => oidOf(id).join('.') === method && location?.tag === 0x86)
      .map(([, location]) => Buffer.from(location?.content ?? []).toString('latin1'));
  members.set('OCSPServer', orNull(urls('1.3.6.1.5.5.7.48.1')));
  members.set('IssuingCertificateURL', orNull(urls('1.3.6.1.5.5.7.48.2')));
}
