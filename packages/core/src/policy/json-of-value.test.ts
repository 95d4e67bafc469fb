// SPDX-License-Identifier: Apache-2.0
import { fromJson, objectOf, setOf, toJson, type Value } from '@sluice/rego';
import { describe, expect, it } from 'vitest';
import { goJson, parseExactJson } from './exact-json.ts';
import { jsonOfValue } from './json-of-value.ts';

describe('what a policy gave, as JSON', () => {
  it.each<[string, Value]>([
    ['scalars', [null, true, 'é', '', 0, -5, 9007199254740991]],
    ['numbers with all their digits', fromJson('[1.50, 12345678901234567890, 1e3, -0]')],
    ['sets in their order', setOf([3, 'b', setOf([2, 1]), 'a', null])],
    ['objects by their names', fromJson('{"b": {"d": 1, "c": [2]}, "a": {}, "__proto__": 1}')],
    [
      'keys that are no texts',
      objectOf([
        [1, 'one'],
        ['0', 'zero'],
        [[1, 2], 'list'],
        ['[0]', 'text'],
        [null, 'null'],
      ]),
    ],
    [
      'characters beyond the first plane',
      objectOf([
        ['\uffff', 1],
        ['\u{10000}', 2],
      ]),
    ],
  ])('%s', (_name, value) => {
    expect(goJson(jsonOfValue(value))).toBe(goJson(parseExactJson(toJson(value))));
  });
});
