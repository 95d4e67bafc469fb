// SPDX-License-Identifier: Apache-2.0
import { addFloats, type BigFloat, multiplyFloats, roundFloat, zeroFloat } from '../value/big-float.ts';
import { compare, equal } from '../value/compare.ts';
import { fromBigInt, fromFloat, type Num, toBigInt, toFloat } from '../value/number.ts';
import { isArray, isNumber, isObject, isSet, type Value } from '../value/value.ts';
import type { BuiltinContext, Family } from './builtin.ts';
import { guarded } from './numbers.ts';
import { any, binary, items, ternary, unary, wrongElement, wrongType } from './operands.ts';
import { codePointCount } from './text.ts';

export const aggregates: Family = {
  count: unary(any, count),
  sum: unary(any, sum),
  product: unary(any, product),
  max: unary(items('set', 'array'), (all, context) => extreme(all, 1, context)),
  min: unary(items('set', 'array'), (all, context) => extreme(all, -1, context)),
  sort: unary(items('set', 'array'), (all, context) => {
    context.tick(all.length);
    return all.toSorted(compare);
  }),
  all: unary(items('array', 'set'), (all) => all.every((item) => item === true)),
  any: unary(items('array', 'set'), (all) => all.includes(true)),
  'internal.member_2': binary(any, any, isMember),
  'internal.member_3': ternary(any, any, any, isEntry),
};

function count(value: Value, context: BuiltinContext): Value {
  if (typeof value === 'string') {
    context.tick(value.length >> 4);
    return codePointCount(value);
  }
  if (isArray(value)) return value.length;
  if (isObject(value) || isSet(value)) return value.size;
  return wrongType(1, value, ['array', 'object', 'set', 'string']);
}

function sum(value: Value, context: BuiltinContext): Value {
  const all = numbersOf(value, context);
  return guarded(() => {
    const small = smallSum(all);
    if (small !== undefined) return small;
    const exact = exactly(all, 0n, (a, b) => a + b);
    return exact ?? fromFloat(all.reduce<BigFloat>((total, next) => addFloats(total, toFloat(next)), zeroFloat));
  });
}

function product(value: Value, context: BuiltinContext): Value {
  const all = numbersOf(value, context);
  return guarded(() => {
    const exact = exactly(all, 1n, (a, b) => {
      context.tick(1 + (a.toString(36).length >> 2));
      return a * b;
    });
    if (exact !== undefined) return exact;
    // OPA begins with a one of double precision, and the product stays at that.
    const one: BigFloat = { ...zeroFloat, mantissa: 1n, precision: 53 };
    return fromFloat(all.reduce<BigFloat>((total, next) => roundFloat(multiplyFloats(total, toFloat(next)), 53), one));
  });
}

function smallSum(all: readonly Num[]): number | undefined {
  let total = 0;
  for (const next of all) {
    if (typeof next !== 'number') return undefined;
    total += next;
    if (!Number.isSafeInteger(total)) return undefined;
  }
  return total;
}

function exactly(all: readonly Num[], begin: bigint, compute: (a: bigint, b: bigint) => bigint): Num | undefined {
  let total = begin;
  for (const next of all) {
    const integer = toBigInt(next);
    if (integer === undefined) return undefined;
    total = compute(total, integer);
  }
  return fromBigInt(total);
}

function numbersOf(value: Value, context: BuiltinContext): readonly Num[] {
  const members = items('set', 'array')(value, 1);
  context.tick(members.length);
  return members.map((member) => (isNumber(member) ? member : wrongElement(1, value, member, ['number'])));
}

/** The last of equal extremes, as OPA finds it. */
function extreme(all: readonly Value[], sign: 1 | -1, context: BuiltinContext): Value | undefined {
  context.tick(all.length);
  let best = all[0];
  if (best === undefined) return undefined;
  for (const item of all) if (compare(item, best) * sign >= 0) best = item;
  return best;
}

function isMember(value: Value, collection: Value, context: BuiltinContext): boolean {
  if (isSet(collection)) return collection.has(value);
  if (isArray(collection)) {
    context.tick(collection.length);
    return collection.some((item) => equal(item, value));
  }
  if (!isObject(collection)) return false;
  context.tick(collection.size);
  return collection.values().some((item) => equal(item, value));
}

function isEntry(key: Value, value: Value, collection: Value): boolean {
  if (isSet(collection)) return collection.has(key) && equal(key, value);
  const found = isObject(collection) ? collection.get(key) : elementAt(collection, key);
  return found !== undefined && equal(found, value);
}

function elementAt(collection: Value, key: Value): Value | undefined {
  return isArray(collection) && typeof key === 'number' ? collection[key] : undefined;
}
