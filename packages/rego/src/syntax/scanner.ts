// SPDX-License-Identifier: Apache-2.0
import { type Keywords, T, type Token } from './token.ts';

/**
 * Characters to tokens.
 *
 * The scanner reads character codes and never backs up. A token's text is cut out only where somebody needs it: for
 * words and numbers at once, for strings when the parser asks. Whitespace is a token of its own when the parser asks
 * for it, because `a [b]` is two terms and `a[b]` is one.
 *
 * A character that may not occur at all (NUL, a byte-order mark inside the text, half a surrogate pair, which is how
 * invalid UTF-8 arrives) spoils the token it follows as well as its own, as in OPA, whose scanner has always read one
 * character ahead.
 */
export class Scanner {
  readonly text: string;
  readonly #illegal: readonly IllegalCharacter[];
  keywords: Keywords;

  /** Offset of the first character not yet consumed. */
  offset: number;
  /** How many illegal characters were reported. */
  reported = 0;

  /** The last token: kind, offsets, and its text where it has one. */
  token: Token = T.illegal;
  start = 0;
  end = 0;
  word = '';
  /** The string just scanned holds a backslash. */
  escaped = false;
  /** What was wrong with the last token; empty for almost all. */
  problems: readonly string[] = noProblems;

  constructor(text: string, keywords: Keywords) {
    this.text = text;
    this.keywords = keywords;
    this.offset = text.charCodeAt(0) === byteOrderMark ? 1 : 0;
    this.#illegal = illegalCharacter.test(text) ? findIllegal(text) : [];
  }

  /** The text holds no illegal character, so that it may be read by other means. */
  get clean(): boolean {
    return this.#illegal.length === 0;
  }

  /** Reads the next token. Whitespace is one token for each character. */
  scan(): void {
    this.problems = noProblems;
    this.word = '';
    const text = this.text;
    const at = this.offset;
    this.start = at;
    const code = at < text.length ? text.charCodeAt(at) : endOfText;
    if (code === space || code === newline || code === tab || code === carriageReturn) {
      this.offset = at + 1;
      this.token = T.whitespace;
    } else if (isLetter(code)) {
      this.#scanWord(at);
    } else if (isDecimal(code)) {
      this.#scanNumber(at);
    } else {
      this.offset = code === endOfText ? at : at + 1;
      this.token = this.#scanOther(code, at);
    }
    this.end = this.offset;
    if (this.reported < this.#illegal.length) this.#reportIllegal();
  }

  /** Goes on with a template string behind the `}` of an expression. */
  scanTemplateRest(raw: boolean): void {
    this.problems = noProblems;
    this.word = '';
    this.start = this.offset;
    this.token = raw ? this.#scanRawTemplate(this.offset - 1) : this.#scanTemplate(this.offset - 1);
    this.end = this.offset;
    if (this.reported < this.#illegal.length) this.#reportIllegal();
  }

  /** Moves over whitespace; says whether a row ended in it. */
  skipWhitespace(): boolean {
    const text = this.text;
    let at = this.offset;
    let rowEnded = false;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === newline) rowEnded = true;
      else if (code !== space && code !== tab && code !== carriageReturn) break;
    }
    this.offset = at;
    return rowEnded;
  }

  #scanWord(at: number): void {
    const text = this.text;
    let end = at + 1;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (isLetter(code) || isDecimal(code)) continue;
      if (code < 0x80 || !isDigitBeyondAscii(text, end)) break;
      if (code >= 0xd800) end++;
    }
    this.offset = end;
    const word = text.slice(at, end);
    // OPA takes a byte too many when the next character is not ASCII, so that even a keyword is none.
    this.word = text.charCodeAt(end) >= 0x80 ? `${word}\ufffd` : word;
    this.token = this.keywords.get(this.word) ?? T.ident;
  }

  #scanNumber(at: number): void {
    const text = this.text;
    this.token = T.number;
    let end = skipDecimals(text, at);
    if (text.charCodeAt(end) === dot) {
      const fraction = skipDecimals(text, end + 1);
      if (fraction === end + 1) this.#problem('expected fraction');
      end = fraction;
    }
    if ((text.charCodeAt(end) | 0x20) === lowerE) {
      const sign = text.charCodeAt(end + 1);
      const first = sign === plusSign || sign === minusSign ? end + 2 : end + 1;
      const exponent = skipDecimals(text, first);
      if (exponent === first) this.#problem('expected exponent');
      end = exponent;
    }
    if (isLetter(text.charCodeAt(end))) {
      this.#problem('illegal number format');
      while (isLetter(text.charCodeAt(end)) || isDecimal(text.charCodeAt(end))) end++;
    }
    this.offset = end;
    this.word = text.slice(at, end);
  }

  #scanOther(code: number, at: number): Token {
    const simple = code < punctuation.length ? punctuation[code] : undefined;
    if (simple !== undefined) return simple;
    switch (code) {
      case endOfText:
        return T.eof;
      case quote:
        return this.#scanString();
      case backtick:
        return this.#scanRawString();
      case hash:
        return this.#scanComment();
      case colon:
        return this.#eat(equals) ? T.assign : T.colon;
      case equals:
        return this.#eat(equals) ? T.equal : T.unify;
      case greaterThan:
        return this.#eat(equals) ? T.greaterOrEqual : T.greater;
      case lessThan:
        return this.#eat(equals) ? T.lessOrEqual : T.less;
      case exclamation:
        if (this.#eat(equals)) return T.notEqual;
        this.#problem('illegal ! character');
        return T.illegal;
      case dollar:
        if (this.#eat(quote)) return this.#scanTemplate(at + 1);
        if (this.#eat(backtick)) return this.#scanRawTemplate(at + 1);
        this.#problem('illegal $ character');
        return T.illegal;
      case noBreakSpace:
        this.#problem('illegal non-breaking space character, use a regular space instead');
        return T.illegal;
      default:
        // The second half of a pair belongs to the same unknown character.
        if (code >= 0xd800 && code <= 0xdbff && isLowSurrogate(this.text.charCodeAt(at + 1))) this.offset = at + 2;
        return T.illegal;
    }
  }

  #scanString(): Token {
    const text = this.text;
    let at = this.offset;
    this.escaped = false;
    for (;;) {
      const code = at < text.length ? text.charCodeAt(at) : endOfText;
      if (code === newline || code === endOfText) {
        this.#problem('non-terminated string');
        break;
      }
      at++;
      if (code === quote) break;
      if (code === backslash) {
        this.escaped = true;
        at = this.#skipEscape(at, false);
      }
    }
    this.offset = at;
    return T.string;
  }

  /** Moves behind the character after a backslash; of `\u` OPA takes the `u` and three more, whatever they are. */
  #skipEscape(at: number, template: boolean): number {
    switch (this.text.charCodeAt(at)) {
      case backslash:
      case quote:
      case slash:
      case 0x62: // b
      case 0x66: // f
      case 0x6e: // n
      case 0x72: // r
      case 0x74: // t
        return at + 1;
      case 0x75: // u
        return Math.min(at + 4, this.text.length);
      case leftBrace:
        if (template) return at + 1;
    }
    this.#problem('illegal escape sequence');
    return at;
  }

  #scanRawString(): Token {
    const close = this.text.indexOf('`', this.offset);
    this.escaped = false;
    if (close < 0) this.#problem('non-terminated string');
    this.offset = close < 0 ? this.text.length : close + 1;
    return T.string;
  }

  #scanTemplate(open: number): Token {
    const text = this.text;
    let at = this.offset;
    let token: Token = T.templatePart;
    this.escaped = false;
    for (;;) {
      const code = at < text.length ? text.charCodeAt(at) : endOfText;
      if (code === newline || code === endOfText) {
        this.#problem('non-terminated string');
        break;
      }
      at++;
      if (code === quote) {
        token = T.templateEnd;
        break;
      }
      if (code === leftBrace) break;
      if (code === backslash) {
        this.escaped = true;
        at = this.#skipEscape(at, true);
      }
    }
    this.offset = at;
    this.word = withoutBraceEscapes(text.slice(open, at));
    return token;
  }

  #scanRawTemplate(open: number): Token {
    const text = this.text;
    let at = this.offset;
    let token: Token = T.rawTemplatePart;
    for (; ; at++) {
      const code = at < text.length ? text.charCodeAt(at) : endOfText;
      if (code === endOfText) {
        this.#problem('non-terminated string');
        break;
      }
      if (code === backtick) token = T.rawTemplateEnd;
      if (code === backtick || code === leftBrace) {
        at++;
        break;
      }
      if (code === backslash && text.charCodeAt(at + 1) === leftBrace) at++;
    }
    this.offset = at;
    this.word = text.slice(open, at).replaceAll('\\{', '{');
    return token;
  }

  #scanComment(): Token {
    const end = this.text.indexOf('\n', this.offset);
    this.offset = end < 0 ? this.text.length : end;
    return T.comment;
  }

  #eat(code: number): boolean {
    if (this.text.charCodeAt(this.offset) !== code) return false;
    this.offset++;
    return true;
  }

  #problem(message: string): void {
    this.problems = [...this.problems, message];
  }

  #reportIllegal(): void {
    let next = this.#illegal[this.reported];
    while (next && next.offset <= this.offset) {
      this.#problem(next.message);
      this.reported++;
      next = this.#illegal[this.reported];
    }
  }
}

interface IllegalCharacter {
  readonly offset: number;
  readonly message: string;
}

const noProblems: readonly string[] = [];

// NUL and the mark are searched for as characters; an unpaired surrogate needs the look-arounds.
const illegalCharacter = /\0|\ufeff|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function findIllegal(text: string): readonly IllegalCharacter[] {
  const found: IllegalCharacter[] = [];
  for (const match of text.matchAll(new RegExp(illegalCharacter, 'g'))) {
    if (match.index === 0 && match[0] === '\ufeff') continue;
    found.push({ offset: match.index, message: illegalMessage(match[0]) });
  }
  return found;
}

function illegalMessage(character: string): string {
  if (character === '\0') return 'illegal null character';
  return character === '\ufeff' ? 'illegal byte-order mark' : 'illegal utf-8 character';
}

/** Removes the backslash of `\{`, stepping over `\\` so that an escaped backslash keeps its meaning. */
function withoutBraceEscapes(text: string): string {
  if (!text.includes('\\{')) return text;
  return text.replace(/\\([\s\S])/g, (found, next: string) => (next === '{' ? '{' : found));
}

function skipDecimals(text: string, at: number): number {
  while (isDecimal(text.charCodeAt(at))) at++;
  return at;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a && code < 0x80) || code === underscore;
}

function isDecimal(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isDigitBeyondAscii(text: string, at: number): boolean {
  return /^\p{Nd}/u.test(text.slice(at, at + 2));
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

const endOfText = -1;
const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const exclamation = 0x21;
const quote = 0x22;
const hash = 0x23;
const dollar = 0x24;
const plusSign = 0x2b;
const minusSign = 0x2d;
const dot = 0x2e;
const slash = 0x2f;
const colon = 0x3a;
const lessThan = 0x3c;
const equals = 0x3d;
const greaterThan = 0x3e;
const backslash = 0x5c;
const underscore = 0x5f;
const backtick = 0x60;
const lowerE = 0x65;
const leftBrace = 0x7b;
const noBreakSpace = 0xa0;
const byteOrderMark = 0xfeff;

/** Tokens of one character that start no longer token, by character code. */
const punctuation: readonly (Token | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const found: Readonly<Record<string, Token>> = {
    '[': T.leftBracket,
    ']': T.rightBracket,
    '{': T.leftBrace,
    '}': T.rightBrace,
    '(': T.leftParen,
    ')': T.rightParen,
    ',': T.comma,
    '+': T.plus,
    '-': T.minus,
    '*': T.mul,
    '/': T.div,
    '%': T.rem,
    '&': T.ampersand,
    '|': T.pipe,
    ';': T.semicolon,
    '.': T.dot,
  };
  return found[String.fromCharCode(code)];
});
