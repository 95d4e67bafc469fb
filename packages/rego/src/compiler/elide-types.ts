// SPDX-License-Identifier: Apache-2.0
import { compare } from '../value/compare.ts';
import { print } from '../value/print.ts';
import type { Value } from '../value/value.ts';
import {
  type ArrayType,
  compareTypes,
  type FunctionType,
  type ObjectType,
  type Property,
  printType,
  type Type,
  type UnionType,
} from './types.ts';

/** Types in messages, cut down to where two of them differ. */

const maxLineWidth = 80;
const maxTypeWidth = 32;
const maxDepth = 8;
const dots = '...';

export function tooWide(lines: readonly string[]): boolean {
  return lines.some((line) => [...line].length > maxLineWidth);
}

/** A type that is not the point: in full when that is short, else its outermost shape. */
export function elideType(type: Type | undefined): string {
  const full = printType(type);
  return [...full].length <= maxTypeWidth ? full : outline(type, 0);
}

function outline(type: Type | undefined, depth: number): string {
  if (!type || depth < 0) return printType(type);
  const inner = (part: Type | undefined): string => (depth === 0 ? dots : outline(part, depth - 1));
  const list = (parts: readonly string[]): readonly string[] => (depth === 0 && parts.length > 0 ? [dots] : parts);
  switch (type.kind) {
    case 'set':
      return type.of ? `set[${inner(type.of)}]` : 'set';
    case 'array':
      return composite('array', list(type.items.map(inner)), type.rest && inner(type.rest));
    case 'object': {
      const rest = type.rest && (depth === 0 ? dots : `${inner(type.rest.key)}: ${inner(type.rest.value)}`);
      return composite('object', list(type.properties.map(({ key, value }) => property(key, inner(value)))), rest);
    }
    case 'any':
      return type.of.length === 0 ? 'any' : union(list(type.of.map(inner)));
    case 'function': {
      const args = [...type.args.map(inner), ...(type.variadic ? [`${inner(type.variadic)}...`] : [])];
      return `(${list(args).join(', ')}) => ${type.result ? inner(type.result) : '???'}`;
    }
    default:
      return printType(type);
  }
}

/** Two types with everything left out that is the same on both sides. */
export function diffTypes(a: Type | undefined, b: Type | undefined, depth: number = 0): readonly [string, string] {
  if (depth >= maxDepth || !a || !b || compareTypes(a, b) === 0) return [elideType(a), elideType(b)];
  if (a.kind === 'set' && b.kind === 'set' && a.of && b.of) {
    const [left, right] = diffTypes(a.of, b.of, depth + 1);
    return [`set[${left}]`, `set[${right}]`];
  }
  if (a.kind === 'array' && b.kind === 'array') return diffArrays(a, b, depth);
  if (a.kind === 'object' && b.kind === 'object') return diffObjects(a, b, depth);
  if (a.kind === 'any' && b.kind === 'any') return diffUnions(a, b);
  if (a.kind === 'function' && b.kind === 'function' && a.args.length === b.args.length) {
    return diffFunctions(a, b, depth);
  }
  return [elideType(a), elideType(b)];
}

function diffArrays(a: ArrayType, b: ArrayType, depth: number): readonly [string, string] {
  if (a.items.length !== b.items.length || (a.rest === undefined) !== (b.rest === undefined)) {
    return [outline(a, 1), outline(b, 1)];
  }
  const items = a.items.map((item, index) => diffTypes(item, b.items[index], depth + 1));
  const rest = a.rest ? diffTypes(a.rest, b.rest, depth + 1) : undefined;
  return [
    composite(
      'array',
      items.map(([left]) => left),
      rest?.[0],
    ),
    composite(
      'array',
      items.map(([, right]) => right),
      rest?.[1],
    ),
  ];
}

function diffObjects(a: ObjectType, b: ObjectType, depth: number): readonly [string, string] {
  const left: string[] = [];
  const right: string[] = [];
  let elided = false;
  for (const [own, other] of pairs(a.properties, b.properties)) {
    if (own && other && compareTypes(own.value, other.value) === 0) {
      elided = true;
      continue;
    }
    const [one, two] = own && other ? diffTypes(own.value, other.value, depth + 1) : [];
    if (own) left.push(property(own.key, one ?? elideType(own.value)));
    if (other) right.push(property(other.key, two ?? elideType(other.value)));
  }
  const [restLeft, restRight] = diffRest(a.rest, b.rest, depth);
  const more = elided ? [dots] : [];
  return [composite('object', [...left, ...more], restLeft), composite('object', [...right, ...more], restRight)];
}

function diffRest(
  a: ObjectType['rest'],
  b: ObjectType['rest'],
  depth: number,
): readonly [string | undefined, string | undefined] {
  if (!a || !b)
    return [a && `${elideType(a.key)}: ${elideType(a.value)}`, b && `${elideType(b.key)}: ${elideType(b.value)}`];
  const [keyLeft, keyRight] = diffTypes(a.key, b.key, depth + 1);
  const [valueLeft, valueRight] = diffTypes(a.value, b.value, depth + 1);
  return [`${keyLeft}: ${valueLeft}`, `${keyRight}: ${valueRight}`];
}

/** Properties of two objects by key; one side is missing where only the other has it. */
function pairs(
  a: readonly Property[],
  b: readonly Property[],
): readonly (readonly [Property | undefined, Property | undefined])[] {
  const found: (readonly [Property | undefined, Property | undefined])[] = a.map((own) => [
    own,
    b.find(({ key }) => compare(key, own.key) === 0),
  ]);
  const alone = b.filter(({ key }) => !a.some((own) => compare(own.key, key) === 0));
  for (const other of alone) found.push([undefined, other]);
  const keyOf = ([own, other]: readonly [Property | undefined, Property | undefined]): Value =>
    (own ?? other)?.key ?? null;
  return found.toSorted((x, y) => compare(keyOf(x), keyOf(y)));
}

function diffUnions(a: UnionType, b: UnionType): readonly [string, string] {
  const alone = (one: UnionType, other: UnionType): readonly Type[] =>
    one.of.filter((type) => !other.of.some((member) => compareTypes(member, type) === 0));
  const [left, right] = [alone(a, b), alone(b, a)];
  const more = left.length < a.of.length ? [dots] : [];
  return [union([...left.map(elideType), ...more]), union([...right.map(elideType), ...more])];
}

function diffFunctions(a: FunctionType, b: FunctionType, depth: number): readonly [string, string] {
  const args = a.args.map((arg, index) => diffTypes(arg, b.args[index], depth + 1));
  const [left, right] = diffTypes(a.result, b.result, depth + 1);
  return [
    `(${args.map(([one]) => one).join(', ')}) => ${left}`,
    `(${args.map(([, two]) => two).join(', ')}) => ${right}`,
  ];
}

function composite(name: string, parts: readonly string[], rest: string | undefined): string {
  return `${name}${parts.length > 0 ? `<${parts.join(', ')}>` : ''}${rest === undefined ? '' : `[${rest}]`}`;
}

function union(parts: readonly string[]): string {
  return parts.length === 0 ? 'any' : `any<${parts.join(', ')}>`;
}

function property(key: Value, value: string): string {
  return `${typeof key === 'string' ? key : print(key)}: ${value}`;
}
