// SPDX-License-Identifier: Apache-2.0
import { equal } from '../value/compare.ts';
import { emptyObject, type ObjectBuilder, objectOf, type RegoObject } from '../value/object.ts';
import { type RegoSet, setOf } from '../value/set.ts';
import { isArray, isObject, isSet, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { lookUp } from './look-up.ts';
import { any, array, binary, object, ternary, unary, wrongElement, wrongType } from './operands.ts';

export const objects: Family = {
  'object.get': ternary(object, any, any, (from, key, otherwise) => {
    if (!isArray(key)) return orElse(from.get(key), otherwise);
    let found: Value | undefined = from;
    for (const step of key) {
      found = lookUp(found, step);
      if (found === undefined) return otherwise;
    }
    return found;
  }),
  'object.keys': unary(object, (from, context) => {
    context.tick(from.size);
    return setOf(from.keys());
  }),
  'object.union': binary(object, object, merge),
  'object.union_n': unary(array, (all, context) =>
    all
      .map((one) => (isObject(one) ? one : wrongElement(1, all, one, ['object'])))
      .reduce((a, b) => merge(a, b, context), emptyObject),
  ),
  'object.remove': binary(object, keysOf, (from, without, context) => {
    context.tick(from.size);
    return objectOf(from.entries().filter(([key]) => !without.has(key)));
  }),
  'object.filter': binary(object, keysOf, (from, only, context) => {
    context.tick(from.size);
    return objectOf(from.entries().filter(([key]) => only.has(key)));
  }),
  'object.subset': binary(any, any, isSubset),
};

/** `null` is a value like others. */
function orElse(value: Value | undefined, otherwise: Value): Value {
  return value === undefined ? otherwise : value;
}

/** Keys given as an array, a set or the keys of an object. */
function keysOf(value: Value, position: number): RegoSet {
  if (isSet(value)) return value;
  if (isArray(value)) return setOf(value);
  return isObject(value) ? setOf(value.keys()) : wrongType(position, value, ['object', 'set', 'array']);
}

/** The second object's members win; where both are objects they are merged. */
function merge(a: RegoObject, b: RegoObject, context: BuiltinContext): RegoObject {
  if (a.size === 0) return b;
  if (b.size === 0 || a === b) return a;
  context.tick(a.size + b.size);
  const builder: ObjectBuilder = a.toBuilder();
  for (const [key, value] of b.entries()) {
    const old = isObject(value) ? builder.get(key) : undefined;
    builder.set(key, isObject(value) && isObject(old) ? merge(old, value, context) : value);
  }
  return builder.build();
}

function isSubset(whole: Value, part: Value, context: BuiltinContext): Value {
  if (isArray(whole) && isSet(part)) return containsAll(whole, part, context);
  const result = sameKindSubset(whole, part, context);
  if (result !== undefined) return result;
  throw new BuiltinError('both arguments object.subset must be of the same type or array and set', 'eval_type_error');
}

function sameKindSubset(whole: Value, part: Value, context: BuiltinContext): boolean | undefined {
  if (isObject(whole) && isObject(part)) return containsEntries(whole, part, context);
  if (isSet(whole) && isSet(part)) return part.unordered().every((item) => whole.has(item));
  if (isArray(whole) && isArray(part)) return containsRun(whole, part, context);
  return undefined;
}

function containsEntries(whole: RegoObject, part: RegoObject, context: BuiltinContext): boolean {
  context.tick(part.size);
  return part.keys().every((key, at) => {
    const [wanted, found] = [part.values()[at], whole.get(key)];
    if (wanted === undefined || found === undefined) return false;
    return equal(wanted, found) || (sameKindSubset(found, wanted, context) ?? false);
  });
}

/** Whether the items occur in this order without a gap. */
function containsRun(whole: readonly Value[], part: readonly Value[], context: BuiltinContext): boolean {
  for (let start = 0; start + part.length <= whole.length; start++) {
    context.tick(1);
    if (part.every((item, at) => equal(item, whole[start + at] as Value))) return true; // in range by the loop's bound
  }
  return false;
}

/** Counts as OPA does, so that an item that occurs twice stands for two and an empty set is in no empty array. */
function containsAll(whole: readonly Value[], part: RegoSet, context: BuiltinContext): boolean {
  context.tick(whole.length);
  let missing = part.size;
  return whole.some((item) => {
    if (part.has(item)) missing--;
    return missing === 0;
  });
}
