// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OciError } from './error.ts';
import { formatReference, parseReference } from './reference.ts';

const HEX = 'a'.repeat(64);

describe('an image reference', () => {
  test.each([
    ['alpine', { registry: 'docker.io', repository: 'library/alpine' }],
    ['alpine:3.20', { registry: 'docker.io', repository: 'library/alpine', tag: '3.20' }],
    ['acme/app', { registry: 'docker.io', repository: 'acme/app' }],
    ['docker.io/alpine', { registry: 'docker.io', repository: 'library/alpine' }],
    ['index.docker.io/acme/app', { registry: 'docker.io', repository: 'acme/app' }],
    ['localhost/app', { registry: 'localhost', repository: 'app' }],
    ['localhost:5000/app:v1', { registry: 'localhost:5000', repository: 'app', tag: 'v1' }],
    ['ghcr.io/acme/app', { registry: 'ghcr.io', repository: 'acme/app' }],
    ['Registry/app', { registry: 'Registry', repository: 'app' }],
    ['[::1]:5000/app', { registry: '[::1]:5000', repository: 'app' }],
    ['[2001:db8::1]/a/b:t', { registry: '[2001:db8::1]', repository: 'a/b', tag: 't' }],
    ['127.0.0.1:5000/a/b__c-d.e', { registry: '127.0.0.1:5000', repository: 'a/b__c-d.e' }],
    [`ghcr.io/a/b@sha256:${HEX}`, { registry: 'ghcr.io', repository: 'a/b', digest: `sha256:${HEX}` }],
    [`ghcr.io/a/b:v1@sha256:${HEX}`, { registry: 'ghcr.io', repository: 'a/b', tag: 'v1', digest: `sha256:${HEX}` }],
    [`a/b@sha512:${HEX}${HEX}`, { registry: 'docker.io', repository: 'a/b', digest: `sha512:${HEX}${HEX}` }],
  ])('%s is read as the distribution project reads it', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  test.each([
    [''],
    ['UPPER'],
    ['ghcr.io/Acme/app'],
    ['ghcr.io/'],
    ['ghcr.io//app'],
    ['/app'],
    ['app:'],
    ['app:-tag'],
    [`app:${'t'.repeat(129)}`],
    ['app@sha256:abc'],
    [`app@sha256:${'A'.repeat(64)}`],
    [`app@md5:${'a'.repeat(32)}`],
    ['a___b/c'],
    ['a..b/c'],
    ['a_-b'],
    ['host:99999/app'],
    ['-host.example/app'],
    ['https://ghcr.io/app'],
    ['app\n'],
    [' app'],
    [HEX],
    [`ghcr.io/${'a'.repeat(256)}`],
    [`ghcr.io/${'a/'.repeat(600)}a`],
    ['[::1/app'],
    ['user@host.example/app'],
  ])('%j is refused with a sentence', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'bad-reference', name: 'OciError' }));
  });

  test('what is written is read back as it was', () => {
    const component = fc.stringMatching(/^[a-z0-9]+(?:(?:\.|_|__|-{1,3})[a-z0-9]+){0,2}$/);
    const reference = fc
      .record(
        {
          registry: fc.constantFrom('ghcr.io', 'localhost', '127.0.0.1:5000', '[::1]:443', 'docker.io'),
          repository: fc.array(component, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/').slice(0, 200)),
          tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
          digest: fc.stringMatching(/^[0-9a-f]{64}$/).map((hex): `sha256:${string}` => `sha256:${hex}`),
        },
        { requiredKeys: ['registry', 'repository'] },
      )
      .filter(({ repository }) => /[a-z0-9]$/.test(repository));
    fc.assert(
      fc.property(reference, (value) => {
        expect(parseReference(formatReference(value))).toEqual(value);
      }),
    );
  });

  test('any text is either read or refused with an OciError, and soon', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9._:@/-]{0,80}$/)), (text) => {
        try {
          const reference = parseReference(text);
          expect(parseReference(formatReference(reference))).toEqual(reference);
        } catch (error) {
          expect(error).toBeInstanceOf(OciError);
        }
      }),
      { numRuns: 500 },
    );
    expect(() => parseReference(`${'a-'.repeat(400)}!`)).toThrow(OciError);
  });
});
