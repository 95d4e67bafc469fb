// SPDX-License-Identifier: Apache-2.0

import type { Term } from '../syntax/ast.ts';
import { compareTerms, sortedEntries, termOf } from '../syntax/compare-terms.ts';
import { isArray, isObject, isSet, type Value } from '../value/value.ts';
import type { TypeEnv } from './type-env.ts';
import {
  type ArrayType,
  anyType,
  compareTypes,
  type FunctionType,
  isImpossible,
  type ObjectType,
  or,
  type SetType,
  selectType,
  settled,
  type Type,
  type UnionType,
} from './types.ts';

/** Whether some value has both types. */
export function unifies(left: Type | undefined, right: Type | undefined): boolean {
  const a = settled(left);
  const b = settled(right);
  if (!a || !b) return false;
  if (a.kind === 'any' && unifiesUnion(a, b)) return true;
  if (b.kind === 'any' && unifiesUnion(b, a)) return true;
  if (a.kind === 'array' && b.kind === 'array') return unifiesArrays(a, b);
  if (a.kind === 'object' && b.kind === 'object') return unifiesObjects(a, b);
  // The empty set is a member of every type of set.
  if (a.kind === 'set' && b.kind === 'set') return !a.of || !b.of || unifies(a.of, b.of);
  if (a.kind === 'function' && b.kind === 'function') return unifiesFunctions(a, b);
  return a.kind === b.kind && a.kind !== 'any';
}

function unifiesUnion(union: UnionType, type: Type): boolean {
  if (type.kind === 'function') return false;
  return union.of.length === 0 || union.of.some((member) => unifies(member, type));
}

function unifiesArrays(a: ArrayType, b: ArrayType): boolean {
  const covers = (one: ArrayType, other: ArrayType): boolean =>
    one.items.every((item, index) => unifies(item, other.items[index] ?? other.rest));
  return covers(a, b) && covers(b, a) && (!a.rest || !b.rest || unifies(a.rest, b.rest));
}

function unifiesObjects(a: ObjectType, b: ObjectType): boolean {
  const open = a.rest !== undefined || b.rest !== undefined;
  const covers = (one: ObjectType, other: ObjectType): boolean =>
    one.properties.every(({ key, value }) => {
      const type = selectType(other, key);
      return type ? unifies(value, type) : open;
    });
  return covers(a, b) && covers(b, a) && (!a.rest || !b.rest || unifies(a.rest.value, b.rest.value));
}

function unifiesFunctions(a: FunctionType, b: FunctionType): boolean {
  return a.args.length === b.args.length && a.args.every((arg, index) => unifies(arg, b.args[index]));
}

/** Unifies the two sides of an equation; gives variables types on the way. */
export function unifyTerms(env: TypeEnv, a: Term, typeA: Type | undefined, b: Term, typeB: Type | undefined): boolean {
  const unknownA = isImpossible(typeA);
  const unknownB = isImpossible(typeB);
  if (unknownA && !unknownB) return unifyTerm(env, a, typeB, false);
  if (unknownB && !unknownA) return unifyTerm(env, b, typeA, false);
  if (!unknownA && !unknownB) return unifies(typeA, typeB);
  if (isArrayTerm(a)) return unifyWithArray(env, a, b);
  if (isObjectTerm(a)) return unifyWithObject(env, a, b);
  if (a.kind === 'var' && b.kind === 'var') return unifyBoth(env, a, b);
  if (a.kind === 'var' && isArrayTerm(b)) return unifyWithArray(env, b, a);
  if (a.kind === 'var' && isObjectTerm(b)) return unifyWithObject(env, b, a);
  if (a.kind === 'var' && !typeA && typeB) return unifyTerm(env, a, typeB, false);
  if (b.kind === 'var' && !typeB && typeA) return unifyTerm(env, b, typeA, false);
  return false;
}

/** Neither side has a type: the first may be anything, and the second is what the first is. */
function unifyBoth(env: TypeEnv, a: Term, b: Term): boolean {
  return unifyTerm(env, a, anyType, false) && unifyTerm(env, b, env.typeOf(a), false);
}

function unifyWithArray(env: TypeEnv, array: Term, other: Term): boolean {
  if (other.kind === 'var') return unifyBoth(env, array, other);
  const left = itemsOf(array);
  const right = itemsOf(other);
  if (!left || !right || left.length !== right.length) return false;
  return left.every((item, index) => {
    const counterpart = right[index];
    return counterpart && unifyTerms(env, item, env.typeOf(item), counterpart, env.typeOf(counterpart));
  });
}

function unifyWithObject(env: TypeEnv, object: Term, other: Term): boolean {
  if (other.kind === 'var') return unifyBoth(env, object, other);
  const left = entriesOf(object);
  const right = entriesOf(other);
  if (!left || !right || left.length !== right.length) return false;
  return left.every(([key, value]) => {
    const counterpart = right.find(([candidate]) => compareTerms(candidate, key) === 0)?.[1];
    return counterpart !== undefined && unifyTerms(env, value, env.typeOf(value), counterpart, env.typeOf(counterpart));
  });
}

/**
 * Whether a term can have a type; variables in it without a type take what follows. With `widen` a variable's type
 * grows instead of being compared, which is how the members of a union are tried one by one.
 */
export function unifyTerm(env: TypeEnv, term: Term, type: Type | undefined, widen: boolean): boolean {
  switch (term.kind) {
    case 'var':
      return unifyVariable(env, term.name, type, widen);
    case 'constant':
      return unifyConstant(env, term.value, type, widen, term.at);
    case 'array':
    case 'object':
    case 'set':
      return unifyComposite(env, term, type, widen);
    default:
      return unifies(env.typeOf(term), type);
  }
}

function unifyVariable(env: TypeEnv, name: string, type: Type | undefined, widen: boolean): boolean {
  const known = env.variable(name);
  if (known && !widen) return unifies(known, type);
  const joined = widen ? or(known, type) : type;
  if (joined) env.variables.set(name, joined);
  return true;
}

function unifyConstant(env: TypeEnv, value: Value, type: Type | undefined, widen: boolean, at: number): boolean {
  if (type && isAny(type)) return true;
  const isComposite = isArray(value) || isObject(value) || isSet(value);
  return isComposite
    ? unifyComposite(env, termOf(value, at), type, widen)
    : unifies(env.typeOf(termOf(value, at)), type);
}

function unifyComposite(env: TypeEnv, term: Term, declared: Type | undefined, widen: boolean): boolean {
  const type = settled(declared);
  if (!type) return false;
  if (type.kind === 'any') {
    if (type.of.length > 0) {
      // Every member is tried, because each may give types to variables.
      return type.of.map((member) => unifyTerm(env, term, member, true)).includes(true);
    }
    for (const part of partsOf(term)) unifyTerm(env, part, anyType, true);
    return true;
  }
  if (type.kind === 'array') return unifyArray(env, itemsOf(term), type, widen);
  if (type.kind === 'object') return unifyObject(env, entriesOf(term), type, widen);
  return type.kind === 'set' && unifySet(env, membersOf(term), type, widen);
}

function unifyArray(env: TypeEnv, items: readonly Term[] | undefined, type: ArrayType, widen: boolean): boolean {
  if (!items || (items.length !== type.items.length && !type.rest)) return false;
  return items.every((item, index) => unifyTerm(env, item, type.items[index] ?? type.rest, widen));
}

function unifyObject(env: TypeEnv, entries: Entries | undefined, type: ObjectType, widen: boolean): boolean {
  if (!entries || (entries.length !== type.properties.length && !type.rest)) return false;
  return entries.every(([key, value]) => {
    if (key.kind === 'constant') {
      const member = selectType(type, key.value);
      return member !== undefined && unifyTerm(env, value, member, widen);
    }
    // Behind a key that is not known, a value may be anything.
    unifyTerm(env, value, anyType, widen);
    return true;
  });
}

function unifySet(env: TypeEnv, members: readonly Term[] | undefined, type: SetType, widen: boolean): boolean {
  return members?.every((member) => unifyTerm(env, member, type.of, widen)) ?? false;
}

export function isAny(type: Type): boolean {
  return compareTypes(type, anyType) === 0;
}

type Entries = readonly (readonly [key: Term, value: Term])[];

function isArrayTerm(term: Term): boolean {
  return itemsOf(term) !== undefined;
}

function isObjectTerm(term: Term): boolean {
  return term.kind === 'object' || (term.kind === 'constant' && isObject(term.value));
}

function itemsOf(term: Term): readonly Term[] | undefined {
  if (term.kind === 'array') return term.items;
  if (term.kind !== 'constant' || !isArray(term.value)) return undefined;
  return term.value.map((item) => termOf(item, term.at));
}

function membersOf(term: Term): readonly Term[] | undefined {
  if (term.kind === 'set') return term.items;
  if (term.kind !== 'constant' || !isSet(term.value)) return undefined;
  return term.value.items().map((item) => termOf(item, term.at));
}

function entriesOf(term: Term): Entries | undefined {
  if (term.kind === 'object') return sortedEntries(term.entries);
  if (term.kind !== 'constant' || !isObject(term.value)) return undefined;
  return term.value.entries().map(([key, value]) => [termOf(key, term.at), termOf(value, term.at)] as const);
}

function partsOf(term: Term): readonly Term[] {
  return itemsOf(term) ?? membersOf(term) ?? entriesOf(term)?.flat() ?? [];
}
