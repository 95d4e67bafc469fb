// SPDX-License-Identifier: Apache-2.0

/** A strict reader for DER: definite, minimal lengths only, and every element must fit its parent exactly. */
import { tags } from './tags.ts';

export interface DerElement {
  readonly tag: number;
  /** The content alone. */
  readonly content: Buffer;
  /** Tag, length and content. */
  readonly bytes: Buffer;
}

export class DerError extends Error {}

/** Reads one element that fills `bytes`. */
export function readElement(bytes: Uint8Array): DerElement {
  const [only, ...rest] = readElements(bytes);
  if (only === undefined || rest.length > 0) throw new DerError('expected exactly one DER element');
  return only;
}

/** Reads the elements that fill `bytes`, for instance the members of a SEQUENCE. */
export function readElements(bytes: Uint8Array): DerElement[] {
  const all = Buffer.from(bytes);
  const elements: DerElement[] = [];
  for (let offset = 0; offset < all.length; ) {
    const next = readAt(all, offset);
    elements.push(next);
    offset += next.bytes.length;
  }
  return elements;
}

/** The members of a constructed element that must carry `tag`. */
export function members(element: DerElement | undefined, tag: number = tags.sequence): DerElement[] {
  return readElements(expectTag(element, tag).content);
}

export function expectTag(element: DerElement | undefined, tag: number): DerElement {
  if (element?.tag !== tag) throw new DerError(`expected DER tag ${tag}, found ${element?.tag ?? 'nothing'}`);
  return element;
}

export function readOid(element: DerElement | undefined): string {
  const content = expectTag(element, tags.oid).content;
  const arcs: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER / 128) throw new DerError('an object identifier arc is too large');
    if (byte & 0x80) continue;
    if (arcs.length === 0)
      arcs.push(Math.min(Math.floor(value / 40), 2), value - 40 * Math.min(Math.floor(value / 40), 2));
    else arcs.push(value);
    value = 0;
  }
  if (arcs.length === 0 || ((content.at(-1) ?? 0) & 0x80) !== 0) throw new DerError('malformed object identifier');
  return arcs.join('.');
}

export function readBoolean(element: DerElement | undefined): boolean {
  const content = expectTag(element, tags.boolean).content;
  if (content.length !== 1) throw new DerError('a BOOLEAN has one byte');
  return content[0] !== 0;
}

/** The content of a BIT STRING that has no unused bits. */
export function readBits(element: DerElement | undefined): Buffer {
  const content = expectTag(element, tags.bitString).content;
  if (content[0] !== 0) throw new DerError('expected a BIT STRING of whole bytes');
  return content.subarray(1);
}

function readAt(all: Buffer, offset: number): DerElement {
  const tag = byteAt(all, offset);
  if ((tag & 0x1f) === 0x1f) throw new DerError('multi-byte tags are not supported');
  const first = byteAt(all, offset + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4) throw new DerError('expected a definite length of at most four bytes');
  const start = offset + 2 + lengthBytes;
  if (start > all.length) throw new DerError('the bytes end inside a length');
  const size = lengthBytes === 0 ? first : all.subarray(offset + 2, start).readUIntBE(0, lengthBytes);
  if (lengthBytes > 0 && (size < 0x80 || byteAt(all, offset + 2) === 0)) throw new DerError('length is not minimal');
  if (start + size > all.length) throw new DerError('an element reaches beyond its end');
  return { tag, content: all.subarray(start, start + size), bytes: all.subarray(offset, start + size) };
}

function byteAt(all: Buffer, offset: number): number {
  const byte = all[offset];
  if (byte === undefined) throw new DerError('the bytes end inside an element');
  return byte;
}
