// SPDX-License-Identifier: Apache-2.0
import { parseNumber } from '../value/number.ts';
import { ObjectBuilder } from '../value/object.ts';
import { SetBuilder } from '../value/set.ts';
import type { Value } from '../value/value.ts';
import type { Constant } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { checkNumber } from './number-literal.ts';
import { T } from './token.ts';

/**
 * A short cut for arrays, objects and sets of nothing but literals.
 *
 * More than half of the text of real policies is JSON Schema. Reading it token by token, with a node and a mark for
 * each, would take most of the parser's time; this reads it like JSON, straight into one value. Whatever is no plain
 * literal (a variable, a comment, a comprehension, a mistake) makes it give up without a word, and the grammar reads
 * the same text in its own way. The brackets that were open then are noted, so that no text is tried three times.
 */
export function parseLiteralCollection(cursor: Cursor): Constant | undefined {
  const { start } = cursor;
  if (cursor.notLiteral.has(start) || !cursor.scanner.clean) return undefined;
  const reader = new LiteralReader(cursor.scanner.text, start, cursor.context.limits.maxDepth);
  const value = reader.read();
  if (value === undefined) {
    for (const open of reader.open) cursor.notLiteral.add(open);
    return undefined;
  }
  cursor.jump(reader.at);
  cursor.token = T.rightBracket;
  return { kind: 'constant', value, at: start };
}

class LiteralReader {
  readonly text: string;
  readonly maxDepth: number;
  at: number;
  /** Offsets of the brackets not yet closed; what remains in it after a failure could not be read. */
  readonly open: number[] = [];

  constructor(text: string, at: number, maxDepth: number) {
    this.text = text;
    this.at = at;
    this.maxDepth = maxDepth;
  }

  /** Undefined means: not a plain literal. */
  read(): Value | undefined {
    const code = this.text.charCodeAt(this.at);
    switch (code) {
      case quote:
        return this.#string();
      case backtick:
        return this.#rawString();
      case leftBracket:
        return this.#array();
      case leftBrace:
        return this.#braces();
    }
    if (code === minus || (code >= 0x30 && code <= 0x39)) return this.#number();
    return this.#word();
  }

  #array(): Value | undefined {
    if (!this.#enter()) return undefined;
    const items: Value[] = [];
    while (this.#skipSpace() !== rightBracket) {
      const item = this.read();
      if (item === undefined || !this.#endOfItem(rightBracket)) return undefined;
      items.push(item);
    }
    return this.#leave(items);
  }

  #braces(): Value | undefined {
    if (!this.#enter()) return undefined;
    if (this.#skipSpace() === rightBrace) return this.#leave(new ObjectBuilder().build());
    const first = this.read();
    if (first === undefined) return undefined;
    return this.#skipSpace() === colon ? this.#object(first) : this.#set(first);
  }

  #object(first: Value): Value | undefined {
    const object = new ObjectBuilder();
    let key: Value | undefined = first;
    for (;;) {
      if (key === undefined || this.#skipSpace() !== colon) return undefined;
      this.at++;
      this.#skipSpace();
      const value = this.read();
      if (value === undefined || !this.#endOfItem(rightBrace)) return undefined;
      // An object literal with a key twice is kept as it was written; see ast.ts.
      if (object.get(key) !== undefined) return undefined;
      object.set(key, value);
      if (this.#skipSpace() === rightBrace) return this.#leave(object.build());
      key = this.read();
    }
  }

  #set(first: Value): Value | undefined {
    const set = new SetBuilder();
    let item: Value | undefined = first;
    for (;;) {
      if (item === undefined || !this.#endOfItem(rightBrace)) return undefined;
      set.add(item);
      if (this.#skipSpace() === rightBrace) return this.#leave(set.build());
      item = this.read();
    }
  }

  /** Behind an item stands a comma, which is eaten, or the closing bracket. */
  #endOfItem(close: number): boolean {
    const code = this.#skipSpace();
    if (code === comma) this.at++;
    return code === comma || code === close;
  }

  #enter(): boolean {
    this.open.push(this.at);
    this.at++;
    return this.open.length <= this.maxDepth;
  }

  #leave(value: Value): Value {
    this.open.pop();
    this.at++;
    return value;
  }

  #string(): string | undefined {
    const { text } = this;
    const start = this.at + 1;
    let at = start;
    let escaped = false;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (code === newline || Number.isNaN(code)) return undefined;
      if (code === backslash) {
        escaped = true;
        at++;
      }
      at++;
    }
    this.at = at + 1;
    return escaped ? unescapeString(text.slice(start - 1, at + 1)) : text.slice(start, at);
  }

  #rawString(): string | undefined {
    const close = this.text.indexOf('`', this.at + 1);
    if (close < 0) return undefined;
    const value = this.text.slice(this.at + 1, close);
    this.at = close + 1;
    return value;
  }

  #number(): Value | undefined {
    const { text } = this;
    let at = this.at + 1;
    while (isNumberPart(text.charCodeAt(at))) at++;
    const literal = text.slice(this.at, at);
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(literal) || checkNumber(literal) !== undefined) {
      return undefined;
    }
    this.at = at;
    return parseNumber(literal);
  }

  #word(): Value | undefined {
    for (const [word, value] of words) {
      if (!this.text.startsWith(word, this.at)) continue;
      const following = this.text.charCodeAt(this.at + word.length);
      if (isNumberPart(following) || following === underscore || following > 0x7f) return undefined;
      this.at += word.length;
      return value;
    }
    return undefined;
  }

  #skipSpace(): number {
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code !== 0x20 && code !== newline && code !== 0x09 && code !== 0x0d) return code;
      this.at++;
    }
  }
}

/** The value of a string in double quotes; undefined when an escape in it is malformed. */
export function unescapeString(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value.toWellFormed() : undefined;
  } catch {
    return undefined;
  }
}

const words: readonly (readonly [string, Value])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** Letters, digits, sign and dot: everything that belongs to a number or would spoil it. */
function isNumberPart(code: number): boolean {
  if (code >= 0x30 && code <= 0x39) return true;
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || code === 0x2e || code === 0x2b || code === minus;
}

const newline = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const colon = 0x3a;
const leftBracket = 0x5b;
const backslash = 0x5c;
const rightBracket = 0x5d;
const underscore = 0x5f;
const backtick = 0x60;
const leftBrace = 0x7b;
const rightBrace = 0x7d;
