// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPlain } from '../value/json.ts';
import { YamlError } from './node.ts';
import { readYaml } from './read.ts';
import { valueOfNode } from './resolve.ts';

function read(text: string): unknown {
  const node = readYaml(text);
  const refuse = (): never => {
    throw new TypeError('a key is no string');
  };
  return node && toPlain(valueOfNode(node, refuse));
}

describe('YAML as METADATA is written', () => {
  it.each([
    ['a: 1\nb: two\n', { a: 1, b: 'two' }],
    ['- a\n- b: c\n  d: e\n-\n  - f\n', ['a', { b: 'c', d: 'e' }, ['f']]],
    ['a:\n- x\n- y\nb: z\n', { a: ['x', 'y'], b: 'z' }],
    ['a: {b: [1, "2", three], c: }\n', { a: { b: [1, '2', 'three'], c: null } }],
    ["a: 'it''s'\nb: \"tab\\t\\u00e9\"\n", { a: "it's", b: 'tab\té' }],
    [
      'a: |\n  one\n    two\n\n  three\nb: >-\n  folded\n  text\n\n  more\n',
      { a: 'one\n  two\n\nthree\n', b: 'folded text\nmore' },
    ],
    ['a: long\n  text\n  goes on\nb: 1\n', { a: 'long text goes on', b: 1 }],
    ['a: &x {k: v}\nb: *x\n', { a: { k: 'v' }, b: { k: 'v' } }],
    [
      'a: yes\nb: true\nc: 0x10\nd: 010\ne: 1_000\nf: 1.5\ng: ~\n',
      { a: 'yes', b: true, c: 16, d: 8, e: 1000, f: 1.5, g: null },
    ],
    [
      'a: 2022-01-02\nb: 2022-01-02T03:04:05Z\nc: "2022-01-02"\n',
      { a: '2022-01-02T00:00:00Z', b: '2022-01-02T03:04:05Z', c: '2022-01-02' },
    ],
    ['? a\n: - b\n  - c\n? d\ne: f\n', { a: ['b', 'c'], d: null, e: 'f' }],
    ['# only a comment\n', undefined],
    ['a: x # comment\nb: "#"\n', { a: 'x', b: '#' }],
    ['__proto__: 1\n', JSON.parse('{"__proto__": 1}')],
  ])('%j is read', (text, wanted) => {
    expect(read(text)).toEqual(wanted);
  });

  it.each([
    ['a: b: c\n', 'mapping values are not allowed in this context'],
    ['a: [1\n', "did not find expected ',' or ']'"],
    ['a: "x\n', 'found unexpected end of stream'],
    ['a: *b\n', "unknown anchor 'b' referenced"],
    ['a: @x\n', 'found character that cannot start any token'],
    ['a: 1\n- b\n', 'did not find expected key'],
  ])('%j is refused', (text, wanted) => {
    expect(() => read(text)).toThrow(YamlError);
    expect(() => read(text)).toThrow(wanted);
  });

  it('refuses aliases that multiply', () => {
    const levels = Array.from({ length: 30 }, (_, at) => `l${at + 1}: &a${at + 1} [*a${at}, *a${at}]\n`);
    expect(() => read(`l0: &a0 [x, x]\n${levels.join('')}`)).toThrow('excessive aliasing');
  });

  it('reads what JSON writes, and never hangs on anything else', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const text = JSON.stringify(value);
        const plain = JSON.parse(text, (_, member) =>
          typeof member === 'number' && !Number.isInteger(member) ? 0 : member,
        );
        expect(read(JSON.stringify(plain))).toEqual(plain);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab:-[]{},"\'|>#&*!? \n\t1') }), (text) => {
        try {
          read(text);
        } catch (error) {
          if (!(error instanceof YamlError || error instanceof TypeError)) throw error;
        }
      }),
    );
  });
});

describe('tags', () => {
  it.each([
    ['!!str 5', '5'],
    ['[!mine 5, !!int 5]', ['5', 5]],
    ['- !mine\n-\n- &x\n- a:\n  - b\n', ['', null, null, { a: ['b'] }]],
    ['!%41 b', 'b'],
    ['!<tag:yaml.org,2002:str> b', 'b'],
    ['[!a [b]]', [['b']]],
  ])('%j has one that is well formed', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each([
    ['!!', /expected tag URI/],
    ['a: !! b', /expected tag URI/],
    ['!a! b', /expected tag URI/],
    ['!<> b', /expected tag URI/],
    ['!<a b> b', /the expected '>'/],
    ['!e!x b', /undefined tag handle/],
    ['!a^b c', /expected whitespace or line break/],
  ])('%j is refused', (text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });
});
