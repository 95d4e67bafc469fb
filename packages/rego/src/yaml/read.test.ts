// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPlain } from '../value/json.ts';
import { YamlError, type YamlNode } from './node.ts';
import { readYaml, readYamlStream } from './read.ts';
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

describe('what go-yaml reads', () => {
  it.each([
    ['a: "x\n\n  y\n"\nb: \'x\n y\'\n', { a: 'x\ny ', b: 'x y' }],
    ['"a \\\n   b\\\n\n c"\n', 'a b\nc'],
    ['a: |2\n   x\n  y\nb: >+\n x\n\n', { a: ' x\ny\n', b: 'x\n\n' }],
    ['{a: [1,\n2\n, 3], "b":2, c, ? d : e}\n', { a: [1, 2, 3], b: 2, c: null, d: 'e' }],
    ['[a: 1, ? b, {c}]\n', [{ a: 1 }, { b: null }, { c: null }]],
    ['a:\t1\r\nb: 2\r\n', { a: 1, b: 2 }],
    ['\ufeffa: 1\n', { a: 1 }],
    ['%YAML 1.1\n%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 1\n...\n', { a: '1' }],
    ['a: &x 1\nb: &x 2\nc: *x\n', { a: 1, b: 2, c: 2 }],
    ['- - a\n  - b\n- ? c\n  : d\n', [['a', 'b'], { c: 'd' }]],
    ['a#b: "c"#d\n', { 'a#b': 'c' }],
    ['a: "x \u2028 y"\n', { a: 'x\u2028y' }],
  ])('%j is read', (text, wanted) => {
    expect(read(text)).toEqual(wanted);
  });

  it.each([
    ['%YAML 1.2\n---\na\n', 'found incompatible YAML document'],
    ['%X\n---\na\n', 'found unknown directive name'],
    ['%YAML 1.1\na\n', 'did not find expected <document start>'],
    ['a: \x01\n', 'control characters are not allowed'],
    ['"\\/"', 'found unknown escape character'],
    ['"\\ud83d\\ude00"', 'found invalid Unicode character escape code'],
    ['a: &a [*a]\n', "anchor 'a' value contains itself"],
    ['a: "x\n---\ny"\n', 'found unexpected document indicator'],
    ['a:\n\tb: 1\n', 'found character that cannot start any token'],
    ['a: |\n\tb\n', 'found a tab character where an indentation space is expected'],
    ['a: x\n\ty\n', 'found a tab character that violates indentation'],
    ['a: |0\n  b\n', 'found an indentation indicator equal to 0'],
    [`${'k'.repeat(1025)}: 1\n`, 'mapping values are not allowed in this context'],
    // go-yaml leaves unread what stands behind the first node; here it is a mistake.
    ['[a] b\n', 'did not find expected <document start>'],
  ])('%j is refused', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });

  it('names the line as go-yaml does, and the place besides', () => {
    const wrong = (text: string): unknown => {
      try {
        return readYaml(text);
      } catch (error) {
        return error;
      }
    };
    expect(wrong('\na:\n  b\nc\n')).toMatchObject({ message: "yaml: line 4: could not find expected ':'", place: 5 });
    expect(wrong('a: [\n1\n\n')).toMatchObject({ message: "yaml: line 3: did not find expected ',' or ']'" });
  });

  it('takes the escapes of JSON when told to', () => {
    const node = readYaml('"\\/\\ud83d\\ude00"', { jsonEscapes: true });
    expect(node).toMatchObject({ text: '/\ud83d\ude00' });
    expect(() => readYaml('"\\ud83d"', { jsonEscapes: true })).toThrow('invalid Unicode');
  });

  it('reads the documents of a stream', () => {
    const texts = readYamlStream('a\n---\n# nothing\n---\n"b"\n...\n...\n%YAML 1.1\n---\nc\n--- d\n');
    expect(texts.map((node) => node.kind === 'scalar' && node.text)).toEqual(['a', '', 'b', 'c', 'd']);
    expect(readYamlStream('# nothing\n')).toEqual([]);
    expect(readYaml('a\n---\n[')).toMatchObject({ text: 'a' });
    expect(() => readYamlStream('a\n---\n[')).toThrow(YamlError);
  });

  it('gives each node the line it begins in', () => {
    const node = readYaml('# c\na:\n  - 1\n\n  - {b: 2,\n     c: 3}\n');
    const lines = (of: YamlNode): unknown => {
      if (of.kind === 'scalar') return of.line;
      if (of.kind === 'sequence') return [of.line, ...of.items.map(lines)];
      return [of.line, ...of.entries.map((entry) => entry.map(lines))];
    };
    expect(node && lines(node)).toEqual([2, [2, [3, 3, [5, [5, 5], [6, 6]]]]]);
  });
});
