// SPDX-License-Identifier: Apache-2.0
import { truncateFloat } from '../value/big-float.ts';
import { type Num, numberText, toFloat } from '../value/number.ts';
import type { RegoObject } from '../value/object.ts';
import { isArray, isSet, type Value } from '../value/value.ts';
import { anyAffixMatch } from './affixes.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { format } from './format.ts';
import { toLower, toUpper } from './letter-case.ts';
import {
  any,
  array,
  binary,
  integer,
  number,
  object,
  refuse,
  string,
  strings as stringList,
  ternary,
  unary,
  wrongType,
} from './operands.ts';
import { replaceAll } from './replace.ts';
import { isAscii } from './text.ts';

export const strings: Family = {
  concat: binary(string, any, (separator, parts, context) => {
    if (!isArray(parts) && !isSet(parts)) return wrongType(2, parts, ['set', 'array']);
    const joined = stringList(parts, 2).join(separator);
    context.tick(joined.length);
    return joined;
  }),
  contains: binary(string, string, (text, part) => text.includes(part)),
  endswith: binary(string, string, (text, suffix) => text.endsWith(suffix)),
  startswith: binary(string, string, (text, prefix) => text.startsWith(prefix)),
  format_int: binary(number, number, formatInteger),
  indexof: binary(string, string, (text, part) => positions(text, part, 1)[0] ?? -1),
  indexof_n: binary(string, string, (text, part, context) => {
    context.tick(text.length);
    return positions(text, part, Number.POSITIVE_INFINITY);
  }),
  lower: unary(string, charged(toLower)),
  upper: unary(string, charged(toUpper)),
  replace: ternary(string, string, string, (text, old, by, context) => replaceAll(text, [[old, by]], context)),
  'strings.replace_n': binary(object, string, (patterns, text, context) =>
    replaceAll(text, replacements(patterns), context),
  ),
  split: binary(string, string, (text, separator, context) => {
    context.tick(text.length);
    return splitAt(text, separator);
  }),
  'strings.split_n': ternary(string, string, integer, splitSome),
  'strings.any_prefix_match': binary(any, any, (search, bases, context) =>
    anyAffixMatch(search, bases, 'prefix', context),
  ),
  'strings.any_suffix_match': binary(any, any, (search, bases, context) =>
    anyAffixMatch(search, bases, 'suffix', context),
  ),
  'strings.count': binary(string, string, (text, part, context) => {
    context.tick(text.length);
    return part === '' ? [...text].length + 1 : text.split(part).length - 1;
  }),
  'strings.reverse': unary(
    string,
    charged((text) => [...text].reverse().join('')),
  ),
  substring: ternary(string, integer, integer, substring),
  sprintf: binary(string, array, (layout, values, context) => {
    const text = format(layout, values, context);
    context.tick(text.length);
    return text;
  }),
  trim: binary(string, string, (text, cutset) => trimmed(text, cutset, true, true)),
  trim_left: binary(string, string, (text, cutset) => trimmed(text, cutset, true, false)),
  trim_right: binary(string, string, (text, cutset) => trimmed(text, cutset, false, true)),
  trim_prefix: binary(string, string, (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  trim_suffix: binary(string, string, (text, suffix) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  trim_space: unary(string, (text) => text.replace(leadingSpace, '').replace(trailingSpace, '')),
};

// What Go's unicode.IsSpace holds; JavaScript's own trim also takes U+FEFF, and leaves U+0085.
const space = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leadingSpace = new RegExp(`^${space}+`);
const trailingSpace = new RegExp(`(?<!${space})${space}+$`);

function charged(change: (text: string) => string): (text: string, context: BuiltinContext) => Value {
  return (text, context) => {
    context.tick(text.length >> 3);
    return change(text);
  };
}

function formatInteger(value: Num, base: Num): Value {
  const radix = numberText(base);
  if (!['2', '8', '10', '16'].includes(radix)) return refuse(2, 'must be one of {2, 8, 10, 16}');
  const text = numberText(value);
  const whole = /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace('+', '')) : truncateFloat(toFloat(value));
  return whole.toString(Number(radix));
}

/** Positions of a part in code points; occurrences may overlap. */
function positions(text: string, part: string, most: number): number[] {
  if (part === '') throw new BuiltinError('empty search character');
  const found: number[] = [];
  const ascii = isAscii(text);
  let [counted, upTo] = [0, 0];
  for (let at = text.indexOf(part); at >= 0 && found.length < most; at = text.indexOf(part, at + 1)) {
    if (!ascii) {
      for (; upTo < at; upTo++) if ((text.charCodeAt(upTo) & 0xfc00) !== 0xdc00 || isAlone(text, upTo)) counted++;
    }
    found.push(ascii ? at : counted);
  }
  return found;
}

/** A low surrogate without its high one stands for a byte, and counts. */
function isAlone(text: string, at: number): boolean {
  return at === 0 || (text.charCodeAt(at - 1) & 0xfc00) !== 0xd800;
}

/** An empty separator splits into code points. */
function splitAt(text: string, separator: string): string[] {
  if (separator !== '') return text.split(separator);
  // OPA hands a text back whole when it has nothing to split.
  return text === '' ? [] : [...text];
}

function splitSome(text: string, separator: string, most: number, context: BuiltinContext): Value {
  context.tick(text.length);
  const parts = splitAt(text, separator);
  return most >= 0 ? parts.slice(0, most) : parts.slice(Math.max(parts.length + most, 0));
}

function substring(text: string, offset: number, length: number, context: BuiltinContext): Value {
  if (offset < 0) throw new BuiltinError('negative offset');
  context.tick(text.length >> 4);
  if (isAscii(text)) return text.slice(offset, length < 0 ? undefined : offset + length);
  const points = [...text];
  return points.slice(offset, length < 0 ? undefined : offset + length).join('');
}

function trimmed(text: string, cutset: string, left: boolean, right: boolean): string {
  const cut = new Set(cutset);
  const points = isAscii(text) ? text : [...text];
  let [from, to] = [0, points.length];
  if (left) while (from < to && cut.has(points[from] ?? '')) from++;
  if (right) while (to > from && cut.has(points[to - 1] ?? '')) to--;
  return typeof points === 'string' ? points.slice(from, to) : points.slice(from, to).join('');
}

function replacements(patterns: RegoObject): [string, string][] {
  return patterns.entries().map(([old, by]) => {
    if (typeof old !== 'string') return refuse(1, 'non-string key found in pattern object');
    if (typeof by !== 'string') return refuse(1, 'non-string value found in pattern object');
    return [old, by];
  });
}
