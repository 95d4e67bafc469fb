// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowerCharacter, lowered, toBytes, toText } from './byte-text.ts';

test('text that is well-formed survives as bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(toText(toBytes(text))).toBe(text);
    }),
  );
});

test('lower case is that of whole characters, in bytes', () => {
  expect(toText(lowered(toBytes('ÀΣ\u212a')))).toBe('àσk');
  expect(toText(lowered('\xc3\xff'))).toBe('\ufffd\ufffd');
});

// The digest is that of the lines `code lower` which Go 1.26.3 prints of unicode.ToLower (Unicode 15) for every code point
// that it changes. It fails when a newer Node knows more letters: they belong into the list in byte-text.ts then.
test('every letter has the lower case that Go gives it', () => {
  const lines: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const lower = lowerCharacter(String.fromCodePoint(code)).codePointAt(0);
    if (lower !== code) lines.push(`${code} ${lower}`);
  }
  expect(lines).toHaveLength(1433);
  expect(createHash('sha256').update(lines.join('\n')).digest('hex')).toBe(
    '1549af8040ae9c07cb1cc3928a9394bf003fda46b21b918be798cd90a9c6e99b',
  );
});
