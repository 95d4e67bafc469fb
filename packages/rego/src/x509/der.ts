// SPDX-License-Identifier: Apache-2.0

/** One element of DER (X.690): its tag byte, its contents, and all of its bytes. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

export class DerError extends Error {
  override readonly name = 'DerError';
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The element at the beginning of some bytes, and what follows it. */
export function readDer(bytes: Uint8Array): { readonly element: Der; readonly rest: Uint8Array } {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new DerError('asn1: syntax error: data truncated');
  if ((tag & 0x1f) === 0x1f) throw new DerError('asn1: structure error: high tag numbers are not used here');
  let [length, header] = [first, 2];
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4)
      throw new DerError('asn1: syntax error: length is not in a definite form of four bytes');
    length = 0;
    for (let at = 0; at < count; at++) {
      const byte = bytes[2 + at];
      if (byte === undefined) throw new DerError('asn1: syntax error: data truncated');
      length = length * 256 + byte;
    }
    header += count;
    if (length < 0x80 || bytes[2] === 0) throw new DerError('asn1: structure error: non-minimal length');
  }
  if (header + length > bytes.length) throw new DerError('asn1: syntax error: data truncated');
  return {
    element: { tag, content: bytes.subarray(header, header + length), raw: bytes.subarray(0, header + length) },
    rest: bytes.subarray(header + length),
  };
}

/** All elements of some bytes. */
export function readAll(bytes: Uint8Array): Der[] {
  const elements: Der[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const next = readDer(rest);
    elements.push(next.element);
    rest = next.rest;
  }
  return elements;
}

/** The one element some bytes consist of. */
export function readOnly(bytes: Uint8Array, tag?: number): Der {
  const { element, rest } = readDer(bytes);
  if (rest.length > 0) throw new DerError('asn1: syntax error: trailing data');
  return tag === undefined ? element : expectTag(element, tag);
}

/** The elements of a sequence or a set. */
export function childrenOf(element: Der | undefined, tag: number = tags.sequence): Der[] {
  return readAll(expectTag(element, tag).content);
}

export function expectTag(element: Der | undefined, tag: number): Der {
  if (element?.tag !== tag) {
    throw new DerError(`asn1: structure error: tags don't match (${tag} vs ${element?.tag ?? 'nothing'})`);
  }
  return element;
}

export function integerOf(element: Der | undefined): bigint {
  const { content } = expectTag(element, tags.integer);
  if (content.length === 0) throw new DerError('asn1: structure error: empty integer');
  const value = BigInt(`0x${Buffer.from(content).toString('hex')}`);
  return (content[0] ?? 0) >= 0x80 ? value - (1n << BigInt(content.length * 8)) : value;
}

export function booleanOf(element: Der | undefined): boolean {
  const { content } = expectTag(element, tags.boolean);
  if (content.length !== 1) throw new DerError('asn1: syntax error: invalid boolean');
  return content[0] !== 0;
}

/** The bytes of a bit string that is a whole number of them. */
export function bitsOf(element: Der | undefined): Uint8Array {
  const { content } = expectTag(element, tags.bitString);
  if (content.length === 0 || (content[0] ?? 0) > 7) throw new DerError('asn1: syntax error: invalid bit string');
  return content.subarray(1);
}

/** The arcs of an object identifier. */
export function oidOf(element: Der | undefined): readonly bigint[] {
  const { content } = expectTag(element, tags.oid);
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of content) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    if (arcs.length === 0) {
      const first = arc < 80n ? arc / 40n : 2n;
      arcs.push(first, arc - first * 40n);
    } else arcs.push(arc);
    arc = 0n;
  }
  if (arcs.length === 0 || (content.at(-1) ?? 0) >= 0x80)
    throw new DerError('asn1: syntax error: invalid object identifier');
  return arcs;
}

/** A time as milliseconds since 1970. */
export function timeOf(element: Der | undefined): number {
  const text = element ? Buffer.from(element.content).toString('latin1') : '';
  const shape =
    element?.tag === tags.utcTime
      ? /^(\d{2})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
      : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
  const parts = shape.exec(text)?.slice(1).map(Number);
  if (!parts) throw new DerError('asn1: syntax error: invalid time');
  const [written = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const year = element?.tag === tags.utcTime ? written + (written >= 50 ? 1900 : 2000) : written;
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const read = new Date(time);
  if (read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) {
    throw new DerError('asn1: syntax error: invalid time');
  }
  return time;
}
