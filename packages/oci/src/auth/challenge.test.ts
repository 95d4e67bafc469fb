// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from './challenge.ts';

const read = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test.each([
  ['Basic realm="Registry"', [['basic', { realm: 'Registry' }]]],
  [
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
    [
      [
        'bearer',
        { realm: 'https://auth.example/token', service: 'registry.example', scope: 'repository:a/b:pull,push' },
      ],
    ],
  ],
  [
    'Basic realm=x, Bearer realm="y"',
    [
      ['basic', { realm: 'x' }],
      ['bearer', { realm: 'y' }],
    ],
  ],
  ['BEARER Realm = "a\\"b" , Service=c', [['bearer', { realm: 'a"b', service: 'c' }]]],
  ['Negotiate', [['negotiate', {}]]],
  ['', []],
  ['"', []],
])('%j is read as RFC 9110 has it', (header, expected) => {
  expect(read(header)).toEqual(expected);
});

test('values in quotes survive being written and read', () => {
  const value = fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', '=', ' ', ':', '/') });
  fc.assert(
    fc.property(value, value, (realm, scope) => {
      const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
      expect(read(`Bearer realm=${quoted(realm)}, scope=${quoted(scope)}`)).toEqual([['bearer', { realm, scope }]]);
    }),
  );
});

test('any header is read to its end without looping', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (header) => parseChallenges(header).length >= 0),
    { numRuns: 300 },
  );
  expect(parseChallenges(`Bearer ${'a=b,'.repeat(100_000)}`)[0]?.scheme).toBe('bearer');
});
