// SPDX-License-Identifier: Apache-2.0
import type { YamlLimits } from './limits.ts';
import { YamlError, type YamlNode } from './node.ts';
import type { YamlScanner } from './scanner.ts';
import type { Token } from './token.ts';

/** What the documents of a stream are put together with. */
export interface Composer {
  readonly scanner: YamlScanner;
  readonly limits: YamlLimits;
  /** Prefixes by the handles of the document's directives. */
  readonly handles: Map<string, string>;
  readonly anchors: Map<string, Anchor>;
  depth: number;
  /** The deepest that was reached since the innermost anchor that is open. */
  deepest: number;
  nodes: number;
  /** Nodes behind the aliases of all documents. */
  followed: number;
}

/** Without `node` as long as the node is being read. */
interface Anchor {
  node?: YamlNode;
  size: number;
  height: number;
}

type Entry = readonly [key: YamlNode, value: YamlNode];

/**
 * libyaml's parser as one function a production. `isBlock` allows blocks, and `isIndentless` a list in the column of the
 * key that it is the value of.
 */
export function composeNode(composer: Composer, isBlock: boolean, isIndentless: boolean): YamlNode {
  const token = composer.scanner.peek();
  if (token.kind === 'alias') return follow(composer, token);
  if (token.kind !== 'anchor' && token.kind !== 'tag') {
    return composeContent(composer, token, isBlock, isIndentless) ?? refuseContent(token, token.line);
  }
  const { anchor, tag } = readProperties(composer);
  const open = anchor === undefined ? undefined : openAnchor(composer, anchor);
  const content = composeContent(composer, composer.scanner.peek(), isBlock, isIndentless, token.line);
  const node = content ?? emptyNode(composer, token.line);
  const tagged = tag === undefined ? node : { ...node, tag };
  open?.(tagged);
  return tagged;
}

/** Nothing where no content stands. */
function composeContent(
  composer: Composer,
  token: Token,
  isBlock: boolean,
  isIndentless: boolean,
  line: number = token.line,
): YamlNode | undefined {
  switch (token.kind) {
    case 'scalar':
      composer.scanner.take();
      count(composer, 1);
      return { kind: 'scalar', text: token.text, plain: token.plain, line: line + 1 };
    case 'flow-sequence-start':
      return flowSequence(composer, line);
    case 'flow-mapping-start':
      return flowMapping(composer, line);
    case 'block-entry':
      return isIndentless ? indentlessSequence(composer, line) : undefined;
    case 'block-sequence-start':
      return isBlock ? blockSequence(composer, line) : undefined;
    case 'block-mapping-start':
      return isBlock ? blockMapping(composer, line) : undefined;
    default:
      return undefined;
  }
}

function refuseContent(token: Token, line: number): never {
  return refuse('did not find expected node content', token, line);
}

/** A mistake in the order of tokens. go-yaml counts its line from 0 here, and leaves a 0 out. */
export function refuse(problem: string, token: Token, from: number = 0): never {
  throw new YamlError(problem, from || token.line, token.line + 1);
}

/** A node that is not written: null. */
export function emptyNode(composer: Composer, line: number): YamlNode {
  count(composer, 1);
  return { kind: 'scalar', text: '', plain: true, line: line + 1 };
}

function count(composer: Composer, nodes: number): void {
  composer.nodes += nodes;
  if (composer.nodes > composer.limits.maxNodes) tooMany(composer);
}

function tooMany(composer: Composer): never {
  const { line } = composer.scanner.peek();
  throw new YamlError('document contains excessive aliasing', line + 1, line + 1, 'nodes');
}

/** Counts a collection, whose nodes are one level deeper. */
function enter(composer: Composer): void {
  count(composer, 1);
  composer.depth++;
  reach(composer, composer.depth);
}

function reach(composer: Composer, depth: number): void {
  const { maxDepth } = composer.limits;
  if (depth > maxDepth) {
    const { line } = composer.scanner.peek();
    throw new YamlError(`exceeded max depth of ${maxDepth}`, line + 1, line + 1, 'depth');
  }
  composer.deepest = Math.max(composer.deepest, depth);
}

function readProperties({ scanner, handles }: Composer): { readonly anchor?: string; readonly tag?: string } {
  const from = scanner.peek();
  let anchor: string | undefined;
  let tag: Token | undefined;
  // Each of them once, in either order.
  for (let token = from; ; token = scanner.peek()) {
    if (token.kind === 'anchor' && anchor === undefined) anchor = token.text;
    else if (token.kind === 'tag' && tag === undefined) tag = token;
    else break;
    scanner.take();
  }
  return {
    ...(anchor === undefined ? {} : { anchor }),
    ...(tag === undefined ? {} : { tag: completeTag(handles, tag, from) }),
  };
}

const coreTags = 'tag:yaml.org,2002:';

function completeTag(handles: ReadonlyMap<string, string>, token: Token, from: Token): string {
  const prefix = token.handle === '' ? '' : handles.get(token.handle);
  if (prefix === undefined) return refuse('found undefined tag handle', token, from.line);
  const tag = prefix + token.text;
  return tag.startsWith(coreTags) ? `!!${tag.slice(coreTags.length)}` : tag;
}

/** Notes an anchor, and how large what it stands for becomes; a later one of the same name replaces it. */
function openAnchor(composer: Composer, name: string): (node: YamlNode) => void {
  const anchor: Anchor = { size: 0, height: 0 };
  const before = { nodes: composer.nodes, deepest: composer.deepest };
  composer.anchors.set(name, anchor);
  composer.deepest = composer.depth;
  return (node) => {
    anchor.node = node;
    anchor.size = composer.nodes - before.nodes;
    anchor.height = composer.deepest - composer.depth;
    composer.deepest = Math.max(before.deepest, composer.deepest);
  };
}

/** The node an alias stands for; what is behind it counts again. */
function follow(composer: Composer, token: Token): YamlNode {
  const anchor = composer.anchors.get(token.text);
  if (anchor === undefined) throw new YamlError(`unknown anchor '${token.text}' referenced`, 0, token.line + 1);
  if (anchor.node === undefined) {
    throw new YamlError(`anchor '${token.text}' value contains itself`, 0, token.line + 1);
  }
  composer.scanner.take();
  count(composer, anchor.size);
  composer.followed += anchor.size;
  if (composer.followed > composer.limits.maxNodes) tooMany(composer);
  reach(composer, composer.depth + anchor.height);
  return anchor.node;
}

function blockSequence(composer: Composer, line: number): YamlNode {
  enter(composer);
  const { scanner } = composer;
  const start = scanner.peek().line;
  const items: YamlNode[] = [];
  scanner.take();
  for (let token = scanner.peek(); token.kind !== 'block-end'; token = scanner.peek()) {
    if (token.kind !== 'block-entry') refuse("did not find expected '-' indicator", token, start);
    scanner.take();
    const { kind } = scanner.peek();
    const isEmpty = kind === 'block-entry' || kind === 'block-end';
    items.push(isEmpty ? emptyNode(composer, token.line) : composeNode(composer, true, false));
  }
  scanner.take();
  composer.depth--;
  return { kind: 'sequence', items, line: line + 1 };
}

function indentlessSequence(composer: Composer, line: number): YamlNode {
  enter(composer);
  const { scanner } = composer;
  const items: YamlNode[] = [];
  for (let token = scanner.peek(); token.kind === 'block-entry'; token = scanner.peek()) {
    scanner.take();
    const { kind } = scanner.peek();
    const isEmpty = kind === 'block-entry' || isEntryEnd(kind);
    items.push(isEmpty ? emptyNode(composer, token.line) : composeNode(composer, true, false));
  }
  composer.depth--;
  return { kind: 'sequence', items, line: line + 1 };
}

function isEntryEnd(kind: Token['kind']): boolean {
  return kind === 'key' || kind === 'value' || kind === 'block-end';
}

function blockMapping(composer: Composer, line: number): YamlNode {
  enter(composer);
  const { scanner } = composer;
  const start = scanner.peek().line;
  const entries: Entry[] = [];
  scanner.take();
  for (let token = scanner.peek(); token.kind !== 'block-end'; token = scanner.peek()) {
    if (token.kind !== 'key') refuse('did not find expected key', token, start);
    const key = blockPart(composer, token);
    const colon = scanner.peek();
    entries.push([key, colon.kind === 'value' ? blockPart(composer, colon) : emptyNode(composer, colon.line)]);
  }
  scanner.take();
  composer.depth--;
  return { kind: 'mapping', entries, line: line + 1 };
}

/** What stands behind `?` or `:`. */
function blockPart(composer: Composer, indicator: Token): YamlNode {
  composer.scanner.take();
  if (isEntryEnd(composer.scanner.peek().kind)) return emptyNode(composer, indicator.line);
  return composeNode(composer, true, true);
}

function flowSequence(composer: Composer, line: number): YamlNode {
  enter(composer);
  const { scanner } = composer;
  const items: YamlNode[] = [];
  flowEntries(composer, 'flow-sequence-end', "did not find expected ',' or ']'", () => {
    const token = scanner.peek();
    items.push(token.kind === 'key' ? singlePair(composer, token) : composeNode(composer, false, false));
  });
  composer.depth--;
  return { kind: 'sequence', items, line: line + 1 };
}

/** `key: value` as an item of a list. */
function singlePair(composer: Composer, token: Token): YamlNode {
  enter(composer);
  const entry = flowPair(composer, token, 'flow-sequence-end');
  composer.depth--;
  return { kind: 'mapping', entries: [entry], line: token.line + 1 };
}

function flowMapping(composer: Composer, line: number): YamlNode {
  enter(composer);
  const { scanner } = composer;
  const entries: Entry[] = [];
  flowEntries(composer, 'flow-mapping-end', "did not find expected ',' or '}'", () => {
    const token = scanner.peek();
    if (token.kind === 'key') entries.push(flowPair(composer, token, 'flow-mapping-end'));
    else {
      const key = composeNode(composer, false, false);
      entries.push([key, emptyNode(composer, scanner.peek().line)]);
    }
  });
  composer.depth--;
  return { kind: 'mapping', entries, line: line + 1 };
}

/** Everything between two brackets; a comma may stand behind the last entry. */
function flowEntries({ scanner }: Composer, end: Token['kind'], problem: string, compose: () => void): void {
  const start = scanner.peek().line;
  scanner.take();
  for (let first = true; scanner.peek().kind !== end; first = false) {
    if (!first) {
      const comma = scanner.peek();
      if (comma.kind !== 'flow-entry') refuse(problem, comma, start);
      scanner.take();
      if (scanner.peek().kind === end) break;
    }
    compose();
  }
  scanner.take();
}

function flowPair(composer: Composer, indicator: Token, end: Token['kind']): Entry {
  const { scanner } = composer;
  scanner.take();
  const key = flowPart(composer, indicator.line, end, true);
  const colon = scanner.peek();
  if (colon.kind === 'value') scanner.take();
  return [key, colon.kind === 'value' ? flowPart(composer, colon.line, end, false) : emptyNode(composer, colon.line)];
}

function flowPart(composer: Composer, line: number, end: Token['kind'], isKey: boolean): YamlNode {
  const { kind } = composer.scanner.peek();
  const isEmpty = kind === 'flow-entry' || kind === end || (isKey && kind === 'value');
  return isEmpty ? emptyNode(composer, line) : composeNode(composer, false, false);
}
