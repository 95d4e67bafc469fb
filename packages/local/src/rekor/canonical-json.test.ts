// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

it('sorts members at every depth and leaves out undefined ones', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'ü"\n', e: undefined })).toBe(
    String.raw`{"a":"ü\"\n","b":[{"c":null,"d":1}]}`,
  );
});

it('means the same as the JSON it came from', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(JSON.parse(canonicalJson(json))).toEqual(JSON.parse(JSON.stringify(json)));
    }),
  );
});
