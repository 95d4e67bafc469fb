// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inChunks } from './chunks.ts';

const parts = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });

test('pieces are all of one size but the last, and together they are the content', async () => {
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 1, max: 50 }), fc.boolean(), async (content, size, streamed) => {
      const whole = Buffer.concat(content);
      const source = async () =>
        (async function* () {
          yield* content;
        })();
      const pieces: Uint8Array[] = [];
      for await (const piece of inChunks(streamed ? source : whole, size)) pieces.push(piece);
      expect(Buffer.concat(pieces)).toEqual(whole);
      expect(pieces.slice(0, -1).every(({ length }) => length === size)).toBe(true);
      expect(pieces.every(({ length }) => length > 0 && length <= size)).toBe(true);
    }),
  );
});
