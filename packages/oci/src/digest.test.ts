// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cosignTag, createDigester, digestOf, isDigest, parseDigest, referrersTag } from './digest.ts';
import { emptyJsonDescriptor } from './media-types.ts';

test('the empty descriptor has the digest that the image specification prints', () => {
  expect(emptyJsonDescriptor).toMatchObject({
    size: 2,
    digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  });
});

test('a running digest of pieces is the digest of the whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array()),
      fc.constantFrom('sha256' as const, 'sha512' as const),
      (parts, algorithm) => {
        const digester = createDigester(algorithm);
        for (const part of parts) digester.update(part);
        expect(digester.digest()).toBe(digestOf(Buffer.concat(parts), algorithm));
      },
    ),
  );
});

test.each([
  ['sha256:abc'],
  ['sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  [`sha256:${'A'.repeat(64)}`],
  [`sha256:${'a'.repeat(64)}\n`],
])('%j is no digest that can be verified', (text) => {
  expect(isDigest(text)).toBe(false);
  expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'bad-digest' }));
});

test('tags made of digests are those that cosign and the referrers tag schema use', () => {
  const digest = `sha256:${'a'.repeat(64)}` as const;
  expect(cosignTag(digest, 'sig')).toBe(`sha256-${'a'.repeat(64)}.sig`);
  expect(referrersTag(digest)).toBe(`sha256-${'a'.repeat(64)}`);
  expect(referrersTag(`sha512:${'b'.repeat(128)}`)).toBe(`sha512-${'b'.repeat(64)}`);
});
