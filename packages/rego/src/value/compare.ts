// SPDX-License-Identifier: Apache-2.0
import { clockReads } from './clock.ts';
import { compareNumbers, numberText } from './number.ts';
import type { RegoObject } from './object.ts';
import { compareStrings } from './strings.ts';
import { isArray, type Value } from './value.ts';

/**
 * The total order over all values: null < boolean < number < string < array < object < set. Negative, zero or
 * positive. Strings are ordered by code points, which is the order of their UTF-8 bytes.
 */
export function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const rank = rankOf(a) - rankOf(b);
  return rank !== 0 ? rank : compareSameType(a, b);
}

/** Whether two values are the same; `1` and `1.0` are. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || a === null) return typeof a === 'number' && isBigNum(b) && compareNumbers(a, b) === 0;
  if (isArray(a)) return isArray(b) && equalArrays(a, b);
  if (a.kind === 'number') {
    if (typeof b === 'number') return compareNumbers(a, b) === 0;
    return isBigNum(b) && compareNumbers(a, b) === 0;
  }
  if (typeof b !== 'object' || b === null || isArray(b)) return false;
  if (a.kind === 'object') return b.kind === 'object' && a.equals(b);
  return b.kind === 'set' && a.equals(b);
}

/** A 32-bit hash; equal values have equal hashes. */
export function hash(value: Value): number {
  switch (typeof value) {
    case 'string':
      return hashString(value);
    case 'number':
      return hashNumber(value);
    case 'boolean':
      return value ? 0x2545f491 : 0x1b873593;
    default:
      if (value === null) return 0x5bd1e995;
      if (isArray(value)) return hashArray(value);
      return value.kind === 'number' ? hashNumber(Number(numberText(value))) : value.hash();
  }
}

/** Mixes a number into a hash; used where hashes of parts are put together in order. */
export function mix(seed: number, part: number): number {
  const product = Math.imul(seed ^ part, 0x9e3779b1);
  return product ^ (product >>> 15);
}

function rankOf(value: Value): number {
  switch (typeof value) {
    case 'boolean':
      return 1;
    case 'number':
      return 2;
    case 'string':
      return 3;
    default:
      if (value === null) return 0;
      if (isArray(value)) return 4;
      if (value.kind === 'number') return 2;
      return value.kind === 'object' ? 5 : 6;
  }
}

/** Both values are known to be of one type. */
function compareSameType(a: Value, b: Value): number {
  if (typeof a === 'boolean') return a ? 1 : -1;
  if (isArray(a) && isArray(b)) return compareArrays(a, b);
  if (isPlainNumber(a) && isPlainNumber(b)) return compareNumbers(a, b);
  if (isKind(a, 'object') && isKind(b, 'object')) return compareObjects(a, b);
  if (isKind(a, 'set') && isKind(b, 'set')) return compareArrays(a.items(), b.items());
  return 0;
}

function compareArrays(a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    // Both indices are below the length, so neither element is missing.
    const order = compare(a[at] as Value, b[at] as Value);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareObjects(a: RegoObject, b: RegoObject): number {
  const [aKeys, aValues, bKeys, bValues] = [a.keys(), a.values(), b.keys(), b.values()];
  const length = Math.min(aKeys.length, bKeys.length);
  for (let at = 0; at < length; at++) {
    // The four lists are parallel and longer than `at`.
    const order =
      compare(aKeys[at] as Value, bKeys[at] as Value) || compare(aValues[at] as Value, bValues[at] as Value);
    if (order !== 0) return order;
  }
  return aKeys.length - bKeys.length;
}

function equalArrays(a: readonly Value[], b: readonly Value[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    // Both arrays have this index.
    if (!equal(a[at] as Value, b[at] as Value)) return false;
  }
  return true;
}

function isBigNum(value: Value): value is Extract<Value, { kind: 'number' }> {
  return isKind(value, 'number');
}

function isPlainNumber(value: Value): value is number | Extract<Value, { kind: 'number' }> {
  return typeof value === 'number' || isBigNum(value);
}

function isKind<K extends 'number' | 'object' | 'set'>(value: Value, kind: K): value is Extract<Value, { kind: K }> {
  return typeof value === 'object' && value !== null && !isArray(value) && value.kind === kind;
}

/** Of a long text some characters are enough: equal hashes are only where a comparison begins. */
function hashString(text: string): number {
  const step = 1 + (text.length >>> 6);
  let result = 0x811c9dc5;
  for (let at = text.length - 1; at >= 0; at -= step) result = Math.imul(result ^ text.charCodeAt(at), 0x01000193);
  return result ^ text.length;
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

function hashNumber(value: number): number {
  float[0] = value;
  return mix(mix(0x3c6ef372, words[0] ?? 0), words[1] ?? 0);
}

const longArrayHashes = new WeakMap<readonly Value[], number>();

function hashArray(items: readonly Value[]): number {
  if (items.length < 8) return hashItems(items);
  const known = longArrayHashes.get(items);
  if (known !== undefined) return known;
  const reads = clockReads();
  const computed = hashItems(items);
  if (clockReads() === reads) longArrayHashes.set(items, computed);
  return computed;
}

function hashItems(items: readonly Value[]): number {
  let result = 0x6a09e667 ^ items.length;
  for (const item of items) result = mix(result, hash(item));
  return result;
}
