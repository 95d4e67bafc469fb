// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goDuration } from './go-duration.ts';
import { indentJson } from './json-text.ts';

test('laid out JSON is what JSON.stringify lays out, with the characters escaped that Go escapes', () => {
  const expected = (value: unknown): string =>
    JSON.stringify(value, null, 2).replace(
      /[<>&\u2028\u2029]/g,
      (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(indentJson(JSON.stringify(value))).toBe(expected(value));
    }),
  );
});

test.each([
  [0, '0s'],
  [870, '870ns'],
  [12_500, '12.5µs'],
  [1_250_000, '1.25ms'],
  [5_000_000_000, '5s'],
  [123_500_000_000, '2m3.5s'],
  [3_600_000_000_000, '1h0m0s'],
])('%d nanoseconds are %s', (nanoseconds, text) => {
  expect(goDuration(nanoseconds)).toBe(text);
});
