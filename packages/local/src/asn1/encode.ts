// SPDX-License-Identifier: Apache-2.0

/**
 * A writer for the part of DER (ITU-T X.690) that certificates, signed certificate timestamps and timestamp tokens use.
 * Each function returns one complete element; elements are joined by nesting the calls as the ASN.1 modules nest them.
 */
import { isAscii } from 'node:buffer';
import { tags } from './tags.ts';

export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), length(body.length), body]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(tags.sequence, ...parts);

/** SET OF: DER demands that the members are in ascending order of their encodings. */
export const setOf = (...parts: readonly Uint8Array[]): Buffer =>
  element(tags.set, ...[...parts].sort((a, b) => Buffer.compare(a, b)));

/** A non-negative INTEGER from a number or from its big-endian bytes. */
export function unsigned(value: number | Uint8Array): Buffer {
  const bytes = typeof value === 'number' ? Buffer.from(evenHex(value), 'hex') : Buffer.from(value);
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const trimmed = bytes.subarray(start);
  const padded = (trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed;
  return element(tags.integer, padded.length === 0 ? Buffer.from([0]) : padded);
}

export const boolean = (value: boolean): Buffer => element(tags.boolean, Buffer.from([value ? 0xff : 0]));
export const nothing = (): Buffer => element(tags.null);
export const octets = (content: Uint8Array): Buffer => element(tags.octetString, content);
export const bits = (content: Uint8Array, unused = 0): Buffer =>
  element(tags.bitString, Buffer.from([unused]), content);
export const utf8 = (text: string): Buffer => element(tags.utf8String, Buffer.from(text, 'utf8'));
export const generalizedTime = (time: Date): Buffer =>
  element(tags.generalizedTime, Buffer.from(`${digits(time)}Z`, 'ascii'));

/** RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. */
export function time(value: Date): Buffer {
  if (value.getUTCFullYear() >= 2050) return generalizedTime(value);
  return element(tags.utcTime, Buffer.from(`${digits(value).slice(2)}Z`, 'ascii'));
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(tags.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** `[number] EXPLICIT`: the element wrapped in a constructed context tag. */
export const explicit = (number: number, part: Uint8Array): Buffer => element(0xa0 | number, part);

/** `[number] IMPLICIT` over a primitive type: only the content is given. */
export const implicit = (number: number, content: Uint8Array): Buffer => element(0x80 | number, content);

/** Text as the content of an IA5String (URIs and e-mail addresses in a GeneralName). */
export function ia5(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (!isAscii(bytes)) throw new TypeError(`An IA5String holds ASCII only, found "${text}".`);
  return bytes;
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  const bytes = Buffer.from(evenHex(size), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

function evenHex(value: number): string {
  const hex = value.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}

function base128(arc: number): number[] {
  const out = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) out.unshift(0x80 | (rest % 128));
  return out;
}

/** `YYYYMMDDHHMMSS`: no fraction, because DER would demand its trailing zeros away and some readers refuse one. */
function digits(value: Date): string {
  return value.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '');
}
