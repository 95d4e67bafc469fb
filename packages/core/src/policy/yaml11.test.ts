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
  ])('%j', (yaml, json) => {
    expect(goJson(parseYaml11(yaml, 'f.yaml'))).toBe(json);
  });

  it('takes the first document of several, or all of them', () => {
    expect(parseYaml11('a: 1\n---\nb: 2\n', 'f.yaml')).toEqual({ a: 1 });
    expect(parseYaml11Stream('a: 1\n---\nb: 2\n', 'f.yaml')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it.each(['a: [1,', 'a: 1\na: 2', 'a: .inf', 'a: *nowhere', '? [a]\n: b', 'a: &a [*a]'])(
    'refuses %j and names the file',
    (yaml) => {
      expect(() => parseYaml11(yaml, 'f.yaml')).toThrow(/f\.yaml/);
    },
  );

  it('refuses aliases that expand without end', () => {
    const levels = Array.from({ length: 8 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}*l${i}]`);
    expect(() => parseYaml11(['l0: &l0 x', ...levels].join('\n'), 'bomb.yaml')).toThrow(/more than 500000 values/);
  });
});
