// SPDX-License-Identifier: Apache-2.0
import type { BuiltinContext } from '../builtins/builtin.ts';
import { format } from '../builtins/format.ts';
import { codePointCount } from '../builtins/text.ts';
import { queryEscape } from '../builtins/urls.ts';
import { compare, equal } from '../value/compare.ts';
import { numberText, toDouble } from '../value/number.ts';
import { isArray, isNumber, isObject, isSet, typeOf, type Value } from '../value/value.ts';
import { TemplateError } from './syntax.ts';

type Argument = Value | undefined;
type TemplateFunction = (args: readonly Argument[], context: BuiltinContext) => Argument;

/** The functions every template of Go has. */
export const functions: Readonly<Record<string, TemplateFunction>> = {
  and: (args) => args.find((one) => !isTrue(one)) ?? args.at(-1),
  or: (args) => args.find(isTrue) ?? args.at(-1),
  not: ([value]) => !isTrue(value),
  len: ([value]) => length(value),
  index: (args) => args.slice(1).reduce(indexed, args[0]),
  slice: ([value, from, to]) => sliced(value, from, to),
  print: (args) => printed(args),
  println: (args) => `${args.map(goText).join(' ')}\n`,
  printf: ([layout, ...args], context) => {
    if (typeof layout !== 'string') return fail('wrong type of the format of printf');
    return format(
      layout,
      args.map((one) => one ?? null),
      context,
    );
  },
  html: (args) => printed(args).replace(/[&<>'"\0]/g, (character) => htmlEscapes[character] ?? character),
  js: (args) => printed(args).replace(/[\\'"<>&=\n\r\t]/g, (character) => jsEscapes[character] ?? character),
  urlquery: (args) => queryEscape(printed(args)),
  eq: ([first, ...others]) => others.some((other) => same(first, other)),
  ne: ([a, b]) => !same(a, b),
  lt: ([a, b]) => order(a, b) < 0,
  le: ([a, b]) => order(a, b) <= 0,
  gt: ([a, b]) => order(a, b) > 0,
  ge: ([a, b]) => order(a, b) >= 0,
};

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
  '\0': '\ufffd',
};

const jsEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
  '\n': '\\u000A',
  '\r': '\\u000D',
  '\t': '\\u0009',
};

function fail(message: string): never {
  throw new TemplateError(`template: template:1: executing "template": ${message}`);
}

/** Whether a value counts as true: not empty, not zero. */
export function isTrue(value: Argument): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (value === true || typeof value === 'string') return true;
  if (isNumber(value)) return toDouble(value) !== 0;
  if (isArray(value)) return value.length > 0;
  return !(isObject(value) || isSet(value)) || value.size > 0;
}

/** A value as Go's fmt prints it with %v. */
export function goText(value: Argument): string {
  return value === undefined || value === null ? '<no value>' : inner(value);
}

function inner(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (isNumber(value)) return numberText(value);
  if (isArray(value)) return `[${value.map(inner).join(' ')}]`;
  if (isSet(value)) return `[${value.items().map(inner).join(' ')}]`;
  return isObject(value)
    ? `map[${value
        .entries()
        .map(([key, member]) => `${inner(key)}:${inner(member)}`)
        .join(' ')}]`
    : '';
}

/** Go puts a space between two operands that are no strings. */
function printed(args: readonly Argument[]): string {
  return args.reduce<string>((text, one, at) => {
    const before = args[at - 1];
    const spaced = at > 0 && typeof one !== 'string' && typeof before !== 'string';
    return text + (spaced ? ' ' : '') + goText(one);
  }, '');
}

function length(value: Argument): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value !== undefined && isArray(value)) return value.length;
  return isObject(value) || isSet(value) ? value.size : fail('error calling len: len of untyped nil');
}

function indexed(from: Argument, key: Argument): Argument {
  if (isObject(from)) return key === undefined ? undefined : from.get(key);
  if (from === undefined || !isArray(from)) return fail("error calling index: can't index item of this type");
  if (typeof key !== 'number') return fail('error calling index: cannot index slice/array with this type');
  return key >= 0 && key < from.length ? from[key] : fail(`error calling index: index out of range: ${key}`);
}

function sliced(value: Argument, from: Argument, to: Argument): Argument {
  const [begin, end] = [from ?? 0, to ?? length(value)];
  if (typeof begin !== 'number' || typeof end !== 'number' || begin < 0 || begin > end || end > length(value)) {
    return fail('error calling slice: index out of range');
  }
  if (typeof value === 'string') {
    return codePointCount(value) === Buffer.byteLength(value)
      ? value.slice(begin, end)
      : Buffer.from(value).subarray(begin, end).toString('utf8');
  }
  return value !== undefined && isArray(value)
    ? value.slice(begin, end)
    : fail("error calling slice: can't slice item");
}

function same(a: Argument, b: Argument): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a !== null && b !== null && typeOf(a) !== typeOf(b)) fail('error calling eq: incompatible types for comparison');
  return equal(a, b);
}

function order(a: Argument, b: Argument): number {
  if (a === undefined || b === undefined || typeOf(a) !== typeOf(b))
    return fail('error calling lt: incompatible types for comparison');
  return compare(a, b);
}
