// SPDX-License-Identifier: Apache-2.0
import { YamlError, type YamlNode } from './node.ts';

/** Nodes one document may have, aliases counted as often as they are followed. */
const maxNodes = 200_000;
const maxDepth = 500;

/** A place in YAML text, and what was seen before it. */
export class YamlReader {
  readonly text: string;
  at = 0;
  readonly anchors: Map<string, YamlNode> = new Map();
  #line = 1;
  #lineAt = 0;
  #depth = 0;
  #nodes = 0;

  constructor(text: string) {
    this.text = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  }

  get code(): number {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** Line of the current place, from 1; counted from where it was asked for last. */
  lineOf(): number {
    const { text, at } = this;
    for (; this.#lineAt < at; this.#lineAt++) if (text.charCodeAt(this.#lineAt) === 0x0a) this.#line++;
    for (; this.#lineAt > at; this.#lineAt--) if (text.charCodeAt(this.#lineAt - 1) === 0x0a) this.#line--;
    return this.#line;
  }

  /** Characters between the start of the row and an offset. */
  column(at: number = this.at): number {
    return at - (this.text.lastIndexOf('\n', at - 1) + 1);
  }

  /** Whether a token stands here: the text, and behind it a space, the end of the row or the end of everything. */
  looksAt(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    return isBlankOrEnd(this.text.charCodeAt(this.at + token.length));
  }

  /** Moves over spaces of the row; a comment behind one is moved over too. */
  skipInline(): void {
    while (this.code === 0x20 || this.code === 0x09) this.at++;
    const before = this.text.charCodeAt(this.at - 1);
    if (this.code === 0x23 && (this.at === 0 || before === 0x20 || before === 0x09 || before === 0x0a)) {
      const end = this.text.indexOf('\n', this.at);
      this.at = end < 0 ? this.text.length : end;
    }
  }

  /** Moves to the next thing that is neither space nor comment, over any number of rows. */
  skipToContent(): void {
    for (;;) {
      this.skipInline();
      if (this.code !== 0x0a) return;
      this.at++;
    }
  }

  /** Moves to the next thing of a block, which spaces may indent and tabs may not. */
  skipToBlock(): void {
    this.skipToContent();
    if (this.ended) return;
    const row = this.text.slice(this.at - this.column(), this.at);
    if (row.includes('\t') && row.trim() === '') this.fail('found character that cannot start any token');
  }

  /** Whether a document's end or another's beginning stands here. */
  atDocumentMark(): boolean {
    return this.column() === 0 && (this.looksAt('---') || this.looksAt('...'));
  }

  /** Counts a node and one level; every call is paired with {@link leave}. */
  enter(): void {
    this.#nodes++;
    this.#depth++;
    if (this.#depth > maxDepth) this.fail('exceeded max depth of 500');
    if (this.#nodes > maxNodes) this.fail('document contains excessive aliasing');
  }

  leave(): void {
    this.#depth--;
  }

  /** Follows an alias; the nodes behind it count again. */
  follow(name: string): YamlNode {
    const found = this.anchors.get(name);
    if (!found) throw new YamlError(`unknown anchor '${name}' referenced`, 0);
    this.#nodes += countNodes(found);
    if (this.#nodes > maxNodes) this.fail('document contains excessive aliasing');
    return found;
  }

  fail(problem: string, line: number = this.lineOf()): never {
    throw new YamlError(problem, line);
  }
}

export function isBlankOrEnd(code: number): boolean {
  return Number.isNaN(code) || code === 0x20 || code === 0x09 || code === 0x0a;
}

function countNodes(node: YamlNode): number {
  switch (node.kind) {
    case 'scalar':
      return 1;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + countNodes(item), 1);
    case 'mapping':
      return node.entries.reduce((sum, [key, value]) => sum + countNodes(key) + countNodes(value), 1);
  }
}
