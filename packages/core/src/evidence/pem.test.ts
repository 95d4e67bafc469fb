// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pemBlocks } from './pem.ts';

const block = (bytes: Uint8Array, label = 'CERTIFICATE') =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;

test('every block of the kind comes back, and no other', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (list) => {
      const text = list.map((bytes) => `a comment\n${block(bytes)}${block(bytes, 'PUBLIC KEY')}`).join('');
      expect(pemBlocks(text, 'CERTIFICATE').map((bytes) => [...bytes])).toEqual(list.map((bytes) => [...bytes]));
    }),
  );
});

test('a block that does not end is none', () => {
  expect(pemBlocks('-----BEGIN CERTIFICATE-----\nAAAA', 'CERTIFICATE')).toEqual([]);
  expect(pemBlocks('', 'CERTIFICATE')).toEqual([]);
});

test('a text of a million beginnings is read once', () => {
  const text = '-----BEGIN CERTIFICATE----- '.repeat(200_000);
  expect(pemBlocks(text, 'CERTIFICATE')).toEqual([]);
  expect(pemBlocks(`${text}-----END CERTIFICATE-----`, 'CERTIFICATE')).toHaveLength(1);
});
