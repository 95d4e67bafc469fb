// SPDX-License-Identifier: Apache-2.0
import { isBlank, isBreak, isBreakOrEnd, restOfRow, type YamlCursor } from './cursor.ts';

interface Header {
  readonly folded: boolean;
  readonly chomp: string;
  /** Given by a digit; 0 leaves it to the first row that is not empty. */
  readonly indent: number;
  readonly line: number;
}

/** A block scalar; the cursor stands on its `|` or `>` and is left at the first row that is none of its own. */
export function scanBlockScalar(cursor: YamlCursor): string {
  const header = scanHeader(cursor);
  let { indent } = header;
  let text = '';
  let leadingBreak = '';
  let wasBlank = false;
  const breaks = (): string => {
    const found = scanBreaks(cursor, indent, header.line);
    indent = found.indent;
    return found.rows;
  };
  let trailing = breaks();
  while (cursor.column === indent && cursor.code !== 0) {
    const startsBlank = isBlank(cursor.code);
    const folds = header.folded && leadingBreak === '\n' && !wasBlank && !startsBlank;
    if (!folds) text += leadingBreak;
    else if (trailing === '') text += ' ';
    text += trailing + cursor.match(restOfRow);
    wasBlank = startsBlank;
    leadingBreak = isBreak(cursor.code) ? cursor.nextRow() : '';
    trailing = breaks();
  }
  if (header.chomp !== '-') text += leadingBreak;
  return header.chomp === '+' ? text + trailing : text;
}

function scanHeader(cursor: YamlCursor): Header {
  const { line } = cursor;
  const [mark = '', before = '', digit = '', after = ''] =
    /^[|>]([+-]?)([0-9]?)([+-]?)/.exec(cursor.text.slice(cursor.at, cursor.at + 4)) ?? [];
  if (digit === '0') cursor.fail('found an indentation indicator equal to 0', line);
  // A second mark of the same kind is left for the check of the row's end.
  cursor.at += mark.length - (before !== '' && after !== '' ? 1 : 0);
  const folded = mark.startsWith('>');
  while (isBlank(cursor.code)) cursor.at++;
  if (cursor.code === 0x23) cursor.match(restOfRow);
  if (!isBreakOrEnd(cursor.code)) cursor.fail('did not find expected comment or line break', line);
  if (cursor.code !== 0) cursor.nextRow();
  const given = digit === '' ? 0 : Math.max(cursor.indent, 0) + Number(digit);
  return { folded, chomp: before || after, indent: given, line };
}

/** Moves over empty rows and the indentation of the next; measures it where it was not given. */
function scanBreaks(
  cursor: YamlCursor,
  given: number,
  line: number,
): { readonly rows: string; readonly indent: number } {
  let rows = '';
  let deepest = 0;
  for (;;) {
    while ((given === 0 || cursor.column < given) && cursor.code === 0x20) cursor.at++;
    deepest = Math.max(deepest, cursor.column);
    if ((given === 0 || cursor.column < given) && cursor.code === 0x09) {
      cursor.fail('found a tab character where an indentation space is expected', line);
    }
    if (!isBreak(cursor.code)) break;
    rows += cursor.nextRow();
  }
  return { rows, indent: given || Math.max(deepest, cursor.indent + 1, 1) };
}
