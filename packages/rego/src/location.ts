// SPDX-License-Identifier: Apache-2.0

/**
 * One text that was parsed. Nodes carry only the offset (in UTF-16 code units) into the text of their module's source;
 * rows and columns are computed when somebody asks, which is rarely more than once a run.
 */
export interface Source {
  /** Name as given by the caller; empty for a query. */
  readonly file: string;
  readonly text: string;
}

/** A stretch of a text. */
export interface Span {
  readonly at: number;
  readonly end: number;
  /**
   * Where the text begins when that is before `at`. OPA places `(x + 1)` at `x` and still counts the length from the
   * parenthesis.
   */
  readonly from?: number;
}

/** A position people can read. Rows and columns start at 1; a column counts code points, as OPA's do. */
export interface Location {
  readonly file: string;
  readonly row: number;
  readonly col: number;
  /** UTF-16 offset into the source. */
  readonly offset: number;
}

/** Offsets at which each row begins, in ascending order; kept per source because errors and coverage ask repeatedly. */
const rowStarts = new WeakMap<Source, readonly number[]>();

/** Turns an offset of a source into file, row and column. */
export function locate(source: Source, offset: number): Location {
  const row = rowOf(source, offset);
  const start = startsOf(source)[row - 1] ?? 0;
  // OPA's scanner stands on the last character when the text is over.
  const ahead = offset < source.text.length ? 1 : 0;
  return { file: source.file, row, col: countCodePoints(source.text, start, offset) + ahead, offset };
}

/** The row (from 1) an offset lies in; cheaper than {@link locate} when the column does not matter. */
export function rowOf(source: Source, offset: number): number {
  const starts = startsOf(source);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** The text of one row (from 1) without its line end; empty when there is no such row. */
export function rowText(source: Source, row: number): string {
  const start = startsOf(source)[row - 1];
  if (start === undefined) return '';
  const end = source.text.indexOf('\n', start);
  return source.text.slice(start, end < 0 ? undefined : end);
}

/** Orders locations by file, row and column. */
export function compareLocations(a: Location, b: Location): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.row - b.row || a.col - b.col;
}

function startsOf(source: Source): readonly number[] {
  const known = rowStarts.get(source);
  if (known) return known;
  const starts = [0];
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1)) starts.push(at + 1);
  rowStarts.set(source, starts);
  return starts;
}

function countCodePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    // The second half of a surrogate pair belongs to the code point counted before it.
    if (unit < 0xdc00 || unit > 0xdfff) count++;
  }
  return count;
}
