// SPDX-License-Identifier: Apache-2.0
import { RegoError } from '../error.ts';
import { JsonError } from '../json/error.ts';
import { maxJsonDepth, readJson } from '../json/read.ts';
import { numberText, parseNumber } from './number.ts';
import { ObjectBuilder, objectOfMap, type RegoObject } from './object.ts';
import { compareStrings } from './strings.ts';
import { isArray, type Value } from './value.ts';

/** Plain data as `JSON.parse` gives it. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/**
 * Reads JSON text without losing a digit of its numbers. Text that is no JSON is a `RegoError` with the code
 * `rego_parse_error`; lone surrogates become U+FFFD.
 */
export function fromJson(text: string): Value {
  return readValues(text, parseNumber);
}

/** The same for JSON whose numbers are to be read in another way. */
export function readValues(text: string, number: (text: string) => Value): Value {
  try {
    return readJson<Value>(text, { number, array: (items) => items, object: objectOfMap });
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown;
    throw new RegoError(thrown.code === 'too-deep' ? 'rego_limit_error' : 'rego_parse_error', thrown.message);
  }
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

function tooDeep(): RegoError {
  return new RegoError('rego_limit_error', `Expected at most ${maxJsonDepth} levels of JSON, found more.`);
}
