// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrap } from './wrap.ts';

describe('long lines', () => {
  it('break before the word that would pass the width', () => {
    expect(wrap('one two three four', 9)).toBe('one two\nthree\nfour');
  });

  it('keep a word that is as long as a line', () => {
    expect(wrap('a 123456789012 b', 10)).toBe('a\n123456789012\nb');
  });

  it('keep line breaks, and spaces at the end that fit', () => {
    expect(wrap('a \nb  c', 10)).toBe('a \nb  c');
  });

  it('never lose a word', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,20}$/)), fc.integer({ min: 5, max: 40 }), (words, width) => {
        expect(wrap(words.join(' '), width).split(/\s/).filter(Boolean)).toEqual(words);
      }),
    );
  });
});
