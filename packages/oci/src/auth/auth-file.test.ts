// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OciError } from '../error.ts';
import { keyOf, keysFor, parseAuthFile } from './auth-file.ts';

test.each([
  ['https://index.docker.io/v1/', 'docker.io'],
  ['registry-1.docker.io', 'docker.io'],
  ['https://GHCR.io', 'ghcr.io'],
  ['http://127.0.0.1:5000/v2/', '127.0.0.1:5000'],
  ['quay.io/team', 'quay.io/team'],
])('%s is looked up as %s', (written, key) => {
  expect(keyOf(written)).toBe(key);
});

test('a repository is looked up from its own path to its host', () => {
  expect(keysFor('quay.io', 'a/b')).toEqual(['quay.io/a/b', 'quay.io/a', 'quay.io']);
  expect(keysFor('quay.io', undefined)).toEqual(['quay.io']);
});

test('a user name and password are read back as docker login wrote them', () => {
  const word = fc.string({ minLength: 1 }).filter((text) => !text.endsWith('\0') && !/[\ud800-\udfff]/.test(text));
  fc.assert(
    fc.property(
      word.filter((text) => !text.includes(':')),
      word,
      (username, password) => {
        const auth = Buffer.from(`${username}:${password}`).toString('base64');
        const file = parseAuthFile('config.json', JSON.stringify({ auths: { 'a.example': { auth } } }));
        expect(file.auths.get('a.example')).toEqual({ username, password });
      },
    ),
  );
});

test('any file is read or refused, and no refusal repeats what is in it', () => {
  const entry = fc.oneof(
    fc.jsonValue(),
    fc.record({ auth: fc.constant('c2VjcmV0d29yZA==') }),
    fc.constant({ auth: 7 }),
  );
  const file = fc.record({ auths: fc.oneof(fc.jsonValue(), fc.dictionary(fc.constant('a.example'), entry)) });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        file.map((value) => JSON.stringify(value)),
        fc.constant('{"secretword"'),
      ),
      (text) => {
        try {
          parseAuthFile('config.json', text);
        } catch (error) {
          expect(error).toBeInstanceOf(OciError);
          expect(String(error)).not.toMatch(/secretword|c2VjcmV0/);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a host named like a member of every object has no credentials of its own', () => {
  const file = parseAuthFile('config.json', '{"auths":{}}');
  expect([file.auths.get('constructor'), file.credHelpers.get('__proto__')]).toEqual([undefined, undefined]);
});
