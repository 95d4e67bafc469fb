// SPDX-License-Identifier: Apache-2.0
import { quote } from '../value/print.ts';
import { GraphqlError, type Position } from './ast.ts';

/** Kinds of tokens, by gqlparser's texts for them. */
export type TokenKind =
  | '<Invalid>'
  | '<EOF>'
  | '!'
  | '$'
  | '&'
  | '('
  | ')'
  | '...'
  | ':'
  | '='
  | '@'
  | '['
  | ']'
  | '{'
  | '}'
  | '|'
  | 'Name'
  | 'Int'
  | 'Float'
  | 'String'
  | 'BlockString'
  | 'Comment';

export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly position: Position;
  /** Why the token is none; thrown when somebody takes it. */
  readonly error?: GraphqlError;
}

/** A token as errors show it. */
export function tokenText({ kind, value }: Token): string {
  return value === '' ? kind : `${kind} ${quote(value)}`;
}

/** Cuts a document into tokens (https://spec.graphql.org/October2021/#sec-Language.Source-Text). */
export class Lexer {
  readonly #points: readonly string[];
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#points = [...text];
  }

  next(): Token {
    this.#skipIgnored();
    const start = this.#at;
    const point = this.#points[start];
    if (point === undefined) return this.#token('<EOF>', '', start);
    if (point === '.' && this.#startsWith('...')) return this.#advance('...', 3, start);
    if (/[!$&():=@[\]{}|]/.test(point)) return this.#advance(point as TokenKind, 1, start); // each is a kind
    if (point === '#') return this.#run('Comment', /[\t -\u{10ffff}]/u, start);
    if (/[_A-Za-z]/.test(point)) return this.#run('Name', /[_0-9A-Za-z]/, start);
    if (/[-0-9]/.test(point)) return this.#number(start);
    if (point === '"') return this.#startsWith('"""') ? this.#blockString(start) : this.#string(start);
    return this.#unexpected(point);
  }

  #token(kind: TokenKind, value: string, start: number): Token {
    return { kind, value, position: { line: this.#line, column: start - this.#lineStart + 1 } };
  }

  #error(message: string): Token {
    const position = { line: this.#line, column: this.#at - this.#lineStart + 1 };
    return { kind: '<Invalid>', value: '', position, error: new GraphqlError(message, position) };
  }

  #unexpected(point: string): Token {
    if (point < ' ') return this.#error(`Cannot contain the invalid character "\\u${hex(point)}"`);
    if (point === "'") {
      return this.#error(`Unexpected single quote character ('), did you mean to use a double quote (")?`);
    }
    // Go shows the first byte as a character.
    const byte = Buffer.from(point)[0] ?? 0;
    return this.#error(`Cannot parse the unexpected character "${String.fromCharCode(byte)}".`);
  }

  #startsWith(text: string): boolean {
    return [...text].every((point, at) => this.#points[this.#at + at] === point);
  }

  #advance(kind: TokenKind, length: number, start: number): Token {
    this.#at += length;
    return this.#token(kind, '', start);
  }

  #run(kind: TokenKind, pattern: RegExp, start: number): Token {
    this.#at++;
    while (pattern.test(this.#points[this.#at] ?? '')) this.#at++;
    return this.#token(kind, this.#points.slice(start, this.#at).join(''), start);
  }

  #skipIgnored(): void {
    for (;;) {
      const point = this.#points[this.#at];
      if (point === '\n' || point === '\r') this.#newLine();
      else if (point === ' ' || point === '\t' || point === ',' || point === '\ufeff') this.#at++;
      else return;
    }
  }

  #newLine(): void {
    this.#at += this.#points[this.#at] === '\r' && this.#points[this.#at + 1] === '\n' ? 2 : 1;
    this.#line++;
    this.#lineStart = this.#at;
  }

  #digits(): number {
    const start = this.#at;
    while (/^[0-9]$/.test(this.#points[this.#at] ?? '')) this.#at++;
    return this.#at - start;
  }

  #number(start: number): Token {
    if (this.#points[this.#at] === '-') this.#at++;
    if (this.#points[this.#at] === '0') {
      this.#at++;
      if (/^[0-9]$/.test(this.#points[this.#at] ?? '')) {
        return this.#error(`Invalid number, unexpected digit after 0: ${this.#describeNext()}.`);
      }
    } else if (this.#digits() === 0) return this.#expectedDigit();
    let kind: TokenKind = 'Int';
    if (this.#points[this.#at] === '.') {
      kind = 'Float';
      this.#at++;
      if (this.#digits() === 0) return this.#expectedDigit();
    }
    if (/^[eE]$/.test(this.#points[this.#at] ?? '')) {
      kind = 'Float';
      this.#at++;
      if (/^[-+]$/.test(this.#points[this.#at] ?? '')) this.#at++;
      if (this.#digits() === 0) return this.#expectedDigit();
    }
    return this.#token(kind, this.#points.slice(start, this.#at).join(''), start);
  }

  #expectedDigit(): Token {
    return this.#error(`Invalid number, expected digit but got: ${this.#describeNext()}.`);
  }

  #describeNext(): string {
    const point = this.#points[this.#at];
    return point === undefined ? '<EOF>' : `"${point}"`;
  }

  #string(start: number): Token {
    this.#at++;
    let value = '';
    for (;;) {
      const point = this.#points[this.#at];
      if (point === undefined || point === '\n' || point === '\r') return this.#error('Unterminated string.');
      if (point < ' ' && point !== '\t') return this.#error(`Invalid character within String: "\\u${hex(point)}".`);
      if (point === '"') break;
      if (point === '\\') {
        const escaped = this.#escape();
        if (typeof escaped !== 'string') return escaped;
        value += escaped;
      } else {
        value += point;
        this.#at++;
      }
    }
    this.#at++;
    // The position is that of the text between the quotes.
    return this.#token('String', value, start + 1);
  }

  #escape(): string | Token {
    const letter = this.#points[this.#at + 1];
    if (letter === undefined) {
      this.#at++;
      return this.#error('Invalid character escape sequence.');
    }
    if (letter === 'u') {
      const digits = this.#points.slice(this.#at + 2, this.#at + 6).join('');
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
        this.#at++;
        return this.#error(`Invalid character escape sequence: \\u${digits}.`);
      }
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16)).toWellFormed();
    }
    const character = escapes[letter];
    if (character === undefined) {
      this.#at++;
      return this.#error(`Invalid character escape sequence: \\${letter}.`);
    }
    this.#at += 2;
    return character;
  }

  #blockString(start: number): Token {
    this.#at += 3;
    let value = '';
    for (;;) {
      const point = this.#points[this.#at];
      if (point === undefined) return this.#error('Unterminated string.');
      if (point === '"') {
        let quotes = 1;
        while (this.#points[this.#at + quotes] === '"') quotes++;
        if (quotes >= 3) {
          const text = value + '"'.repeat(quotes - 3);
          const token = this.#token('BlockString', blockStringValue(text), start + 3);
          this.#at += quotes;
          return token;
        }
      }
      if (point < ' ' && !/[\t\n\r]/.test(point)) {
        return this.#error(`Invalid character within String: "\\u${hex(point)}".`);
      }
      if (point === '\\' && this.#startsWith('\\"""')) {
        value += '"""';
        this.#at += 4;
      } else if (point === '\n' || point === '\r') {
        value += '\n';
        this.#newLine();
      } else {
        value += point;
        this.#at++;
      }
    }
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '/': '/',
  '\\': '\\',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function hex(point: string): string {
  return (point.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
}

/** Takes away the common indentation, and empty rows at both ends. */
function blockStringValue(raw: string): string {
  const lines = raw.split('\n');
  const indents = lines.map((line) => line.search(/[^ \t]/)).filter((indent) => indent >= 0);
  const common = indents.length > 0 ? Math.min(...indents.slice(0, 100_000)) : 0;
  const cut = lines.map((line, at) => (at === 0 ? line : line.slice(common)));
  const isBlank = (line: string | undefined) => line !== undefined && /^[ \t]*$/.test(line);
  let [from, to] = [0, cut.length];
  while (from < to && isBlank(cut[from])) from++;
  while (to > from && isBlank(cut[to - 1])) to--;
  return cut.slice(from, to).join('\n');
}
