// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { Scanner } from './scanner.ts';
import { addKeywords, baseKeywords, T, tokenName, v1Keywords } from './token.ts';

function scan(text: string): readonly string[] {
  const scanner = new Scanner(text, addKeywords(baseKeywords, v1Keywords));
  const found: string[] = [];
  for (;;) {
    scanner.skipWhitespace();
    scanner.scan();
    if (scanner.token === T.eof) return found;
    const shown = scanner.word === '' ? tokenName(scanner.token) : `${tokenName(scanner.token)} ${scanner.word}`;
    found.push(...scanner.problems.map((problem) => `! ${problem}`), shown);
  }
}

describe('the scanner', () => {
  it('reads words, keywords, numbers and operators', () => {
    expect(scan('some x1 in _y := 0.5e-3 >= .7')).toEqual([
      'some some',
      'identifier x1',
      'in in',
      'identifier _y',
      'assign',
      'number 0.5e-3',
      'gte',
      '.',
      'number 7',
    ]);
  });

  it('takes a whole malformed number as one token', () => {
    expect(scan('0a2b')).toEqual(['! illegal number format', 'number 0a2b']);
    expect(scan('1.')).toEqual(['! expected fraction', 'number 1.']);
    expect(scan('1e+')).toEqual(['! expected exponent', 'number 1e+']);
  });

  it('ends a string at its quote, not at an escaped one', () => {
    expect(scan('"a\\"b" `c\\` d')).toEqual(['string', 'string', 'identifier d']);
    expect(scan('"a\n')).toEqual(['! non-terminated string', 'string']);
    expect(scan('"\\q"')).toEqual(['! illegal escape sequence', 'string']);
  });

  it('reads template strings up to their expressions', () => {
    expect(scan('$"a \\{b} {')).toEqual(['template-string-part "a {b} {']);
    expect(scan('$`a`')).toEqual(['raw-template-string-end `a`']);
  });

  it('points at characters that may not occur', () => {
    expect(scan('a @ b ! c')).toEqual([
      'identifier a',
      'illegal',
      'identifier b',
      '! illegal ! character',
      'illegal',
      'identifier c',
    ]);
    expect(scan('a\u00a0b')).toContain('! illegal non-breaking space character, use a regular space instead');
    expect(scan('a \0')).toContain('! illegal null character');
    expect(scan('\ufeffa')).toEqual(['identifier a']);
    expect(scan('a \ufeff')).toContain('! illegal byte-order mark');
  });
});
