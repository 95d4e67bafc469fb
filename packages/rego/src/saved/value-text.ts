// SPDX-License-Identifier: Apache-2.0
import { BigNum, numberText } from '../value/number.ts';
import { objectOf } from '../value/object.ts';
import { setOf } from '../value/set.ts';
import { isArray, type Value } from '../value/value.ts';

/**
 * Values inside saved policies, as JSON data: scalars are themselves, everything else an object of one member that
 * says what it is: `a`rray, `n`umber, `s`et, `o`bject, or `e`ntries of an object with keys that are no strings.
 */
export type SavedValue =
  | null
  | boolean
  | number
  | string
  | { readonly a: readonly SavedValue[] }
  | { readonly n: string }
  | { readonly s: readonly SavedValue[] }
  | { readonly o: Readonly<Record<string, SavedValue>> }
  | { readonly e: readonly (readonly [SavedValue, SavedValue])[] };

export function encodeValue(value: Value): SavedValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return { a: value.map(encodeValue) };
  if (value.kind === 'number') return { n: numberText(value) };
  if (value.kind === 'set') return { s: value.items().map(encodeValue) };
  const entries = value.entries();
  if (!entries.every(([key]) => typeof key === 'string')) {
    return { e: entries.map(([key, member]) => [encodeValue(key), encodeValue(member)]) };
  }
  const named: Record<string, SavedValue> = Object.create(null);
  for (const [key, member] of entries) named[String(key)] = encodeValue(member);
  return { o: named };
}

export function decodeValue(saved: SavedValue): Value {
  if (typeof saved !== 'object' || saved === null) return saved;
  if ('a' in saved) return saved.a.map(decodeValue);
  if ('n' in saved) return new BigNum(saved.n);
  if ('s' in saved) return setOf(saved.s.map(decodeValue));
  if ('o' in saved)
    return objectOf(Object.entries(saved.o).map(([key, member]) => [key, decodeValue(member)] as const));
  return objectOf(saved.e.map(([key, member]) => [decodeValue(key), decodeValue(member)] as const));
}
