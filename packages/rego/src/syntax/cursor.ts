// SPDX-License-Identifier: Apache-2.0
import { caretLines, RegoError } from '../error.ts';
import type { Limits } from '../limits.ts';
import { locate, type Source } from '../location.ts';
import type { Body, Comment, Expr, RegoVersion, Term } from './ast.ts';
import { type Feature, grants, type SyntaxCapabilities } from './capabilities.ts';
import { Scanner } from './scanner.ts';
import { keyOfTerm, type TermSpans } from './term-spans.ts';
import {
  futureKeywords,
  isImportableKeyword,
  isKeywordToken,
  isReservedWord,
  isWordLike,
  type Keywords,
  T,
  type Token,
  tokenName,
  withoutFutureKeywords,
} from './token.ts';

/**
 * The parts of the grammar that lower parts come back to: a bracket may hold a body, and a body a bracket. They are
 * handed in, so that no two files need each other.
 */
export interface Grammar {
  readonly term: (cursor: Cursor) => Term | undefined;
  readonly literal: (cursor: Cursor) => Expr | undefined;
  readonly body: (cursor: Cursor, end: Token) => Body | undefined;
}

export interface ParseContext {
  readonly grammar: Grammar;
  readonly source: Source;
  readonly version: RegoVersion;
  readonly capabilities: SyntaxCapabilities;
  readonly importable: Keywords;
  readonly keywords: Keywords;
  /** `not` takes a body from the start, without an import. */
  readonly notBodies: boolean;
  readonly limits: Limits;
  /** Filled with where each term ends; only coverage asks. */
  readonly spans?: TermSpans;
}

/** Lists that only grow and are put back to an earlier end by keeping a pointer to it. */
interface Chain<Item> {
  readonly item: Item;
  readonly before: Chain<Item> | undefined;
}

/** A place to return to. Errors found since are forgotten: they belonged to a reading that was given up. */
export interface Mark {
  readonly token: Token;
  readonly start: number;
  readonly end: number;
  readonly word: string;
  readonly escaped: boolean;
  readonly lastEnd: number;
  readonly rowEnded: boolean;
  readonly wildcards: number;
  readonly offset: number;
  readonly reported: number;
  readonly errors: Chain<RegoError> | undefined;
  readonly hints: readonly string[];
  readonly comments: Chain<Comment> | undefined;
}

interface KnownTerm {
  readonly at: number;
  readonly term: Term | undefined;
  readonly after: Mark;
}

/**
 * The parser's vocabulary: the current token, ways to move on, to come back, and to complain.
 *
 * Rego cannot be read with one token of look-ahead (`{a | b}` is a comprehension if what follows the bar is a body),
 * so the grammar tries a reading, and returns to a {@link Mark} when it fails. Which readings are tried in which order
 * is OPA's, because the errors that remain depend on it. Terms are remembered by offset so that a second reading costs
 * nothing.
 */
export class Cursor {
  readonly context: ParseContext;
  readonly grammar: Grammar;
  readonly scanner: Scanner;
  /** `not` builds a node with a body, as `future.keywords.not` says. */
  notBodies: boolean;

  token: Token = T.illegal;
  start = 0;
  /** End of the current token. */
  end = 0;
  word = '';
  escaped = false;
  /** End of the last token that was no whitespace. */
  lastEnd = 0;
  /** A row ended between that token and the current one. */
  rowEnded = false;
  wildcards = 0;

  #errors: Chain<RegoError> | undefined;
  #hints: readonly string[] = noHints;
  #comments: Chain<Comment> | undefined;
  #terms: KnownTerm[] = [];
  #depth = 0;
  /** Offsets of brackets known to hold more than literals; see parse-literal.ts. */
  readonly notLiteral: Set<number> = new Set();

  constructor(context: ParseContext) {
    this.context = context;
    this.grammar = context.grammar;
    this.scanner = new Scanner(context.source.text, context.keywords);
    this.notBodies = context.notBodies;
  }

  /** Moves to the next token that is no whitespace. */
  next(): void {
    const { scanner } = this;
    if (this.token !== T.whitespace) {
      this.lastEnd = this.end;
      this.rowEnded = false;
    }
    do {
      if (scanner.clean && scanner.skipWhitespace()) this.rowEnded = true;
      scanner.scan();
      this.#take();
      if (this.token === T.whitespace && scanner.text.charCodeAt(this.start) === 0x0a) this.rowEnded = true;
    } while (this.token === T.comment || this.token === T.whitespace);
  }

  /** Moves to the next token, or to one character of whitespace. */
  nextOrSpace(): void {
    const { scanner } = this;
    if (this.token !== T.whitespace) {
      this.lastEnd = this.end;
      this.rowEnded = false;
    }
    do {
      scanner.scan();
      this.#take();
      if (this.token === T.whitespace && scanner.text.charCodeAt(this.start) === 0x0a) this.rowEnded = true;
    } while (this.token === T.comment);
  }

  /** Goes on with the text of a template string; the current token is the `}` of its expression. */
  nextTemplatePart(raw: boolean): void {
    this.lastEnd = this.end;
    this.rowEnded = false;
    this.scanner.scanTemplateRest(raw);
    this.#take();
  }

  /** Jumps behind a literal that was read character by character. */
  jump(offset: number): void {
    this.scanner.offset = offset;
    this.end = offset;
  }

  #take(): void {
    const { scanner } = this;
    this.token = scanner.token;
    this.start = scanner.start;
    this.end = scanner.end;
    this.word = scanner.word;
    this.escaped = scanner.escaped;
    if (scanner.problems.length > 0) {
      for (const problem of scanner.problems) this.error(this.start, problem);
      this.token = T.illegal;
    } else if (this.token === T.comment) {
      this.#comments = { item: this.#comment(), before: this.#comments };
    }
  }

  #comment(): Comment {
    const text = this.text(this.start + 1, this.end);
    return { kind: 'comment', text: text.replace(/\r+$/, ''), at: this.start };
  }

  mark(): Mark {
    return {
      token: this.token,
      start: this.start,
      end: this.end,
      word: this.word,
      escaped: this.escaped,
      lastEnd: this.lastEnd,
      rowEnded: this.rowEnded,
      wildcards: this.wildcards,
      offset: this.scanner.offset,
      reported: this.scanner.reported,
      errors: this.#errors,
      hints: this.#hints,
      comments: this.#comments,
    };
  }

  reset(mark: Mark): void {
    this.token = mark.token;
    this.start = mark.start;
    this.end = mark.end;
    this.word = mark.word;
    this.escaped = mark.escaped;
    this.lastEnd = mark.lastEnd;
    this.rowEnded = mark.rowEnded;
    this.wildcards = mark.wildcards;
    this.scanner.offset = mark.offset;
    this.scanner.reported = mark.reported;
    this.#errors = mark.errors;
    this.#hints = mark.hints;
    this.#comments = mark.comments;
  }

  /** The token after the current one, whitespace included, without moving. */
  peekOrSpace(): Token {
    const mark = this.mark();
    this.nextOrSpace();
    const { token } = this;
    this.reset(mark);
    return token;
  }

  peek(): Token {
    const mark = this.mark();
    this.next();
    const { token } = this;
    this.reset(mark);
    return token;
  }

  /** The reading of a term that starts at the current token, if there was one since the last bigger term. */
  known(): KnownTerm | undefined {
    const at = this.start;
    for (let index = this.#terms.length - 1; index >= 0; index--) {
      const known = this.#terms[index];
      if (!known || known.at < at) return undefined;
      if (known.at === at) return known;
    }
    return undefined;
  }

  /** Remembers a reading and forgets the ones inside it. */
  remember(at: number, term: Term | undefined): void {
    const terms = this.#terms;
    while (terms.length > 0 && (terms.at(-1)?.at ?? 0) >= at) terms.pop();
    terms.push({ at, term, after: this.mark() });
  }

  knownTerms(): readonly KnownTerm[] {
    return [...this.#terms];
  }

  restoreKnownTerms(terms: readonly KnownTerm[]): void {
    this.#terms = [...terms];
  }

  /** Tries a reading as if every future keyword were imported, and returns to where it began. */
  pretendFuture<Result>(read: () => Result): Result {
    const keywords = new Map([...this.scanner.keywords, ...futureKeywords]);
    const mark = this.mark();
    const result = this.#withKeywords(keywords, read);
    this.reset(mark);
    return result;
  }

  /** Reads as if no future keyword were imported: `import future.keywords.in` names one. */
  withoutFuture<Result>(read: () => Result): Result {
    return this.#withKeywords(withoutFutureKeywords(this.scanner.keywords), read);
  }

  #withKeywords<Result>(keywords: Keywords, read: () => Result): Result {
    const terms = this.#terms;
    const before = this.scanner.keywords;
    this.scanner.keywords = keywords;
    this.#terms = [];
    const result = read();
    this.scanner.keywords = before;
    this.#terms = terms;
    return result;
  }

  /** Counts one level of nesting; false, with an error, when there are too many. Every `true` is paired with {@link leave}. */
  enter(): boolean {
    if (this.#depth >= this.context.limits.maxDepth) {
      this.error(this.start, 'max parsing recursion depth exceeded');
      return false;
    }
    this.#depth++;
    return true;
  }

  leave(): void {
    this.#depth--;
  }

  grants(feature: Feature): boolean {
    return grants(this.context.capabilities, feature, this.context.version);
  }

  /** Whether the token is a keyword that may be part of a reference such as `input.if`. */
  isRefKeyword(): boolean {
    if (!isWordLike(this.token)) return false;
    const name = tokenName(this.token);
    const known = isReservedWord(name, this.context.version) || this.scanner.keywords.has(name);
    return known && this.grants('keywords_in_refs');
  }

  isReserved(word: string): boolean {
    return isReservedWord(word, this.context.version);
  }

  /** Whether the word would be a keyword if the module imported it. */
  couldBeKeyword(word: string): boolean {
    return isImportableKeyword(word, this.context.version);
  }

  /** Reads the current keyword as a name when a reference goes on behind it. */
  eatRefKeyword(): boolean {
    if (!this.isRefKeyword()) return false;
    const following = this.peekOrSpace();
    if (following !== T.dot && following !== T.leftBracket) return false;
    this.token = T.ident;
    return true;
  }

  text(from: number, to: number): string {
    return this.scanner.text.slice(from, to);
  }

  /** Notes that a term that began at `from` (a parenthesis around it included) is over. */
  note(term: Term, from: number): void {
    this.context.spans?.set(keyOfTerm(term), { at: term.at, from, end: this.lastEnd });
  }

  /** Where a term that was read begins, a parenthesis around it included. */
  beginOf(term: Term): number {
    return this.context.spans?.get(keyOfTerm(term))?.from ?? term.at;
  }

  hint(text: string): void {
    this.#hints = [...this.#hints, text];
  }

  get hasHints(): boolean {
    return this.#hints.length > 0;
  }

  get hasErrors(): boolean {
    return this.#errors !== undefined;
  }

  error(at: number, message: string): void {
    const { source } = this.context;
    const location = locate(source, at);
    const details = caretLines(source, at);
    const item = new RegoError('rego_parse_error', message + hintText(this.#hints), { location, details });
    this.#errors = { item, before: this.#errors };
    this.#hints = noHints;
  }

  /** Complains about the current token. */
  unexpected(note = ''): void {
    if (this.token === T.illegal) {
      this.error(this.start, 'illegal token');
      return;
    }
    const kind = isKeywordToken(this.token) ? 'keyword' : 'token';
    const message = `unexpected ${tokenName(this.token)} ${kind}`;
    this.error(this.start, note === '' ? message : `${message}: ${note}`);
  }

  /** Changes with every comment; only good for comparing. */
  get commentsSeen(): unknown {
    return this.#comments;
  }

  get errors(): readonly RegoError[] {
    return unchain(this.#errors);
  }

  get comments(): readonly Comment[] {
    return unchain(this.#comments);
  }
}

const noHints: readonly string[] = [];

function hintText(hints: readonly string[]): string {
  if (hints.length === 0) return '';
  return hints.length === 1 ? ` (hint: ${hints[0]})` : ` (hints: ${hints.join(', ')})`;
}

function unchain<Item>(last: Chain<Item> | undefined): readonly Item[] {
  const items: Item[] = [];
  for (let link = last; link; link = link.before) items.push(link.item);
  return items.reverse();
}
