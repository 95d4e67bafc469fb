// SPDX-License-Identifier: Apache-2.0
import { RegoError } from '../error.ts';
import { compareStrings } from './compare.ts';
import { numberText, parseNumber } from './number.ts';
import { ObjectBuilder, type RegoObject } from './object.ts';
import { isArray, type Value } from './value.ts';

/** Plain data as `JSON.parse` gives it. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** Nesting that JSON text may have, well within what the stack holds for all that is done with a value later. */
const maxJsonDepth = 2_000;

/**
 * Reads JSON text without losing a digit of its numbers. Text that is no JSON is a `RegoError` with the code
 * `rego_parse_error`; lone surrogates become U+FFFD.
 */
export function fromJson(text: string): Value {
  const reader: Reader = { text, at: 0, depth: 0 };
  const value = readValue(reader);
  skipSpace(reader);
  if (reader.at < text.length) fail(reader, 'the end of the text');
  return value;
}

/** Plain data as a value. A number is taken at its shortest text; what JSON cannot hold is a `TypeError`. */
export function fromPlain(plain: unknown): Value {
  return valueOfPlain(plain, 0);
}

function valueOfPlain(plain: unknown, depth: number): Value {
  if (depth > maxJsonDepth) throw tooDeep();
  switch (typeof plain) {
    case 'string':
      return plain.isWellFormed() ? plain : plain.toWellFormed();
    case 'boolean':
      return plain;
    case 'number':
      if (Number.isSafeInteger(plain)) return plain + 0;
      if (Number.isFinite(plain)) return parseNumber(String(plain));
      break;
    case 'bigint':
      return parseNumber(String(plain));
    case 'object':
      if (plain === null) return null;
      if (Array.isArray(plain)) return plain.map((item) => valueOfPlain(item, depth + 1));
      return fromPlainObject(plain, depth + 1);
  }
  throw new TypeError(`Expected JSON data, found ${typeof plain === 'number' ? String(plain) : `a ${typeof plain}`}.`);
}

/**
 * A value as plain data: sets become sorted arrays, keys that are no strings their JSON text, numbers doubles (use
 * {@link toJson} where digits matter). Objects have no prototype, so that `__proto__` is a key like any other.
 */
export function toPlain(value: Value): Plain {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map(toPlain);
  if (value.kind === 'number') return Number(numberText(value));
  if (value.kind === 'set') return value.items().map(toPlain);
  const plain: Record<string, Plain> = Object.create(null);
  for (const [key, member] of namedEntries(value)) plain[key] = toPlain(member);
  return plain;
}

/** Bytes that were no UTF-8 are kept as lone surrogates until somebody looks at them (see builtins/text.ts). */
function jsonText(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

/** A value as compact JSON text with sorted keys; sets become sorted arrays, keys that are no strings their JSON text. */
export function toJson(value: Value): string {
  switch (typeof value) {
    case 'string':
      return jsonText(value);
    case 'number':
    case 'boolean':
      return String(value);
    default:
      if (value === null) return 'null';
      if (isArray(value)) return `[${value.map(toJson).join(',')}]`;
      if (value.kind === 'number') return numberText(value);
      if (value.kind === 'set') return `[${value.items().map(toJson).join(',')}]`;
      return `{${namedEntries(value)
        .map(([key, member]) => `${jsonText(key)}:${toJson(member)}`)
        .join(',')}}`;
  }
}

function namedEntries(object: RegoObject): readonly (readonly [name: string, value: Value])[] {
  const entries = object.entries();
  if (entries.every(([key]) => typeof key === 'string')) return entries as readonly [string, Value][]; // just tested
  const named = new Map<string, Value>();
  for (const [key, value] of entries) named.set(typeof key === 'string' ? key : toJson(key), value);
  return [...named].sort((a, b) => compareStrings(a[0], b[0]));
}

function fromPlainObject(plain: object, depth: number): RegoObject {
  const prototype: unknown = Object.getPrototypeOf(plain);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new TypeError(`Expected JSON data, found an instance of ${plain.constructor?.name ?? 'a class'}.`);
  }
  const builder = new ObjectBuilder();
  for (const [key, member] of Object.entries(plain)) {
    if (member !== undefined) builder.set(key.toWellFormed(), valueOfPlain(member, depth));
  }
  return builder.build();
}

interface Reader {
  readonly text: string;
  at: number;
  depth: number;
}

function readValue(reader: Reader): Value {
  skipSpace(reader);
  switch (reader.text[reader.at]) {
    case '{':
      return nested(reader, readObject);
    case '[':
      return nested(reader, readArray);
    case '"':
      return readString(reader);
    case 't':
      return readWord(reader, 'true', true);
    case 'f':
      return readWord(reader, 'false', false);
    case 'n':
      return readWord(reader, 'null', null);
    default:
      return readNumber(reader);
  }
}

function nested(reader: Reader, read: (reader: Reader) => Value): Value {
  if (++reader.depth > maxJsonDepth) {
    throw tooDeep();
  }
  reader.at++;
  const value = read(reader);
  reader.depth--;
  return value;
}

function tooDeep(): RegoError {
  return new RegoError('rego_limit_error', `Expected at most ${maxJsonDepth} levels of JSON, found more.`);
}

function readObject(reader: Reader): RegoObject {
  const builder = new ObjectBuilder();
  if (eat(reader, '}')) return builder.build();
  do {
    skipSpace(reader);
    if (reader.text[reader.at] !== '"') fail(reader, 'a key in double quotes');
    const key = readString(reader);
    if (!eat(reader, ':')) fail(reader, "':' behind a key");
    builder.set(key, readValue(reader));
  } while (eat(reader, ','));
  if (!eat(reader, '}')) fail(reader, "',' or '}'");
  return builder.build();
}

function readArray(reader: Reader): readonly Value[] {
  const items: Value[] = [];
  if (eat(reader, ']')) return items;
  do items.push(readValue(reader));
  while (eat(reader, ','));
  if (!eat(reader, ']')) fail(reader, "',' or ']'");
  return items;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function readString(reader: Reader): string {
  const { text } = reader;
  const start = ++reader.at;
  let parts = '';
  let from = start;
  for (;;) {
    const unit = text.charCodeAt(reader.at);
    if (unit === 0x22) break;
    if (unit === 0x5c) {
      parts += text.slice(from, reader.at) + readEscape(reader);
      from = reader.at;
    } else if (unit < 0x20 || Number.isNaN(unit)) fail(reader, 'a string without control characters, ended by a quote');
    else reader.at++;
  }
  const whole = from === start ? text.slice(start, reader.at) : parts + text.slice(from, reader.at);
  reader.at++;
  return whole.isWellFormed() ? whole : whole.toWellFormed();
}

function readEscape(reader: Reader): string {
  const letter = reader.text[reader.at + 1] ?? '';
  if (letter === 'u') {
    const digits = reader.text.slice(reader.at + 2, reader.at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail(reader, 'four hexadecimal digits behind \\u');
    reader.at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
  const character = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
  if (character === undefined) fail(reader, 'an escape of JSON');
  reader.at += 2;
  return character;
}

function readWord<T extends Value>(reader: Reader, word: string, value: T): T {
  if (!reader.text.startsWith(word, reader.at)) fail(reader, 'a value');
  reader.at += word.length;
  return value;
}

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function readNumber(reader: Reader): Value {
  numberPattern.lastIndex = reader.at;
  const text = numberPattern.exec(reader.text)?.[0];
  if (text === undefined) fail(reader, 'a value');
  reader.at += text.length;
  return parseNumber(text);
}

function eat(reader: Reader, character: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== character) return false;
  reader.at++;
  return true;
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const unit = reader.text.charCodeAt(reader.at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
    reader.at++;
  }
}

function fail(reader: Reader, expected: string): never {
  const found = reader.at < reader.text.length ? JSON.stringify(reader.text[reader.at]) : 'the end of the text';
  throw new RegoError('rego_parse_error', `Expected ${expected} in JSON at offset ${reader.at}, found ${found}.`);
}
