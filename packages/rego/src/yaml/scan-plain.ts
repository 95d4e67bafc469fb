// SPDX-License-Identifier: Apache-2.0
import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, isFlowIndicator, type YamlCursor } from './cursor.ts';

/** A scalar without quotes. It goes on in the next rows as long as these are indented deeper than the block around it. */
export function scanPlain(cursor: YamlCursor): string {
  const indent = cursor.indent + 1;
  const { line } = cursor;
  let text = '';
  let joint = '';
  for (;;) {
    if (cursor.atDocumentMark() || cursor.code === 0x23) break;
    const row = plainRow(cursor);
    if (row === '') break;
    text = text === '' ? row : text + joint + row;
    joint = '';
    if (!isBreak(cursor.code)) break;
    joint = foldedRows(cursor, () => {
      if (cursor.column < indent && cursor.code === 0x09) {
        cursor.fail('found a tab character that violates indentation', line);
      }
    });
    if (cursor.flowLevel === 0 && cursor.column < indent) break;
  }
  // Behind the end of a row that was none of the scalar's a key may begin.
  if (joint !== '') cursor.keyAllowed = true;
  return text;
}

/** The rest of the row up to a comment, `: ` or, inside brackets, an indicator; blanks at its end are left out. */
function plainRow(cursor: YamlCursor): string {
  const { text, at: start } = cursor;
  const inFlow = cursor.flowLevel > 0;
  let end = start;
  let at = start;
  for (; ; at++) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) continue;
    if (isBreakOrEnd(code)) break;
    if (code === 0x23 && at > end) break;
    if (code === 0x3a && isBlankOrEnd(text.charCodeAt(at + 1))) break;
    if (inFlow && (code === 0x3f || isFlowIndicator(code))) break;
    end = at + 1;
  }
  cursor.at = at;
  return text.slice(start, end);
}

/**
 * Moves over ends of rows and the blanks around them and gives what they stand for: one LF is a space, further ones are
 * kept, and so are separators of Unicode.
 */
export function foldedRows(cursor: YamlCursor, checkBlank?: () => void): string {
  const first = cursor.nextRow();
  const further = blankRows(cursor, checkBlank);
  if (first !== '\n') return first + further;
  return further === '' ? ' ' : further;
}

/** Moves over blanks and ends of rows; gives the ends. */
export function blankRows(cursor: YamlCursor, checkBlank?: () => void): string {
  let rows = '';
  for (;;) {
    if (isBlank(cursor.code)) {
      checkBlank?.();
      cursor.at++;
    } else if (isBreak(cursor.code)) rows += cursor.nextRow();
    else return rows;
  }
}
