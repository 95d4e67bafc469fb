// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { goJson } from './exact-json.ts';
import { parseYaml11, parseYaml11Stream } from './yaml11.ts';

describe('YAML 1.1 as policies know it', () => {
  it.each([
    ['y: 1', '{"true":1}'],
    ['off: two', '{"false":"two"}'],
    ['a: no', '{"a":false}'],
    ['a: 2026-01-02', '{"a":"2026-01-02"}'],
    ['a: 2022-01-01T00:00:00Z', '{"a":"2022-01-01T00:00:00Z"}'],
    ['a: 010', '{"a":8}'],
    ['a: 0x1F', '{"a":31}'],
    ['a: 1_000', '{"a":1000}'],
    ['a: 1.0', '{"a":1}'],
    ['a: 2.50', '{"a":2.5}'],
    ['a: 1e3', '{"a":1000}'],
    ['a: 1e21', '{"a":1e+21}'],
    ['a: 12345678901234567890', '{"a":12345678901234567890}'],
    [
      'a: 123456789012345678901234567890',
      '{"a":123456789012345680000000000000}'.replace(/\d{20,}/, '1.2345678901234568e+29'),
    ],
    ['a: "010"', '{"a":"010"}'],
    ["a: 'yes'", '{"a":"yes"}'],
    ['a: !!str 12', '{"a":"12"}'],
    ['a: ~', '{"a":null}'],
    ['1: x', '{"1":"x"}'],
    ['a: <b>', '{"a":"\\u003cb\\u003e"}'],
    ['b: &x {p: 1}\na: {<<: *x, m: 2}', '{"b":{"p":1},"a":{"p":1,"m":2}}'],
    ['n: 1', '{"false":1}'],
    ['{"a": [1, {}]}', '{"a":[1,{}]}'],
    ['', 'null'],
    ['# nothing', 'null'],
    ['%YAML 1.1\n--- {a: 1}', '{"a":1}'],
    ['a: +0X1F', '{"a":31}'],
    ['a: 08', '{"a":8}'],
    ['a: -0', '{"a":0}'],
    ['a: +18446744073709551615', '{"a":18446744073709552000}'],
    ['a: 1:30', '{"a":"1:30"}'],
    ['a: 1e400', '{"a":"1e400"}'],
    ['1e3: x', '{"1000":"x"}'],
    ['0.1: x', '{"0.1":"x"}'],
    ['1234567.5: x', '{"1.2345675e+06":"x"}'],
    ['.inf: x', '{".inf":"x"}'],
    ['__proto__: {a: 1}', '{"__proto__":{"a":1}}'],
    ['!!int "5"', '5'],
    ['!!float 5', '5'],
    ['!mine 5', '"5"'],
    ['! yes', '"yes"'],
    ['!!binary aGk=', '"hi"'],
    ['!!timestamp 2026-01-02', '"2026-01-02"'],
    ['"<<": {a: 1}', '{"\\u003c\\u003c":{"a":1}}'],
    // Unlike YAML's own rule, what is merged counts from where it stands (go-yaml 2).
    ['x: &x {a: 2}\nz: {a: 1, <<: *x}', '{"x":{"a":2},"z":{"a":2}}'],
    ['x: &x {a: 2}\nz: {<<: *x, a: 1}', '{"x":{"a":2},"z":{"a":1}}'],
    ['<<: [{a: 1}, {a: 2, b: 2}]', '{"a":1,"b":2}'],
    ['a: "\\/ \\ud83d\\ude00"', '{"a":"/ 😀"}'],
    ['a: "x\\\n  y"\r\nb: >-\r\n  x\r\n  y\r\n', '{"a":"xy","b":"x y"}'],
  ])('%j', (yaml, json) => {
    expect(goJson(parseYaml11(yaml, 'f.yaml'))).toBe(json);
  });

  it('takes the first document of several, or all of them', () => {
    expect(parseYaml11('a: 1\n---\nb: 2\n', 'f.yaml')).toEqual({ a: 1 });
    expect(parseYaml11Stream('a: 1\n---\nb: 2\n', 'f.yaml')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('reads no further than the first document, as go-yaml, unless all are asked for', () => {
    expect(parseYaml11('a: 1\n---\n{', 'f.yaml')).toEqual({ a: 1 });
    expect(() => parseYaml11Stream('a: 1\n---\n{', 'f.yaml')).toThrow(/f\.yaml/);
    expect(parseYaml11Stream('\ufeff# c\n---\n---\na: 1\n...\n', 'f.yaml')).toEqual([null, { a: 1 }]);
  });

  it.each([
    ['a: [1,', 'did not find expected node content (line 2)'],
    ['b: 0\na: 1\na: 2', 'the key "a" occurs twice (line 3)'],
    ['a: .inf', '".inf" has no form in JSON (line 1)'],
    ['a: *nowhere', "unknown anchor 'nowhere' referenced (line 1)"],
    ['? [a]\n: b', 'a key is itself a list or a mapping (line 1)'],
    ['a: &a [*a]', "anchor 'a' value contains itself (line 1)"],
    // What the library used before took, and go-yaml refuses.
    ['~: a', 'a key is null, where JSON needs text (line 1)'],
    ['18446744073709551615: a', 'larger than 64 bits'],
    ['%YAML 1.2\n---\na: 1', 'found incompatible YAML document (line 1)'],
    ['a: !!int x', '"x" is tagged !!int, which it is not (line 1)'],
    ['a: !!binary "?"', 'not base64 (line 1)'],
    ['a: "\x7f"', 'control characters are not allowed'],
    ['[a?b]', "did not find expected ',' or ']' (line 1)"],
    ['<<: 5', 'merges something that is not a mapping (line 1)'],
    ['a: "\\ud83d"', 'found invalid Unicode character escape code (line 1)'],
    // What go-yaml leaves unread behind the first node.
    ['[a] b', 'did not find expected <document start> (line 1)'],
  ])('refuses %j and names file and line', (yaml, reason) => {
    const read = () => parseYaml11(yaml, 'f.yaml');
    expect(read).toThrow('Expected f.yaml to be YAML that can be read, but found: ');
    expect(read).toThrow(reason);
  });

  it('takes the last of two values when told to, and a merged one besides always', () => {
    expect(parseYaml11('a: 1\na: 2', 'f.yaml', { lastKeyWins: true })).toEqual({ a: 2 });
    expect(parseYaml11('x: &x {a: 1}\ny: 1\nz: {<<: *x, a: 2}', 'f.yaml')).toMatchObject({ z: { a: 2 } });
  });

  it('ends in a sentence however deep or large a file is, in time that grows with it', () => {
    const start = performance.now();
    for (const part of ['[', '{a: ', '- ']) {
      expect(() => parseYaml11(part.repeat(2_000_000), 'deep.yaml')).toThrow(/deep\.yaml.*exceeded max depth of 500/);
    }
    expect(() => parseYaml11('[],'.repeat(600_000).replace(/^/, '['), 'many.yaml')).toThrow(/more than 500000 values/);
    const keys = Array.from({ length: 100_000 }, (_, at) => `key-${at}: ${at}`);
    expect(parseYaml11(keys.join('\n'), 'keys.yaml')).toMatchObject({ 'key-99999': 99_999 });
    expect(parseYaml11(`{${keys.join(', ')}}`, 'row.yaml')).toMatchObject({ 'key-99999': 99_999 });
    expect(parseYaml11(`a: ${'x '.repeat(2_000_000)}`, 'long.yaml')).toHaveProperty('a.length', 3_999_999);
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it('refuses aliases that expand without end', () => {
    const levels = Array.from({ length: 8 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}*l${i}]`);
    expect(() => parseYaml11(['l0: &l0 x', ...levels].join('\n'), 'bomb.yaml')).toThrow(/more than 500000 values/);
  });
});
