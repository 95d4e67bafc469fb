// SPDX-License-Identifier: Apache-2.0
import type { Value } from '../value/value.ts';
import { type ObjectType, objectType, or, setType, settled, type Type, typeOfValue, type UnionType } from './types.ts';

/**
 * What two rules for one document make of it together: sets are joined by member, objects without listed properties by
 * key and value, everything else becomes a union.
 */
export function mergeRuleTypes(left: Type | undefined, right: Type | undefined): Type | undefined {
  if (!left || !right) return left ?? right;
  const a = settled(left) ?? left;
  const b = settled(right) ?? right;
  if (a.kind === 'set' && b.kind === 'set') return setType(or(a.of, b.of));
  if (a.kind === 'object' && b.kind === 'object') return mergeObjects(a, b) ?? or(a, b);
  if (a.kind === 'object' && b.kind === 'any') return mergeIntoUnion(a, b) ?? or(a, b);
  if (a.kind === 'any' && b.kind === 'object') return mergeIntoUnion(b, a) ?? or(a, b);
  return or(a, b);
}

function mergeObjects(a: ObjectType, b: ObjectType): Type | undefined {
  if (a.properties.length > 0 || b.properties.length > 0) return undefined;
  if (!a.rest) return b;
  if (!b.rest) return a;
  const key = or(a.rest.key, b.rest.key) ?? a.rest.key;
  const value = mergeRuleTypes(a.rest.value, b.rest.value) ?? a.rest.value;
  return objectType([], { key, value });
}

function mergeIntoUnion(object: ObjectType, union: UnionType): Type | undefined {
  const { rest } = object;
  if (object.properties.length > 0 || !rest) return undefined;
  const at = union.of.findIndex((member) => member.kind === 'object' && member.properties.length === 0 && member.rest);
  const member = union.of[at];
  if (member?.kind !== 'object' || !member.rest) return undefined;
  const merged = objectType([], {
    key: or(member.rest.key, rest.key) ?? rest.key,
    value: or(member.rest.value, rest.value) ?? rest.value,
  });
  return { ...union, of: union.of.map((other, index) => (index === at ? merged : other)) };
}

/** An object type that also has something of a type at a path below it. */
export function nestUnder(object: ObjectType, path: readonly Value[], type: Type): ObjectType {
  const [first, ...more] = path;
  if (first === undefined) return object;
  const key = typeOfValue(first);
  const value = more.length === 0 ? type : nestUnder(objectType([]), more, type);
  const { rest } = object;
  return objectType(object.properties, {
    key: (rest && or(rest.key, key)) ?? key,
    value: (rest && or(rest.value, value)) ?? value,
  });
}
