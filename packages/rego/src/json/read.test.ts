// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonError } from './error.ts';
import { readJson } from './read.ts';

type Json = null | boolean | number | string | readonly Json[] | ReadonlyMap<string, Json>;

function read(text: string): Json {
  return readJson<Json>(text, { number: Number, array: (items) => items, object: (members) => members });
}

/** JSON's data with maps for objects, which keep every name and their order. */
const data = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noDefaultInfinity: true, noNaN: true }).map((number) => number + 0),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.string({ maxLength: 2 }), fc.string({ unit: 'binary' })), tie('value')), {
        maxLength: 4,
      })
      .map((entries) => new Map(entries)),
  ),
})).value;

function written(value: Json): string {
  if (value instanceof Map)
    return `{ ${[...value].map(([name, member]) => `${JSON.stringify(name)} : ${written(member)}`).join(',\n')}\t}`;
  if (Array.isArray(value)) return `[${value.map(written).join(' , ')}]`;
  return JSON.stringify(value);
}

describe('JSON text', () => {
  test('is read as what was written', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(read(written(value))).toEqual(value);
      }),
    );
  });

  test('is refused where JSON.parse refuses it, and only there', () => {
    const fragments = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\u00',
      '1',
      '01',
      '-',
      '.5',
      'e9',
      'null',
      ' ',
      'tru',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 7 }), (parts) => {
        const text = parts.join('');
        const refused = (run: () => unknown) => {
          try {
            run();
            return false;
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError);
            return true;
          }
        };
        expect([text, refused(() => read(text))]).toEqual([text, refused(() => JSON.parse(text))]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('keeps names of one escaped character apart, whatever was read before', () => {
    read('{"\\\\": 1}');
    expect(read('{"\\u0041": 1, "\\"": 2, "\\n": 3}')).toEqual(
      new Map([
        ['A', 1],
        ['"', 2],
        ['\n', 3],
      ]),
    );
  });

  test('takes the last of two values for a name', () => {
    expect(read('{"a": 1, "b": 2, "\\u0061": 3}')).toEqual(new Map(Object.entries({ a: 3, b: 2 })));
  });

  test('gives numbers as they are written', () => {
    const text = readJson<unknown>('[1.50, -0, 1e400, 12345678901234567890]', {
      number: (digits) => digits,
      array: (items) => items.join(' '),
      object: () => '',
    });
    expect(text).toBe('1.50 -0 1e400 12345678901234567890');
  });

  test.each(['\ud800', 'a\udc00b'])('replaces a lone surrogate in %j', (lone) => {
    expect(read(JSON.stringify(lone))).toBe(lone.toWellFormed());
  });

  test('that is nested too deeply is refused', () => {
    expect(() => read('['.repeat(100_000))).toThrow(JsonError);
    expect(read(`${'['.repeat(1_000)}${']'.repeat(1_000)}`)).toHaveLength(1);
  });

  test.each([
    ['', 'a value', 'the end of the text'],
    ['{"a" 1}', "':' behind a key", '"1"'],
    ['{a: 1}', 'a key in double quotes', '"a"'],
    ['[1 2]', "',' or ']'", '"2"'],
    ['"a\nb"', 'a string without control characters', '"\\n"'],
    ['"\\x"', 'an escape of JSON', '"\\\\"'],
    ['1 1', 'the end of the text', '"1"'],
  ])('%j: the sentence says what was expected and what was found', (text, expected, found) => {
    expect(() => read(text)).toThrow(expected);
    expect(() => read(text)).toThrow(`found ${found}`);
  });
});
