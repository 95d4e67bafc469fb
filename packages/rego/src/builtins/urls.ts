// SPDX-License-Identifier: Apache-2.0

import { toJson } from '../value/json.ts';
import { objectOf, type RegoObject } from '../value/object.ts';
import { quote } from '../value/print.ts';
import { compareStrings } from '../value/strings.ts';
import { isArray, isObject, isSet, type Value } from '../value/value.ts';
import { BuiltinError, type Family } from './builtin.ts';
import { any, refuse, string, unary, wrongType } from './operands.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';
import { parseUrl } from './url.ts';

export const urls: Family = {
  'urlquery.encode': unary(string, queryEscape),
  'urlquery.decode': unary(string, (text) => queryUnescape(text)),
  'urlquery.encode_object': unary(any, (value) =>
    isObject(value) ? encodeObject(value) : wrongType(1, value, ['object']),
  ),
  'urlquery.decode_object': unary(string, decodeObject),
  'uri.parse': unary(string, (text) => objectOf(parseUrl(text))),
  'uri.is_valid': unary(any, (text) => typeof text === 'string' && text !== '' && isUrl(text)),
};

function isUrl(text: string): boolean {
  try {
    parseUrl(text);
    return true;
  } catch (error) {
    if (error instanceof BuiltinError) return false;
    throw error;
  }
}

/** Percent-encodes for a query, with `+` for a space. */
export function queryEscape(text: string): string {
  return percentEncode(encodeUtf8(text), /[A-Za-z0-9\-_.~]/).replaceAll('%20', '+');
}

/** Percent-encodes every byte whose character is not kept. */
export function percentEncode(bytes: Uint8Array, kept: RegExp): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return kept.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function queryUnescape(text: string): string {
  const broken = /%(?![0-9a-fA-F]{2}).{0,2}/su.exec(text);
  if (broken) throw new BuiltinError(`invalid URL escape ${quote(broken[0])}`);
  if (!/[%+]/.test(text)) return text;
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  const bytes = Buffer.from(encodeUtf8(spaced)).toString('latin1');
  const decoded = bytes.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decodeUtf8(Buffer.from(decoded, 'latin1'));
}

function encodeObject(object: RegoObject): Value {
  const pairs = object
    .entries()
    .map(([key, value]): [string, readonly string[]] => [typeof key === 'string' ? key : toJson(key), valuesOf(value)]);
  return pairs
    .sort((a, b) => compareStrings(a[0], b[0]))
    .flatMap(([key, values]) => values.map((value) => `${queryEscape(key)}=${queryEscape(value)}`))
    .join('&');
}

function valuesOf(value: Value): readonly string[] {
  if (typeof value === 'string') return [value];
  const members = isArray(value) ? value : isSet(value) ? value.items() : undefined;
  // Every member is a string once the test has passed.
  if (members?.every((member) => typeof member === 'string')) return members as readonly string[];
  return refuse(1, 'values must be string, array[string], or set[string]');
}

function decodeObject(query: string): Value {
  const found = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    if (part.includes(';')) throw new BuiltinError('invalid semicolon separator in query');
    const equals = part.indexOf('=');
    const key = queryUnescape(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? '' : queryUnescape(part.slice(equals + 1));
    const values = found.get(key);
    if (values) values.push(value);
    else found.set(key, [value]);
  }
  return objectOf(found);
}
