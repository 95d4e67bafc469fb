// SPDX-License-Identifier: Apache-2.0
import { YamlError } from './node.ts';

/**
 * A place in YAML text. The text ends in a NUL, which it cannot contain otherwise, and its rows end in LF, but for those
 * that end in one of Unicode's separators, which are kept.
 */
export class YamlCursor {
  readonly text: string;
  at = 0;
  /** Rows before the current one. */
  line = 0;
  lineStart = 0;
  /** Brackets that are open; columns count outside of them only. */
  flowLevel = 0;
  /** Column of the innermost block. */
  indent = -1;
  /** Whether what comes next may be a key without `?`. */
  keyAllowed = true;
  /** Whether `\/` and pairs of surrogates are escapes, as in JSON; go-yaml refuses them. */
  readonly jsonEscapes: boolean;

  /** @throws {YamlError} On characters that YAML has no place for. */
  constructor(text: string, jsonEscapes: boolean) {
    if (/[^\t\n\r\x20-\x7e\x85\xa0-\ufffd]/.test(text)) throw new YamlError('control characters are not allowed', 0);
    const rows = /[\r\x85]/.test(text) ? text.replace(/\r\n?|\x85/g, '\n') : text;
    this.text = `${rows.startsWith('\ufeff') ? rows.slice(1) : rows}\0`;
    this.jsonEscapes = jsonEscapes;
  }

  get code(): number {
    return this.text.charCodeAt(this.at);
  }

  get column(): number {
    return this.at - this.lineStart;
  }

  /** Moves over the end of a row and gives it. */
  nextRow(): string {
    const end = this.text.charAt(this.at);
    this.at++;
    this.line++;
    this.lineStart = this.at;
    return end;
  }

  /** Moves over what a pattern with the flag `y` finds here, and gives it. */
  match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  /** Whether `---` or `...` stands at the start of this row. */
  atDocumentMark(): boolean {
    const { text, at } = this;
    if (at !== this.lineStart) return false;
    return (text.startsWith('---', at) || text.startsWith('...', at)) && isBlankOrEnd(text.charCodeAt(at + 3));
  }

  /** A mistake in the characters: go-yaml names the row where the thing began that is wrong, if that is not the first. */
  fail(problem: string, from: number = this.line): never {
    const line = from || this.line;
    throw new YamlError(problem, line === 0 ? 0 : line + 1, this.line + 1);
  }
}

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

export function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x2028 || code === 0x2029;
}

export function isBreakOrEnd(code: number): boolean {
  return code === 0x0a || code === 0 || code === 0x2028 || code === 0x2029;
}

export function isBlankOrEnd(code: number): boolean {
  return code === 0x20 || code === 0x09 || isBreakOrEnd(code);
}

export const restOfRow: RegExp = /[^\n\u2028\u2029\0]*/y;

/** `,[]{}` */
export function isFlowIndicator(code: number): boolean {
  return code === 0x2c || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;
}
