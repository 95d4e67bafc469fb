// SPDX-License-Identifier: Apache-2.0
import { fromBigInt } from '../value/number.ts';
import { objectOf } from '../value/object.ts';
import type { Value } from '../value/value.ts';
import { childrenOf, type Der, DerError, oidOf, readAll, tags } from './der.ts';

/** A distinguished name as Go's pkix.Name has it in JSON. */
export function nameValue(element: Der | undefined): Value {
  const attributes = childrenOf(element).flatMap((set) => childrenOf(set, tags.set).map(attributeOf));
  const all = (type: string): Value => {
    const values = attributes.filter((attribute) => attribute.type === type).map(({ value }) => value);
    return values.length > 0 ? values : null;
  };
  const last = (type: string): Value => attributes.findLast((attribute) => attribute.type === type)?.value ?? '';
  return objectOf([
    ['CommonName', last('2.5.4.3')],
    ['Country', all('2.5.4.6')],
    ['ExtraNames', null],
    ['Locality', all('2.5.4.7')],
    [
      'Names',
      attributes.length > 0
        ? attributes.map(({ oid, value }) =>
            objectOf([
              ['Type', oid],
              ['Value', value],
            ]),
          )
        : null,
    ],
    ['Organization', all('2.5.4.10')],
    ['OrganizationalUnit', all('2.5.4.11')],
    ['PostalCode', all('2.5.4.17')],
    ['Province', all('2.5.4.8')],
    ['SerialNumber', last('2.5.4.5')],
    ['StreetAddress', all('2.5.4.9')],
  ]);
}

interface Attribute {
  readonly type: string;
  readonly oid: Value;
  readonly value: string;
}

function attributeOf(element: Der): Attribute {
  const [type, value] = childrenOf(element);
  const arcs = oidOf(type);
  return { type: arcs.join('.'), oid: arcs.map(fromBigInt), value: textOf(value) };
}

/** The strings of X.520, whatever their encoding. */
export function textOf(element: Der | undefined): string {
  if (!element) throw new DerError('x509: invalid RDNSequence: missing value');
  const bytes = Buffer.from(element.content);
  switch (element.tag) {
    case 0x0c:
      return bytes.toString('utf8');
    case 0x1e:
      return bytes.length % 2 === 0 ? bytes.swap16().toString('utf16le').replace(/\0+$/, '') : '';
    case 0x1c:
      return String.fromCodePoint(...readQuads(bytes));
    default:
      return bytes.toString('latin1');
  }
}

function readQuads(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length >> 2 }, (_, at) => Math.min(bytes.readUInt32BE(at * 4), 0x10ffff));
}

/** Names of other kinds: DNS names, mail addresses, URIs and IP addresses. */
export interface GeneralNames {
  readonly dns: readonly string[];
  readonly email: readonly string[];
  readonly uri: readonly string[];
  readonly ip: readonly Uint8Array[];
}

export function generalNames(elements: readonly Der[]): GeneralNames {
  const texts = (tag: number) =>
    elements.filter((element) => element.tag === tag).map(({ content }) => Buffer.from(content).toString('latin1'));
  const ip = elements.filter(({ tag }) => tag === 0x87).map(({ content }) => content);
  return { email: texts(0x81), dns: texts(0x82), uri: texts(0x86), ip };
}

/** Reads the sequence of general names that some bytes are. */
export function readGeneralNames(bytes: Uint8Array): GeneralNames {
  const [sequence] = readAll(bytes);
  return generalNames(childrenOf(sequence));
}
