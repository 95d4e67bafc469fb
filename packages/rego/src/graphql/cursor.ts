// SPDX-License-Identifier: Apache-2.0
import { type CommentGroup, GraphqlError, type Position } from './ast.ts';
import { Lexer, type Token, type TokenKind, tokenText } from './lexer.ts';

/** Nesting a document may have. */
const maxDepth = 500;

/** The parser's place: one token ahead, and the comments that stand before it. */
export class Cursor {
  readonly #lexer: Lexer;
  readonly #tick: (units: number) => void;
  #ahead: Token | undefined;
  #comment: CommentGroup | undefined;
  #depth = 0;
  #previous: Token | undefined;

  constructor(text: string, tick: (units: number) => void) {
    this.#lexer = new Lexer(text);
    this.#tick = tick;
  }

  get comment(): CommentGroup | undefined {
    return this.#comment;
  }

  get previous(): Token | undefined {
    return this.#previous;
  }

  peek(): Token {
    if (this.#ahead) return this.#ahead;
    this.#tick(1);
    let token = this.#lexer.next();
    const comments: { Value: string }[] = [];
    for (; token.kind === 'Comment'; token = this.#lexer.next()) comments.push({ Value: token.value });
    if (comments.length > 0) this.#comment = { List: comments };
    this.#ahead = token;
    return token;
  }

  next(): Token {
    const token = this.peek();
    if (token.error) throw token.error;
    this.#ahead = undefined;
    this.#comment = undefined;
    this.#previous = token;
    return token;
  }

  is(kind: TokenKind): boolean {
    return this.peek().kind === kind;
  }

  position(): Position {
    return this.peek().position;
  }

  skip(kind: TokenKind): boolean {
    if (!this.is(kind)) return false;
    this.next();
    return true;
  }

  expect(kind: TokenKind): Token {
    const token = this.peek();
    if (token.kind === kind) return this.next();
    throw new GraphqlError(`Expected ${kind}, found ${token.kind}`, token.position);
  }

  /** Takes a keyword and hands back the comments before it. */
  keyword(word: string): CommentGroup | undefined {
    const token = this.peek();
    const comment = this.#comment;
    if (token.kind !== 'Name' || token.value !== word) {
      throw new GraphqlError(`Expected "${word}", found ${tokenText(token)}`, token.position);
    }
    this.next();
    return comment;
  }

  name(): string {
    return this.expect('Name').value;
  }

  unexpected(token: Token = this.peek()): never {
    throw new GraphqlError(`Unexpected ${tokenText(token)}`, token.position);
  }

  /** A list in brackets, if there is one; it must not be empty. */
  some<T>(
    open: TokenKind,
    close: TokenKind,
    read: () => T,
  ): { items: T[] | undefined; comment: CommentGroup | undefined } {
    if (!this.skip(open)) return { items: undefined, comment: undefined };
    const items: T[] = [];
    this.#enter();
    while (!this.is(close)) items.push(read());
    this.#depth--;
    if (items.length === 0) {
      const token = this.peek();
      throw new GraphqlError(`expected at least one definition, found ${token.kind}`, token.position);
    }
    const comment = this.#comment;
    this.next();
    return { items, comment };
  }

  /** A list in brackets that may be empty. */
  many<T>(open: TokenKind, close: TokenKind, read: () => T): T[] {
    this.expect(open);
    const items: T[] = [];
    this.#enter();
    while (!this.is(close)) items.push(read());
    this.#depth--;
    this.next();
    return items;
  }

  #enter(): void {
    if (++this.#depth > maxDepth) throw new GraphqlError(`nested more than ${maxDepth} deep`, this.position());
  }
}
