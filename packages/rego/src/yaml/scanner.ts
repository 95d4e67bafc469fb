// SPDX-License-Identifier: Apache-2.0
import { isBlankOrEnd, isBreak, restOfRow, YamlCursor } from './cursor.ts';
import { scanBlockScalar } from './scan-block.ts';
import { scanPlain } from './scan-plain.ts';
import { scanDoubleQuoted, scanSingleQuoted } from './scan-quoted.ts';
import { scanAnchor, scanDirective, scanTag } from './scan-tag.ts';
import type { SimpleKey, Token, TokenKind } from './token.ts';

/** Characters between the start of a key and its colon, by the specification. */
const maxKeyLength = 1024;
/** Tokens that were taken and are still in the queue. */
const maxTaken = 256;

export interface ScannerOptions {
  readonly jsonEscapes: boolean;
  /** Tokens that are scanned behind the one that is asked for: go-yaml 3 finds a mistake in them first. */
  readonly lookahead: number;
}

/**
 * libyaml's scanner: YAML text as tokens, where blocks have beginnings and ends as brackets do.
 *
 * Indentation becomes tokens by a stack of columns: what stands right of the innermost block may begin another, and what
 * stands left of it ends it. That a scalar is a key is known only at the colon behind it; so tokens wait in a queue as long
 * as the first of them may be a key, and `key` (and the beginning of its block) is put before it afterwards.
 */
export class YamlScanner {
  readonly cursor: YamlCursor;
  readonly #lookahead: number;
  #queue: Token[] = [];
  #head = 0;
  /** Tokens that were taken. */
  #taken = 0;
  #ended = false;
  /** The last place for a key of each bracket that is open, and of the block around them. */
  readonly #keys: (SimpleKey | undefined)[] = [undefined];
  readonly #indents: number[] = [];

  constructor(text: string, { jsonEscapes, lookahead }: ScannerOptions) {
    this.#lookahead = lookahead;
    this.cursor = new YamlCursor(text, jsonEscapes);
  }

  /** The next token, which stays. After the last it is `stream-end`, again and again. */
  peek(): Token {
    for (;;) {
      const token = this.#queue[this.#head];
      const isEnough = this.#queue.length - this.#head > this.#lookahead;
      if (token !== undefined && isEnough && !(token.key && this.#isPossible(token.key))) return token;
      this.#fetch();
    }
  }

  take(): void {
    this.#head++;
    this.#taken++;
    if (this.#head < maxTaken) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  #fetch(): void {
    const { cursor } = this;
    const { line } = cursor;
    skipToToken(cursor);
    this.#unrollIndent(cursor.column, line);
    const { code } = cursor;
    if (code === 0) this.#fetchEnd();
    else if (code === 0x25 && cursor.column === 0) this.#fetchDirective();
    else if (cursor.atDocumentMark()) this.#fetchDocumentMark(code === 0x2d ? 'document-start' : 'document-end');
    else this.#fetchToken(cursor.text.charAt(cursor.at), cursor.flowLevel > 0);
  }

  #fetchToken(character: string, inFlow: boolean): void {
    switch (character) {
      case '[':
        this.#openFlow('flow-sequence-start');
        break;
      case '{':
        this.#openFlow('flow-mapping-start');
        break;
      case ']':
        this.#closeFlow('flow-sequence-end');
        break;
      case '}':
        this.#closeFlow('flow-mapping-end');
        break;
      case ',':
        this.#indicator('flow-entry', true);
        break;
      case '-':
        if (this.#isFollowed()) this.#fetchBlockEntry();
        else this.#fetchScalar(scanPlain, true);
        break;
      case '?':
        if (inFlow || this.#isFollowed()) this.#fetchKey();
        else this.#fetchScalar(scanPlain, true);
        break;
      case ':':
        if (inFlow || this.#isFollowed()) this.#fetchValue();
        else this.#fetchScalar(scanPlain, true);
        break;
      default:
        this.#fetchNode(character, inFlow);
    }
  }

  #fetchNode(character: string, inFlow: boolean): void {
    switch (character) {
      case '*':
        this.#fetchAnchor('alias');
        break;
      case '&':
        this.#fetchAnchor('anchor');
        break;
      case '!':
        this.#fetchTag();
        break;
      case "'":
        this.#fetchScalar(scanSingleQuoted);
        break;
      case '"':
        this.#fetchScalar(scanDoubleQuoted);
        break;
      case '|':
      case '>':
        if (inFlow) this.cursor.fail('found character that cannot start any token');
        this.#fetchBlockScalar();
        break;
      case '\t':
      case '#':
      case '%':
      case '@':
      case '`':
        this.cursor.fail('found character that cannot start any token');
        break;
      default:
        this.#fetchScalar(scanPlain, true);
    }
  }

  /** Whether an indicator has space behind it. */
  #isFollowed(): boolean {
    return isBlankOrEnd(this.cursor.text.charCodeAt(this.cursor.at + 1));
  }

  #push(
    kind: TokenKind,
    line: number = this.cursor.line,
    text = '',
    key?: SimpleKey,
    plain = false,
    handle = '',
  ): void {
    this.#queue.push({ kind, line, text, handle, plain, key });
  }

  /** Puts a token before those of the queue that began where the key did. */
  #insert(kind: TokenKind, key: SimpleKey): void {
    const token = { kind, line: key.line, text: '', handle: '', plain: false, key: undefined };
    this.#queue.splice(this.#head + key.token - this.#taken, 0, token);
  }

  #fetchEnd(): void {
    const { cursor } = this;
    if (!this.#ended && cursor.column !== 0) {
      cursor.line++;
      cursor.lineStart = cursor.at;
    }
    this.#ended = true;
    this.#unrollIndent(-1);
    this.#dropKey();
    cursor.keyAllowed = false;
    this.#push('stream-end');
  }

  #fetchDirective(): void {
    const { line } = this.cursor;
    this.#endBlocks();
    const directive = scanDirective(this.cursor);
    const handle = directive.kind === 'tag-directive' ? directive.handle : '';
    this.#push(directive.kind, line, directive.text, undefined, false, handle);
  }

  #fetchDocumentMark(kind: 'document-start' | 'document-end'): void {
    this.#endBlocks();
    this.#push(kind);
    this.cursor.at += 3;
  }

  #endBlocks(): void {
    this.#unrollIndent(-1);
    this.#dropKey();
    this.cursor.keyAllowed = false;
  }

  #openFlow(kind: TokenKind): void {
    const { cursor } = this;
    const key = this.#saveKey();
    this.#keys.push(undefined);
    cursor.flowLevel++;
    cursor.keyAllowed = true;
    this.#push(kind, cursor.line, '', key);
    cursor.at++;
  }

  #closeFlow(kind: TokenKind): void {
    const { cursor } = this;
    this.#dropKey();
    if (cursor.flowLevel > 0) {
      cursor.flowLevel--;
      this.#keys.pop();
    }
    this.#indicator(kind, false);
  }

  /** A token of one character. */
  #indicator(kind: TokenKind, keyAllowed: boolean): void {
    this.#dropKey();
    this.cursor.keyAllowed = keyAllowed;
    this.#push(kind);
    this.cursor.at++;
  }

  #fetchBlockEntry(): void {
    const { cursor } = this;
    // Between brackets the parser refuses it.
    if (cursor.flowLevel === 0) {
      if (!cursor.keyAllowed) cursor.fail('block sequence entries are not allowed in this context');
      this.#rollIndent('block-sequence-start');
    }
    this.#indicator('block-entry', true);
  }

  #fetchKey(): void {
    const { cursor } = this;
    if (cursor.flowLevel === 0) {
      if (!cursor.keyAllowed) cursor.fail('mapping keys are not allowed in this context');
      this.#rollIndent('block-mapping-start');
    }
    this.#indicator('key', cursor.flowLevel === 0);
  }

  #fetchValue(): void {
    const { cursor } = this;
    const key = this.#keys[cursor.flowLevel];
    if (key && this.#isPossible(key)) {
      this.#insert('key', key);
      if (cursor.flowLevel === 0 && cursor.indent < key.column) {
        this.#enterBlock(key.column);
        this.#insert('block-mapping-start', key);
      }
      key.possible = false;
      cursor.keyAllowed = false;
    } else {
      if (cursor.flowLevel === 0) {
        if (!cursor.keyAllowed) cursor.fail('mapping values are not allowed in this context');
        this.#rollIndent('block-mapping-start');
      }
      cursor.keyAllowed = cursor.flowLevel === 0;
    }
    this.#push('value');
    cursor.at++;
  }

  #fetchAnchor(kind: 'alias' | 'anchor'): void {
    const { line } = this.cursor;
    const key = this.#saveKey();
    this.cursor.keyAllowed = false;
    this.#push(kind, line, scanAnchor(this.cursor), key);
  }

  #fetchTag(): void {
    const { line } = this.cursor;
    const key = this.#saveKey();
    this.cursor.keyAllowed = false;
    const { text, handle } = scanTag(this.cursor);
    this.#push('tag', line, text, key, false, handle);
  }

  #fetchBlockScalar(): void {
    const { line } = this.cursor;
    this.#dropKey();
    this.cursor.keyAllowed = true;
    this.#push('scalar', line, scanBlockScalar(this.cursor));
  }

  #fetchScalar(scan: (cursor: YamlCursor) => string, plain = false): void {
    const { line } = this.cursor;
    const key = this.#saveKey();
    this.cursor.keyAllowed = false;
    this.#push('scalar', line, scan(this.cursor), key, plain);
  }

  /** Notes that a key may begin here. */
  #saveKey(): SimpleKey | undefined {
    const { cursor } = this;
    if (!cursor.keyAllowed) return undefined;
    this.#dropKey();
    const key: SimpleKey = {
      possible: true,
      required: cursor.flowLevel === 0 && cursor.indent === cursor.column,
      token: this.#taken + this.#queue.length - this.#head,
      at: cursor.at,
      line: cursor.line,
      column: cursor.column,
    };
    this.#keys[cursor.flowLevel] = key;
    return key;
  }

  #dropKey(): void {
    const key = this.#keys[this.cursor.flowLevel];
    if (!key?.possible) return;
    if (key.required) this.cursor.fail("could not find expected ':'", key.line);
    key.possible = false;
  }

  /** A key has one row and not more than 1,024 characters. */
  #isPossible(key: SimpleKey): boolean {
    const { cursor } = this;
    if (key.possible && (key.line < cursor.line || key.at + maxKeyLength < cursor.at)) {
      if (key.required) cursor.fail("could not find expected ':'", key.line);
      key.possible = false;
    }
    return key.possible;
  }

  #rollIndent(kind: TokenKind): void {
    const { cursor } = this;
    if (cursor.indent >= cursor.column) return;
    this.#enterBlock(cursor.column);
    this.#push(kind);
  }

  #enterBlock(column: number): void {
    this.#indents.push(this.cursor.indent);
    this.cursor.indent = column;
  }

  /** Ends the blocks that stand right of a column; they end in front of the comments behind them. */
  #unrollIndent(column: number, line: number = this.cursor.line): void {
    const { cursor } = this;
    if (cursor.flowLevel > 0) return;
    while (cursor.indent > column) {
      this.#push('block-end', line);
      cursor.indent = this.#indents.pop() ?? -1;
    }
  }
}

/** Moves over blanks, comments and ends of rows. Tabs may not indent what may be a key. */
function skipToToken(cursor: YamlCursor): void {
  for (;;) {
    const tabs = cursor.flowLevel > 0 || !cursor.keyAllowed;
    while (cursor.code === 0x20 || (tabs && cursor.code === 0x09)) cursor.at++;
    if (cursor.code === 0x23) cursor.match(restOfRow);
    if (!isBreak(cursor.code)) return;
    cursor.nextRow();
    if (cursor.flowLevel === 0) cursor.keyAllowed = true;
  }
}
