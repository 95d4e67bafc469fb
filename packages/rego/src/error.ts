// SPDX-License-Identifier: Apache-2.0
import { compareLocations, type Location, locate, type Source } from './location.ts';

/** OPA's codes, so that an error can be looked up where people already search, and ours for what OPA has no word for. */
export type RegoErrorCode =
  | 'rego_parse_error'
  | 'rego_compile_error'
  | 'rego_type_error'
  | 'rego_unsafe_var_error'
  | 'rego_recursion_error'
  | 'eval_internal_error'
  | 'eval_conflict_error'
  | 'eval_type_error'
  | 'eval_builtin_error'
  | 'eval_with_merge_error'
  | 'eval_cancel_error'
  /** A limit of limits.ts was hit. */
  | 'rego_limit_error'
  /** A lent built-in could not answer within its rounds. */
  | 'eval_host_error';

/** One finding about a policy or its evaluation. */
export class RegoError extends Error {
  override readonly name = 'RegoError';
  readonly code: RegoErrorCode;
  /** The finding alone, without position and code. */
  readonly reason: string;
  readonly location: Location | undefined;
  /** Lines OPA prints below the message: the row with a caret, or what a type error had and wanted. */
  readonly details: readonly string[];

  constructor(
    code: RegoErrorCode,
    reason: string,
    options: { location?: Location | undefined; details?: readonly string[]; cause?: unknown } = {},
  ) {
    super(errorText(code, reason, options.location, options.details ?? []), { cause: options.cause });
    this.code = code;
    this.reason = reason;
    this.location = options.location;
    this.details = options.details ?? [];
  }
}

/** Everything one phase found, sorted by position. Thrown by parse and compile. */
export class RegoErrors extends Error {
  override readonly name = 'RegoErrors';
  readonly errors: readonly RegoError[];

  constructor(errors: readonly RegoError[]) {
    const sorted = sortErrors(errors);
    super(errorsText(sorted));
    this.errors = sorted;
  }

  /** Code of the first finding. */
  get code(): RegoErrorCode {
    return this.errors[0]?.code ?? 'rego_compile_error';
  }
}

/** An error at an offset of a source, with the row and a caret below it as OPA's parser prints them. */
export function errorAt(
  source: Source,
  at: number,
  code: RegoErrorCode,
  reason: string,
  details: readonly string[] = [],
): RegoError {
  return new RegoError(code, reason, { location: locate(source, at), details });
}

/** The row an offset lies in and a caret below it, as OPA prints them: trailing whitespace is passed over leftwards. */
export function caretLines(source: Source, offset: number): readonly string[] {
  const { text } = source;
  let at = Math.max(0, Math.min(offset, text.length - 1));
  while (at > 0 && isSpace(text.charCodeAt(at))) at--;
  let begin = at;
  while (begin > 0 && !isRowEnd(text.charCodeAt(begin - 1))) begin--;
  if (isRowEnd(text.charCodeAt(at))) begin = at + 1;
  let end = Math.max(at, begin);
  while (end < text.length && !isRowEnd(text.charCodeAt(end))) end++;
  const row = text.slice(begin, end);
  const shown = row.replace(/^\t+/, '');
  const before = row.slice(row.length - shown.length, Math.max(0, at - begin));
  return [shown, `${' '.repeat([...before].length)}^`];
}

function isRowEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0x85 || code === 0xa0;
}

/** Sorted by location, then by text; findings without a location come last. */
export function sortErrors(errors: readonly RegoError[]): readonly RegoError[] {
  return errors.toSorted((a, b) => {
    if (a.location && b.location) return compareLocations(a.location, b.location) || compareText(a.message, b.message);
    if (a.location || b.location) return a.location ? -1 : 1;
    return compareText(a.message, b.message);
  });
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function errorText(
  code: RegoErrorCode,
  reason: string,
  location: Location | undefined,
  details: readonly string[],
): string {
  const head = `${code}: ${reason}`;
  const lines = [location ? `${locationText(location)}: ${head}` : head, ...details];
  return lines.join('\n\t');
}

function locationText(location: Location): string {
  return location.file === '' ? `${location.row}:${location.col}` : `${location.file}:${location.row}`;
}

function errorsText(errors: readonly RegoError[]): string {
  if (errors.length === 1) return `1 error occurred: ${errors[0]?.message}`;
  return `${errors.length} errors occurred:\n${errors.map((error) => error.message).join('\n')}`;
}
