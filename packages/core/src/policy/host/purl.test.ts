// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../exact-json.ts';
import { purlFunctions } from './purl.ts';

const [isValid, parse] = purlFunctions.map(({ answer }) => answer);

const pieces = [
  'pkg:',
  'npm',
  'conan',
  '/',
  '//',
  '@',
  '?',
  '#',
  '&',
  '=',
  '%',
  '%2F',
  '%ff',
  '..',
  '[::1]',
  'a',
  'É',
  ' ',
];
const purl = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 })
  .map((parts) => `pkg:${parts.join('')}`);
const text = fc.oneof(
  purl,
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
);

test('a package URL is valid if it can be parsed, whatever the text is', () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(isValid?.([given])).toBe(parse?.([given]) !== undefined);
    }),
    { numRuns: 2000 },
  );
});

test('a parsed package URL has a type and a name, and qualifiers that are sorted and have values', () => {
  fc.assert(
    fc.property(purl, (given) => {
      const parsed = parse?.([given]);
      if (parsed === undefined) return;
      expect(parsed).toMatchObject({
        type: expect.stringMatching(/^[a-z.+-][a-z0-9.+-]*$/),
        name: expect.stringMatching(/./s),
      });
      expect(JSON.stringify(parsed)).not.toContain('"value":""');
    }),
    { numRuns: 2000 },
  );
});

test.each<[Json | undefined]>([[undefined], [null], [1], [['pkg:npm/a']], [{}]])('%j is no package URL', (given) => {
  expect(isValid?.(given === undefined ? [] : [given])).toBe(false);
  expect(parse?.(given === undefined ? [] : [given])).toBeUndefined();
});

test('a policy sees the parts by their names', () => {
  expect(parse?.(['pkg:deb/debian/curl@7.50.3-1?distro=jessie&arch=i386#usr/bin'])).toEqual({
    type: 'deb',
    namespace: 'debian',
    name: 'curl',
    version: '7.50.3-1',
    qualifiers: [
      { key: 'arch', value: 'i386' },
      { key: 'distro', value: 'jessie' },
    ],
    subpath: 'usr/bin',
  });
});
