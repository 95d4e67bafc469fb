// SPDX-License-Identifier: Apache-2.0
import { isBlank, isBlankOrEnd, isBreakOrEnd, restOfRow, type YamlCursor } from './cursor.ts';

const name = /[\w-]*/y;
/** Characters of a tag (libyaml lets brackets and commas be some of them, wherever the tag stands). */
const uri = /[\w\-;/?:@&=+$,.!~*'()[\]%]*/y;

/** The name behind `&` or `*`. */
export function scanAnchor(cursor: YamlCursor): string {
  cursor.at++;
  const found = cursor.match(name);
  const ends = isBlankOrEnd(cursor.code) || '?:,]}%@`'.includes(cursor.text.charAt(cursor.at));
  if (found === '' || !ends) cursor.fail('did not find expected alphabetic or numeric character');
  return found;
}

/** A tag as its handle and the rest: `!!str` is `!!` and `str`; what needs no directive has no handle. */
export function scanTag(cursor: YamlCursor): { readonly handle: string; readonly text: string } {
  const { line } = cursor;
  const tag = cursor.text.startsWith('!<', cursor.at) ? scanVerbatim(cursor) : scanShorthand(cursor);
  if (!isBlankOrEnd(cursor.code)) cursor.fail('did not find expected whitespace or line break', line);
  return tag;
}

function scanVerbatim(cursor: YamlCursor): { readonly handle: string; readonly text: string } {
  cursor.at += 2;
  const text = scanUri(cursor, false);
  if (cursor.code !== 0x3e) cursor.fail("did not find the expected '>'");
  cursor.at++;
  return { handle: '', text };
}

function scanShorthand(cursor: YamlCursor): { readonly handle: string; readonly text: string } {
  const handle = scanHandle(cursor);
  if (handle.length > 1 && handle.endsWith('!')) return { handle, text: scanUri(cursor, false) };
  const text = handle.slice(1) + scanUri(cursor, true);
  return text === '' ? { handle: '', text: '!' } : { handle: '!', text };
}

function scanHandle(cursor: YamlCursor): string {
  cursor.at++;
  const found = `!${cursor.match(name)}`;
  if (cursor.code !== 0x21) return found;
  cursor.at++;
  return `${found}!`;
}

function scanUri(cursor: YamlCursor, mayBeEmpty: boolean): string {
  const { at } = cursor;
  const found = cursor.match(uri);
  if (found === '' && !mayBeEmpty) cursor.fail('did not find expected tag URI');
  const wrong = found.search(/%(?![0-9A-Fa-f]{2})/);
  if (wrong >= 0) {
    cursor.at = at + wrong;
    cursor.fail('did not find URI escaped octet');
  }
  try {
    return found.includes('%') ? decodeURIComponent(found) : found;
  } catch {
    return cursor.fail('found an incorrect leading UTF-8 octet');
  }
}

export type Directive =
  | { readonly kind: 'version-directive'; readonly text: string }
  | { readonly kind: 'tag-directive'; readonly handle: string; readonly text: string };

/** `%YAML 1.1` or `%TAG !x! prefix`, up to the end of the row; others are refused, as by libyaml. */
export function scanDirective(cursor: YamlCursor): Directive {
  const { line } = cursor;
  cursor.at++;
  const word = cursor.match(name);
  if (word === '') cursor.fail('could not find expected directive name');
  if (!isBlankOrEnd(cursor.code)) cursor.fail('found unexpected non-alphabetical character');
  const directive = word === 'YAML' ? scanVersion(cursor) : word === 'TAG' ? scanTagDirective(cursor) : undefined;
  if (directive === undefined) return cursor.fail('found unknown directive name');
  skipBlanks(cursor);
  if (cursor.code === 0x23) cursor.match(restOfRow);
  if (!isBreakOrEnd(cursor.code)) cursor.fail('did not find expected comment or line break', line);
  if (cursor.code !== 0) cursor.nextRow();
  return directive;
}

function scanVersion(cursor: YamlCursor): Directive {
  skipBlanks(cursor);
  const number = (): string => {
    const digits = cursor.match(/[0-9]*/y);
    if (digits.length > 2) cursor.fail('found extremely long version number');
    if (digits === '') cursor.fail('did not find expected version number');
    return String(Number(digits));
  };
  const major = number();
  if (cursor.code !== 0x2e) cursor.fail("did not find expected digit or '.' character");
  cursor.at++;
  return { kind: 'version-directive', text: `${major}.${number()}` };
}

function scanTagDirective(cursor: YamlCursor): Directive {
  skipBlanks(cursor);
  if (cursor.code !== 0x21) cursor.fail("did not find expected '!'");
  const handle = scanHandle(cursor);
  if (handle !== '!' && !handle.endsWith('!')) cursor.fail("did not find expected '!'");
  if (!isBlank(cursor.code)) cursor.fail('did not find expected whitespace');
  skipBlanks(cursor);
  const text = scanUri(cursor, false);
  if (!isBlankOrEnd(cursor.code)) cursor.fail('did not find expected whitespace or line break');
  return { kind: 'tag-directive', handle, text };
}

function skipBlanks(cursor: YamlCursor): void {
  while (isBlank(cursor.code)) cursor.at++;
}
