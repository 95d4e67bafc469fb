// SPDX-License-Identifier: Apache-2.0
import { compare } from '../value/compare.ts';
import { print } from '../value/print.ts';
import { isArray, type Value } from '../value/value.ts';

/**
 * The types of Rego's static checks, after OPA's `types` package: what an expression can be, as far as the compiler
 * knows. A type is a plain object; `undefined` in place of a type means that no value is possible.
 *
 * A union is kept sorted and without repetition, so that types can be compared; the union of nothing, {@link any}, is
 * every value.
 */
export type Type =
  | NullType
  | BooleanType
  | NumberType
  | StringType
  | ArrayType
  | ObjectType
  | SetType
  | UnionType
  | FunctionType
  | RecursiveType
  | UnknownType;

export interface NullType {
  readonly kind: 'null';
}

export interface BooleanType {
  readonly kind: 'boolean';
}

export interface NumberType {
  readonly kind: 'number';
}

export interface StringType {
  readonly kind: 'string';
}

export interface ArrayType {
  readonly kind: 'array';
  /** Types of the first items. */
  readonly items: readonly Type[];
  /** Type of every further item; without it there are none. */
  readonly rest?: Type;
}

export interface ObjectType {
  readonly kind: 'object';
  /** Sorted by key. */
  readonly properties: readonly Property[];
  /** Types of all other keys and their values; without it there are none. */
  readonly rest?: { readonly key: Type; readonly value: Type };
}

export interface Property {
  readonly key: Value;
  readonly value: Type;
}

export interface SetType {
  readonly kind: 'set';
  /** Undefined for the empty set of a schema. */
  readonly of?: Type;
}

export interface UnionType {
  readonly kind: 'any';
  /** Sorted; empty for any value at all. */
  readonly of: readonly Type[];
}

export interface FunctionType {
  readonly kind: 'function';
  readonly args: readonly Type[];
  /** Undefined for a function called for its effect, as `print` is. */
  readonly result?: Type;
  /** Type of any number of further arguments. */
  readonly variadic?: Type;
}

/** A type that holds itself, which only JSON Schemas make. Its content is settled after it was named. */
export interface RecursiveType {
  readonly kind: 'recursive';
  readonly name: string;
  readonly target: () => Type | undefined;
}

/** Stands inside a composite type where nothing is known yet: the type of `[x]` before `x` has one. */
export interface UnknownType {
  readonly kind: 'unknown';
}

export const unknownType: Type = { kind: 'unknown' };
export const nullType: Type = { kind: 'null' };
export const booleanType: Type = { kind: 'boolean' };
export const numberType: Type = { kind: 'number' };
export const stringType: Type = { kind: 'string' };
export const anyType: UnionType = { kind: 'any', of: [] };

export function arrayType(items: readonly Type[], rest?: Type): ArrayType {
  return { kind: 'array', items, ...(rest && { rest }) };
}

export function objectType(
  properties: readonly Property[],
  rest?: { readonly key: Type; readonly value: Type },
): ObjectType {
  const sorted = properties.length > 1 ? properties.toSorted((a, b) => compare(a.key, b.key)) : properties;
  return { kind: 'object', properties: sorted, ...(rest && { rest }) };
}

export function setType(of: Type | undefined): SetType {
  return { kind: 'set', ...(of && { of }) };
}

/** The union of some types, each kept as it is. */
export function unionOf(types: readonly Type[]): UnionType {
  return { kind: 'any', of: types.toSorted(compareTypes) };
}

export function functionType(args: readonly Type[], result?: Type, variadic?: Type): FunctionType {
  return { kind: 'function', args, ...(result && { result }), ...(variadic && { variadic }) };
}

/** A type as OPA's messages print it: `any<null, array[string]>`, `object<a: number>[string: any]`, `???` for none. */
export function printType(type: Type | undefined): string {
  if (!type) return '???';
  switch (type.kind) {
    case 'array':
      return `array${angled(type.items.map(printType))}${type.rest ? `[${printType(type.rest)}]` : ''}`;
    case 'object': {
      const properties = type.properties.map(({ key, value }) => `${printKey(key)}: ${printType(value)}`);
      const rest = type.rest ? `[${printType(type.rest.key)}: ${printType(type.rest.value)}]` : '';
      return `object${angled(properties)}${rest}`;
    }
    case 'set':
      return type.of ? `set[${printType(type.of)}]` : 'set';
    case 'any':
      return `any${angled(type.of.map(printType))}`;
    case 'function':
      return `${printArguments(type)} => ${printType(type.result)}`;
    case 'recursive':
      return `recursive(${type.name})`;
    case 'unknown':
      return '???';
    default:
      return type.kind;
  }
}

export function printArguments({ args, variadic }: FunctionType): string {
  const printed = [...args.map(printType), ...(variadic ? [`${printType(variadic)}...`] : [])];
  return `(${printed.join(', ')})`;
}

function angled(parts: readonly string[]): string {
  return parts.length === 0 ? '' : `<${parts.join(', ')}>`;
}

function printKey(key: Value): string {
  return typeof key === 'string' ? key : print(key);
}

const order = { null: 0, boolean: 1, number: 2, string: 3, array: 4, object: 5, set: 6, any: 7, function: 8 } as const;

/** The type behind a name; a recursive type is compared and looked into as what it stands for. */
export function settled(type: Type | undefined): Exclude<Type, RecursiveType | UnknownType> | undefined {
  let current = type;
  while (current?.kind === 'recursive') current = current.target();
  return current?.kind === 'unknown' ? undefined : current;
}

/** A total order; 0 for the same type. */
export function compareTypes(left: Type | undefined, right: Type | undefined): number {
  if (left === right) return 0;
  const a = settled(left);
  const b = settled(right);
  if (a === b) return 0;
  if (!a || !b) return a ? 1 : -1;
  if (a.kind === 'array' && b.kind === 'array') return compareArrays(a, b);
  if (a.kind === 'object' && b.kind === 'object') return compareObjects(a, b);
  if (a.kind === 'set' && b.kind === 'set') return compareTypes(a.of, b.of);
  if (a.kind === 'any' && b.kind === 'any') return compareLists(a.of, b.of);
  if (a.kind === 'function' && b.kind === 'function') {
    return (
      a.args.length - b.args.length ||
      compareLists(a.args, b.args) ||
      compareTypes(a.result, b.result) ||
      compareTypes(a.variadic, b.variadic)
    );
  }
  return Math.sign(order[a.kind] - order[b.kind]);
}

function compareArrays(a: ArrayType, b: ArrayType): number {
  return comparePresence(a.rest, b.rest) || compareTypes(a.rest, b.rest) || compareLists(a.items, b.items);
}

function compareObjects(a: ObjectType, b: ObjectType): number {
  const rest =
    comparePresence(a.rest, b.rest) ||
    compareTypes(a.rest?.key, b.rest?.key) ||
    compareTypes(a.rest?.value, b.rest?.value);
  if (rest !== 0) return rest;
  for (const [index, left] of a.properties.entries()) {
    const right = b.properties[index];
    if (!right) return 1;
    const found = compare(left.key, right.key) || compareTypes(left.value, right.value);
    if (found !== 0) return found;
  }
  return a.properties.length === b.properties.length ? 0 : -1;
}

function comparePresence(a: unknown, b: unknown): number {
  return Number(a !== undefined) - Number(b !== undefined);
}

function compareLists(a: readonly Type[], b: readonly Type[]): number {
  for (const [index, left] of a.entries()) {
    if (index >= b.length) return 1;
    const found = compareTypes(left, b[index]);
    if (found !== 0) return found;
  }
  return a.length === b.length ? 0 : -1;
}

/** Whether the first type holds the second: the same type, or a union that lists it. */
export function containsType(type: Type, other: Type): boolean {
  if (type.kind !== 'any') return compareTypes(type, other) === 0;
  if (other.kind === 'function') return false;
  return type.of.length === 0 || type.of.some((member) => compareTypes(member, other) === 0);
}

/** What either of two types can be. Two functions are joined by arguments; a function and a value have no union. */
export function or(a: Type | undefined, b: Type | undefined): Type | undefined {
  if (!a || a.kind === 'unknown') return b;
  if (!b || b.kind === 'unknown') return a;
  if (a.kind === 'function' && b.kind === 'function') return joinFunctions(a, b);
  if (a.kind === 'function' || b.kind === 'function') return undefined;
  if (a.kind === 'any') return b.kind === 'any' ? mergeUnions(a, b) : addToUnion(a, b);
  if (b.kind === 'any') return addToUnion(b, a);
  return compareTypes(a, b) === 0 ? a : unionOf([a, b]);
}

function joinFunctions(a: FunctionType, b: FunctionType): FunctionType | undefined {
  if (a.args.length !== b.args.length || (a.variadic === undefined) !== (b.variadic === undefined)) return undefined;
  const args: Type[] = [];
  for (const [index, arg] of a.args.entries()) {
    const joined = or(arg, b.args[index]);
    if (joined) args.push(joined);
  }
  return functionType(args, or(a.result, b.result), or(a.variadic, b.variadic));
}

function addToUnion(union: UnionType, type: Type): UnionType {
  return containsType(union, type) ? union : unionOf([...union.of, type]);
}

function mergeUnions(a: UnionType, b: UnionType): UnionType {
  if (a.of.length === 0 || b.of.length === 0) return anyType;
  return unionOf([...a.of, ...b.of.filter((type) => !containsType(a, type))]);
}

/** The type behind a key of a value; undefined when there can be none. */
export function selectType(type: Type | undefined, key: Value): Type | undefined {
  const found = settled(type);
  switch (found?.kind) {
    case 'array':
      return typeof key === 'number' && key >= 0 ? (found.items[key] ?? found.rest) : undefined;
    case 'object':
      return selectProperty(found, key);
    case 'set':
      return found.of && selectMember(found.of, typeOfValue(key));
    case 'any':
      if (found.of.length === 0) return anyType;
      return found.of.reduce<Type | undefined>((all, member) => or(selectType(member, key), all), undefined);
    default:
      return undefined;
  }
}

function selectProperty(type: ObjectType, key: Value): Type | undefined {
  const property = type.properties.find((candidate) => compare(candidate.key, key) === 0);
  if (property) return property.value;
  return type.rest && containsType(type.rest.key, typeOfValue(key)) ? type.rest.value : undefined;
}

function selectMember(of: Type, key: Type): Type | undefined {
  if (compareTypes(of, key) === 0) return of;
  return of.kind === 'any' && containsType(of, key) ? key : undefined;
}

/** What the keys of a value can be: positions, keys or members. */
export function keysType(type: Type | undefined): Type | undefined {
  const found = settled(type);
  switch (found?.kind) {
    case 'array':
      return numberType;
    case 'object':
      return or(joinAll(found.properties.map(({ key }) => typeOfValue(key))), found.rest?.key);
    case 'set':
      return found.of;
    case 'any':
      return found.of.length === 0 ? anyType : joinAll(found.of.map(keysType));
    default:
      return undefined;
  }
}

/** What the values behind the keys can be. */
export function valuesType(type: Type | undefined): Type | undefined {
  const found = settled(type);
  switch (found?.kind) {
    case 'array':
      return or(joinAll(found.items), found.rest);
    case 'object':
      return or(joinAll(found.properties.map(({ value }) => value)), found.rest?.value);
    case 'set':
      return found.of;
    case 'any':
      return found.of.length === 0 ? anyType : joinAll(found.of.map(valuesType));
    default:
      return undefined;
  }
}

function joinAll(types: readonly (Type | undefined)[]): Type | undefined {
  return types.reduce<Type | undefined>((all, type) => or(all, type), undefined);
}

const knownTypes = new WeakMap<object, Type>();

/** Objects with more members than anybody writes into an equation are schemas, and not searched for empty sets. */
const schemaSize = 64;

/** Types that were found to admit a value; nothing in them changes. */
const possible = new WeakSet<Type>();

/** The type of a known value, as exact as types get: every key and item is listed. */
export function typeOfValue(value: Value): Type {
  if (typeof value !== 'object' || value === null) return readType(value);
  const known = knownTypes.get(value);
  if (known) return known;
  const type = readType(value);
  knownTypes.set(value, type);
  if (type.kind === 'object' && type.properties.length > schemaSize) possible.add(type);
  return type;
}

function readType(value: Value): Type {
  switch (typeof value) {
    case 'string':
      return stringType;
    case 'number':
      return numberType;
    case 'boolean':
      return booleanType;
    default:
      if (value === null) return nullType;
      if (isArray(value)) return arrayType(value.map(typeOfValue));
      if (value.kind === 'number') return numberType;
      if (value.kind === 'set') return setType(joinAll(value.items().map(typeOfValue)));
      return { kind: 'object', properties: value.entries().map(([key, member]) => new KnownProperty(key, member)) };
  }
}

/** Schemas are large and rarely looked into, so the type of a member is made when somebody asks. */
class KnownProperty implements Property {
  readonly key: Value;
  readonly #member: Value;

  constructor(key: Value, member: Value) {
    this.key = key;
    this.#member = member;
  }

  get value(): Type {
    return typeOfValue(this.#member);
  }
}

/** Whether a type admits no value because some part of it does not. */
export function isImpossible(type: Type | undefined): boolean {
  if (!type) return true;
  switch (type.kind) {
    case 'null':
    case 'boolean':
    case 'number':
    case 'string':
    case 'any':
      return false;
    default:
      return !possible.has(type) && isImpossibleInside(type, new Set());
  }
}

function isImpossibleInside(type: Type | undefined, seen: Set<Type>): boolean {
  const found = settled(type);
  if (!found) return true;
  if (found.kind === 'any' || possible.has(found) || seen.has(found)) return false;
  seen.add(found);
  const impossible = partsOf(found).some((part) => isImpossibleInside(part, seen));
  if (!impossible && seen.size === 1) possible.add(found);
  return impossible;
}

function partsOf(type: Exclude<Type, RecursiveType | UnknownType>): readonly (Type | undefined)[] {
  switch (type.kind) {
    case 'function':
      return [...type.args, type.result];
    case 'array':
      return type.rest ? [...type.items, type.rest] : type.items;
    case 'object': {
      const values = type.properties.map(({ value }) => value);
      return type.rest ? [...values, type.rest.key, type.rest.value] : values;
    }
    case 'set':
      return [type.of];
    default:
      return [];
  }
}
