// SPDX-License-Identifier: Apache-2.0
import { isBlank, isBreak, isBreakOrEnd, type YamlCursor } from './cursor.ts';
import { blankRows, foldedRows } from './scan-plain.ts';

const rowOf = { single: /[^'\n\u2028\u2029\0]*/y, double: /[^"\\\n\u2028\u2029\0]*/y } as const;

/** A scalar in quotes; the cursor stands on the first. */
export function scanSingleQuoted(cursor: YamlCursor): string {
  return scanQuoted(cursor, 'single');
}

export function scanDoubleQuoted(cursor: YamlCursor): string {
  return scanQuoted(cursor, 'double');
}

function scanQuoted(cursor: YamlCursor, kind: 'single' | 'double'): string {
  const { line } = cursor;
  let text = '';
  cursor.at++;
  for (;;) {
    const run = cursor.match(rowOf[kind]);
    const { code } = cursor;
    if (isBreakOrEnd(code)) {
      text += withoutBlankEnd(run);
      if (code === 0) cursor.fail('found unexpected end of stream', line);
      text += foldedRows(cursor);
      if (cursor.atDocumentMark()) cursor.fail('found unexpected document indicator', line);
    } else if (code === 0x5c) {
      text += run;
      text += scanEscape(cursor, line);
    } else {
      text += run;
      cursor.at++;
      if (kind === 'double' || cursor.code !== 0x27) return text;
      text += "'";
      cursor.at++;
    }
  }
}

function withoutBlankEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

const hexLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function scanEscape(cursor: YamlCursor, line: number): string {
  const character = cursor.text.charAt(cursor.at + 1);
  const simple = escapes[character];
  if (simple !== undefined) {
    cursor.at += 2;
    return simple;
  }
  if (isBreak(character.charCodeAt(0))) {
    cursor.at++;
    cursor.nextRow();
    const rows = blankRows(cursor);
    if (cursor.atDocumentMark()) cursor.fail('found unexpected document indicator', line);
    return rows;
  }
  if (character === '/' && cursor.jsonEscapes) {
    cursor.at += 2;
    return '/';
  }
  const length = hexLengths[character];
  if (length === undefined) return cursor.fail('found unknown escape character', line);
  cursor.at += 2;
  const code = scanHex(cursor, length, line);
  if (code >= 0xd800 && code < 0xdc00 && cursor.jsonEscapes && cursor.text.startsWith('\\u', cursor.at)) {
    cursor.at += 2;
    const low = scanHex(cursor, 4, line);
    if (low >= 0xdc00 && low < 0xe000) return String.fromCharCode(code, low);
  }
  if ((code >= 0xd800 && code < 0xe000) || code > 0x10ffff) {
    cursor.fail('found invalid Unicode character escape code', line);
  }
  return String.fromCodePoint(code);
}

function scanHex(cursor: YamlCursor, length: number, line: number): number {
  const digits = cursor.text.slice(cursor.at, cursor.at + length);
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) {
    cursor.fail('did not find expected hexdecimal number', line);
  }
  cursor.at += length;
  return Number.parseInt(digits, 16);
}
