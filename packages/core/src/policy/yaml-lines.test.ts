// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { lineOf } from './yaml-lines.ts';

const yaml = `# a policy
sources:
  - policy: [a]
    config: &c
      include: [x,
                y]
  -
    config: *c
y: 1
<<: {merged: 1}
`;

it.each([
  [[], 2],
  [['sources'], 2],
  [['sources', 0], 3],
  [['sources', 0, 'config'], 4],
  [['sources', 0, 'config', 'include', 1], 6],
  [['sources', 1, 'config'], 8],
  // Behind an alias it stands where the anchor is.
  [['sources', 1, 'config', 'include'], 5],
  [['true'], 9],
  [['merged'], undefined],
  [['sources', 2], undefined],
  [['sources', 'x'], undefined],
  [['sources', 0, 'policy', 0, 'x'], undefined],
])('the member at %j is found', (path, line) => {
  expect(lineOf(yaml, path)).toBe(line);
});

it('reads JSON, its escapes and its tabs', () => {
  const json = '{\n\t"a\\/\\ud83d\\ude00": [\n\t\t{"b": 1}\n\t]\n}';
  expect(lineOf(json, ['a/😀'])).toBe(2);
  expect(lineOf(json, ['a/😀', 0, 'b'])).toBe(3);
  expect(lineOf('{"a": "\x7f"}', ['a'])).toBeUndefined();
});
