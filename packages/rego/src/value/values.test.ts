// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare, equal, hash } from './compare.ts';
import { fromJson, fromPlain, toJson, toPlain } from './json.ts';
import { parseNumber } from './number.ts';
import { ObjectBuilder, objectOf } from './object.ts';
import { print } from './print.ts';
import { SetBuilder, setOf } from './set.ts';
import type { Value } from './value.ts';

const json = fc.jsonValue({ noUnicodeString: false });

describe('values', () => {
  test('are ordered by type first', () => {
    const ordered: readonly Value[] = [null, false, true, -1, 2, 'a', 'b', [], [1], objectOf([]), setOf([])];
    expect(ordered.toReversed().sort(compare)).toEqual(ordered);
  });

  test('order strings as their UTF-8 bytes do, beyond the first plane too', () => {
    expect(compare('\uffff', '\u{10000}')).toBeLessThan(0);
  });

  test('know that 1 and 1.0 are the same, as keys too', () => {
    const one = parseNumber('1.0');
    expect(equal(1, one)).toBe(true);
    expect(hash(1)).toBe(hash(one));
    expect(objectOf([[1, 'x']]).get(one)).toBe('x');
    expect(objectOf([[one, 'x']]).get(1)).toBe('x');
    expect(setOf([1, one]).size).toBe(1);
  });

  test('keep null as a member and as a value', () => {
    expect(setOf([null]).has(null)).toBe(true);
    expect(objectOf([['a', null]]).get('a')).toBeNull();
    expect(objectOf([['a', null]]).get('b')).toBeUndefined();
  });

  test('find compound keys by what they hold', () => {
    const key = [objectOf([['a', setOf([1, 2])]])];
    const object = objectOf([[key, 'found']]);
    expect(object.get([objectOf([['a', setOf([2, 1])]])])).toBe('found');
    expect(object.get([objectOf([['a', setOf([2, 3])]])])).toBeUndefined();
  });

  test('agree about equality, hash and order', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const [left, right] = [fromPlain(a), fromPlain(b)];
        expect(equal(left, right)).toBe(compare(left, right) === 0);
        expect(compare(left, right)).toBe(-compare(right, left) || 0);
        if (equal(left, right)) expect(hash(left)).toBe(hash(right));
      }),
    );
  });

  test('cannot be changed through a builder that has built', () => {
    const object = new ObjectBuilder().set('a', 1);
    const built = object.build();
    expect(() => object.set('b', 2)).toThrow(TypeError);
    const set = new SetBuilder().add(1);
    set.build();
    expect(() => set.add(2)).toThrow(TypeError);
    built.toBuilder().set('b', 2).build();
    expect(built.size).toBe(1);
  });
});

describe('JSON', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(equal(fromJson(JSON.stringify(value)), fromPlain(value))).toBe(true);
        expect(equal(fromJson(toJson(fromPlain(value))), fromPlain(value))).toBe(true);
      }),
    );
  });

  test('loses no digit of a number', () => {
    expect(toJson(fromJson('[12345678901234567890, 1e400, 0.10]'))).toBe('[12345678901234567890,1e400,0.10]');
  });

  test('with the key __proto__ changes no prototype', () => {
    const value = fromJson('{"__proto__": {"polluted": true}}');
    expect(Object.keys(Object(toPlain(value)))).toEqual(['__proto__']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test.each(['', '{', '[1,]', '{"a" 1}', '{a: 1}', '01', 'tru', '"\u0001"', '"\\x"', '1 2', '"a'])(
    'refuses %j with the place',
    (text) => expect(() => fromJson(text)).toThrow(/rego_parse_error: Expected .* in JSON at offset \d+, found/),
  );

  test('refuses nesting that would use up the stack', () => {
    expect(() => fromJson('['.repeat(20_000))).toThrow('levels of JSON');
    const deep = Array.from({ length: 20_000 }).reduce((inner) => [inner], 1);
    expect(() => fromPlain(deep)).toThrow('levels of JSON');
  });

  test('makes U+FFFD of half a surrogate pair', () => {
    expect(fromJson('"\\ud800"')).toBe('\ufffd');
    expect(fromPlain('\ud800')).toBe('\ufffd');
  });

  test('writes sets as sorted arrays and other keys as their JSON text', () => {
    expect(
      toJson(
        objectOf([
          [1, setOf([2, 1])],
          [[true], null],
        ]),
      ),
    ).toBe('{"1":[1,2],"[true]":null}');
  });

  test('refuses what JSON cannot hold', () => {
    expect(() => fromPlain({ a: Number.NaN })).toThrow(TypeError);
    expect(() => fromPlain(new Map())).toThrow('found an instance of Map');
    expect(() => fromPlain(() => 1)).toThrow(TypeError);
  });
});

describe('print', () => {
  test('writes Rego', () => {
    expect(
      print(
        objectOf([
          ['a', setOf([1, 'x'])],
          ['b', setOf([])],
        ]),
      ),
    ).toBe('{"a": {1, "x"}, "b": set()}');
  });

  test('escapes as Go does', () => {
    expect(print('a"\\\n\u0007\u200b\u{1f600}')).toBe('"a\\"\\\\\\n\\a\\u200b\u{1f600}"');
  });
});
