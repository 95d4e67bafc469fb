// SPDX-License-Identifier: Apache-2.0
import { isBlankOrEnd, type YamlReader } from './reader.ts';

/** The characters of scalars: plain, quoted and block. Each function stands on the first and leaves behind the last. */

export function readSingleQuoted(reader: YamlReader): string {
  const line = reader.lineOf();
  reader.at++;
  let text = '';
  for (;;) {
    const end = reader.text.indexOf("'", reader.at);
    if (end < 0) reader.fail('found unexpected end of stream', line);
    text += reader.text.slice(reader.at, end);
    reader.at = end + 1;
    if (reader.code !== 0x27) return foldQuoted(text);
    text += "'";
    reader.at++;
  }
}

export function readDoubleQuoted(reader: YamlReader): string {
  const line = reader.lineOf();
  reader.at++;
  const parts: string[] = [];
  let start = reader.at;
  for (;;) {
    const { code } = reader;
    if (code < 0) reader.fail('found unexpected end of stream', line);
    if (code === 0x22) break;
    if (code !== 0x5c) {
      reader.at++;
      continue;
    }
    parts.push(foldQuoted(reader.text.slice(start, reader.at)));
    parts.push(readEscape(reader));
    start = reader.at;
  }
  parts.push(foldQuoted(reader.text.slice(start, reader.at)));
  reader.at++;
  return parts.join('').toWellFormed();
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
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

const hexLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function readEscape(reader: YamlReader): string {
  const character = reader.text.charAt(reader.at + 1);
  reader.at += 2;
  const simple = escapes[character];
  if (simple !== undefined) return simple;
  if (character === '\n') {
    while (reader.code === 0x20 || reader.code === 0x09) reader.at++;
    return '';
  }
  const length = hexLengths[character];
  if (length === undefined) return reader.fail('found unknown escape character');
  const digits = reader.text.slice(reader.at, reader.at + length);
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) {
    return reader.fail('did not find expected hexdecimal number');
  }
  const code = Number.parseInt(digits, 16);
  if (code > 0x10ffff) return reader.fail('found invalid Unicode character escape code');
  reader.at += length;
  return String.fromCodePoint(code);
}

/** Ends of rows inside quotes: one is a space, more are one less. */
function foldQuoted(text: string): string {
  if (!text.includes('\n')) return text;
  return text.replace(/[ \t]*\n(?:[ \t]*\n)*[ \t]*/g, (breaks) => {
    const rows = breaks.split('\n').length - 1;
    return rows === 1 ? ' ' : '\n'.repeat(rows - 1);
  });
}

/** A plain scalar; outside of brackets it may go on in rows indented deeper than its parent. */
export function readPlain(reader: YamlReader, parentIndent: number, inFlow: boolean): string {
  let text = readPlainRow(reader, inFlow);
  for (;;) {
    const mark = reader.at;
    const gap = /^[ \t]*\n(?:[ \t]*\n)*[ \t]*/.exec(reader.text.slice(mark, mark + 4096))?.[0];
    if (gap === undefined) break;
    reader.at = mark + gap.length;
    const isContinued =
      !reader.ended &&
      (inFlow || reader.column() > parentIndent) &&
      reader.code !== 0x23 &&
      !reader.atDocumentMark() &&
      canGoOn(reader, inFlow);
    if (!isContinued) {
      reader.at = mark;
      break;
    }
    const rows = gap.split('\n').length - 1;
    text += (rows === 1 ? ' ' : '\n'.repeat(rows - 1)) + readPlainRow(reader, inFlow);
  }
  return text;
}

/** A row that would be a key of its own does not continue the scalar of the row before; inside brackets, a bracket ends it. */
function canGoOn(reader: YamlReader, inFlow: boolean): boolean {
  return !inFlow || !flowIndicators.includes(reader.text.charAt(reader.at));
}

const flowIndicators = ',[]{}';

function readPlainRow(reader: YamlReader, inFlow: boolean): string {
  const start = reader.at;
  let end = start;
  for (let at = start; at < reader.text.length; at++) {
    const code = reader.text.charCodeAt(at);
    if (code === 0x0a) break;
    if (code === 0x3a && endsKey(reader.text, at, inFlow)) break;
    if (code === 0x23 && at > start && isBlankOrEnd(reader.text.charCodeAt(at - 1))) break;
    if (inFlow && flowIndicators.includes(reader.text.charAt(at))) break;
    if (code !== 0x20 && code !== 0x09) end = at + 1;
  }
  reader.at = end;
  return reader.text.slice(start, end);
}

function endsKey(text: string, at: number, inFlow: boolean): boolean {
  const following = text.charCodeAt(at + 1);
  return isBlankOrEnd(following) || (inFlow && flowIndicators.includes(text.charAt(at + 1)));
}

/** A block scalar, `|` or `>`, with its indentation and chomping marks. */
export function readBlockScalar(reader: YamlReader, parentIndent: number): string {
  const folded = reader.code === 0x3e;
  const header = /^[|>]([+-]?)([1-9]?)([+-]?)/.exec(reader.text.slice(reader.at, reader.at + 4));
  const chomp = (header?.[1] || header?.[3]) ?? '';
  reader.at += header?.[0].length ?? 1;
  reader.skipInline();
  if (!reader.ended && reader.code !== 0x0a) reader.fail('did not find expected comment or line break');
  reader.at++;
  const rows = blockRows(reader, header?.[2] ? Math.max(parentIndent, 0) + Number(header[2]) : undefined, parentIndent);
  return chompRows(folded ? foldRows(rows) : rows.join('\n'), rows, chomp);
}

function blockRows(reader: YamlReader, given: number | undefined, parentIndent: number): readonly string[] {
  const rows: string[] = [];
  let indent = given;
  while (reader.at < reader.text.length) {
    const end = reader.text.indexOf('\n', reader.at);
    const row = reader.text.slice(reader.at, end < 0 ? undefined : end);
    const depth = row.length - row.trimStart().length;
    const isBlank = /^ *$/.test(row);
    if (!isBlank && indent === undefined) indent = /^ */.exec(row)?.[0].length ?? 0;
    if (!isBlank && ((indent ?? 0) <= parentIndent || depth < (indent ?? 0))) break;
    rows.push(isBlank ? row.slice(indent ?? row.length) : row.slice(indent ?? 0));
    reader.at = end < 0 ? reader.text.length : end + 1;
  }
  // The end of the last row belongs to what follows, so that indentation can be measured.
  if (rows.length > 0 && !reader.ended) reader.at--;
  return rows;
}

function chompRows(text: string, rows: readonly string[], chomp: string): string {
  if (rows.length === 0) return '';
  if (chomp === '+') return `${text}\n`;
  const content = text.replace(/\n+$/, '');
  return chomp === '-' || content === '' ? content : `${content}\n`;
}

/** Neighbouring rows are joined by spaces; blank rows and deeper ones keep their ends. */
function foldRows(rows: readonly string[]): string {
  let text = '';
  let previous: string | undefined;
  for (const row of rows) {
    if (previous !== undefined) {
      const keeps = /^[ \t]/.test(row) || /^[ \t]/.test(previous);
      if (row === '') text += previous === '' || keeps ? '\n' : '\n';
      else if (previous === '') text += keeps ? '\n' : '';
      else text += keeps ? '\n' : ' ';
    }
    text += row;
    previous = row;
  }
  return text;
}
