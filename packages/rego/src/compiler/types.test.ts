// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseType } from '../builtins/declaration.ts';
import { fromPlain } from '../value/json.ts';
import { diffTypes } from './elide-types.ts';
import { mergeRuleTypes } from './merge-types.ts';
import {
  compareTypes,
  isImpossible,
  keysType,
  or,
  printType,
  selectType,
  type Type,
  typeOfValue,
  valuesType,
} from './types.ts';
import { unifies } from './unify-types.ts';

const text = fc.letrec<{ type: string }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('null', 'boolean', 'number', 'string', 'any'),
    tie('type').map((type) => `array[${type}]`),
    tie('type').map((type) => `set[${type}]`),
    fc.tuple(tie('type'), tie('type')).map(([a, b]) => `array<${a}, ${b}>`),
    fc.tuple(tie('type'), tie('type')).map(([a, b]) => `object<a: ${a}>[string: ${b}]`),
  ),
})).type;

describe('types', () => {
  it('print as they are read', () => {
    fc.assert(
      fc.property(text, (type) => {
        expect(printType(parseType(type))).toBe(type);
      }),
    );
  });

  it('are ordered, and unify with themselves and with any', () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        const [a, b] = [parseType(left), parseType(right)];
        expect(Math.sign(compareTypes(a, b)) + Math.sign(compareTypes(b, a))).toBe(0);
        expect(unifies(a, a)).toBe(true);
        expect(unifies(a, parseType('any'))).toBe(true);
        expect(unifies(a, b)).toBe(unifies(b, a));
        expect(unifies(or(a, b), b)).toBe(true);
      }),
    );
  });

  it.each([
    ['{"a": 1, "b": ["x", true]}', 'object<a: number, b: array<string, boolean>>'],
    ['[null, 1.5]', 'array<null, number>'],
  ])('of %s is %s', (json, wanted) => {
    expect(printType(typeOfValue(fromPlain(JSON.parse(json))))).toBe(wanted);
  });

  it('lead to the types of members and keys', () => {
    const type = parseType('object<a: number, b: array<string>[boolean]>');
    expect(printType(selectType(type, 'a'))).toBe('number');
    expect(printType(selectType(selectType(type, 'b'), 7))).toBe('boolean');
    expect(selectType(type, 'c')).toBeUndefined();
    expect(printType(keysType(type))).toBe('string');
    expect(printType(valuesType(parseType('set[number]')))).toBe('number');
  });

  it('that cannot hold a value are known', () => {
    expect(isImpossible(undefined)).toBe(true);
    expect(isImpossible({ kind: 'array', items: [{ kind: 'unknown' }] })).toBe(true);
    expect(isImpossible(parseType('object[string: array[any]]'))).toBe(false);
  });

  it.each([
    ['number', 'string', 'any<number, string>'],
    ['set[number]', 'set[string]', 'set[any<number, string>]'],
    ['object[string: number]', 'object[string: string]', 'object[string: any<number, string>]'],
    [
      'any<null, object[string: number]>',
      'object[number: null]',
      'any<null, object[any<number, string>: any<null, number>]>',
    ],
  ])('of two rules, %s and %s, make %s', (a, b, wanted) => {
    expect(printType(mergeRuleTypes(parseType(a), parseType(b)))).toBe(wanted);
  });

  it('in a message are cut down to where they differ', () => {
    const wide = (last: string): Type => parseType(`object<a: number, b: array<string, string, string>, c: ${last}>`);
    expect(diffTypes(wide('number'), wide('string'))).toEqual(['object<c: number, ...>', 'object<c: string, ...>']);
  });
});
