// SPDX-License-Identifier: Apache-2.0
import type { YamlNode } from './node.ts';
import { readBlockScalar, readDoubleQuoted, readPlain, readSingleQuoted } from './read-scalar.ts';
import { isBlankOrEnd, YamlReader } from './reader.ts';

/**
 * The first document of YAML text as nodes; undefined when there is none.
 *
 * Blocks are told apart by the column their first character stands in: a collection ends at the first row that begins
 * left of it. Everything between brackets ignores columns. Directives are refused.
 *
 * @throws {YamlError} With libyaml's message for most mistakes.
 */
export function readYaml(text: string): YamlNode | undefined {
  const reader = new YamlReader(text);
  reader.skipToBlock();
  if (reader.looksAt('---') && reader.column() === 0) {
    reader.at += 3;
    reader.skipToBlock();
  }
  if (reader.ended || reader.atDocumentMark()) return undefined;
  const node = readBlock(reader, -1);
  reader.skipToBlock();
  if (!reader.ended && !reader.atDocumentMark()) reader.fail('did not find expected <document start>');
  return node;
}

interface Properties {
  readonly anchor?: string;
  readonly tag?: string;
}

/** A node whose parent's indentation is known. Nothing, where a node is expected, is null. */
function readBlock(reader: YamlReader, parentIndent: number, inSequence = false): YamlNode {
  reader.enter();
  const properties = readProperties(reader);
  const node = readBlockContent(reader, parentIndent, inSequence);
  reader.leave();
  return withProperties(reader, node, properties);
}

function readBlockContent(reader: YamlReader, parentIndent: number, inSequence: boolean): YamlNode {
  const line = reader.lineOf();
  reader.skipInline();
  if (reader.code === 0x0a || reader.ended) {
    reader.skipToBlock();
    const column = reader.column();
    // A list may stand in the column of its key; in the column of an item stands the next item.
    const isItem = !inSequence && reader.looksAt('-') && column === parentIndent;
    if (reader.ended || reader.atDocumentMark() || (column <= parentIndent && !isItem)) return nothing(line);
  }
  if (reader.looksAt('-')) return readSequence(reader);
  if (reader.looksAt('?')) return readMapping(reader, reader.column());
  if (reader.code === 0x7c || reader.code === 0x3e) {
    return { kind: 'scalar', text: readBlockScalar(reader, parentIndent), plain: false, line: reader.lineOf() };
  }
  return readMappingOrInline(reader, parentIndent);
}

function nothing(line: number): YamlNode {
  return { kind: 'scalar', text: '', plain: true, line };
}

/** What stands on one row is a key when a colon follows, and then begins a mapping; otherwise it is the node. */
function readMappingOrInline(reader: YamlReader, parentIndent: number): YamlNode {
  const start = reader.at;
  const column = reader.column();
  const line = reader.lineOf();
  const first = readInline(reader, parentIndent, false);
  const end = reader.at;
  reader.skipInline();
  if (reader.code !== 0x3a || !isBlankOrEnd(reader.text.charCodeAt(reader.at + 1))) {
    reader.at = end;
    checkRowEnds(reader, first);
    return first;
  }
  if (reader.lineOf() !== line) reader.fail('mapping values are not allowed in this context');
  reader.at = start;
  return readMapping(reader, column);
}

function checkRowEnds(reader: YamlReader, node: YamlNode): void {
  reader.skipInline();
  if (reader.ended || reader.code === 0x0a) return;
  if (node.kind === 'scalar' && node.plain) reader.fail('mapping values are not allowed in this context');
  reader.fail('did not find expected key', Math.max(1, reader.lineOf() - 1));
}

function readSequence(reader: YamlReader): YamlNode {
  const indent = reader.column();
  const line = reader.lineOf();
  const items: YamlNode[] = [];
  while (reader.looksAt('-') && reader.column() === indent) {
    reader.at++;
    items.push(readBlock(reader, indent, true));
    reader.skipToBlock();
    if (reader.ended || reader.atDocumentMark() || reader.column() < indent) break;
    if (reader.column() > indent) reader.fail("did not find expected '-' indicator", Math.max(1, line - 1));
  }
  return { kind: 'sequence', items, line };
}

function readMapping(reader: YamlReader, indent: number): YamlNode {
  const line = reader.lineOf();
  const entries: (readonly [YamlNode, YamlNode])[] = [];
  for (;;) {
    entries.push(readEntry(reader, indent));
    reader.skipToBlock();
    if (reader.ended || reader.atDocumentMark() || reader.column() < indent) break;
    // A list item in the column of the keys ends a mapping that is the value of such an item.
    const unexpected = reader.column() > indent || reader.looksAt('-');
    if (unexpected) reader.fail('did not find expected key', Math.max(1, line - 1));
  }
  return { kind: 'mapping', entries, line };
}

/** `key: value`, or with rows of their own `? key` and `: value`, as emitters write keys that are long. */
function readEntry(reader: YamlReader, indent: number): readonly [key: YamlNode, value: YamlNode] {
  if (!reader.looksAt('?')) return [readKey(reader, indent), readValue(reader, indent)];
  reader.at++;
  const key = readBlock(reader, indent);
  reader.skipToBlock();
  if (!reader.looksAt(':') || reader.column() !== indent) return [key, nothing(reader.lineOf())];
  reader.at++;
  return [key, readBlock(reader, indent)];
}

function readKey(reader: YamlReader, indent: number): YamlNode {
  const properties = readProperties(reader);
  const at = reader.lineOf();
  const key = readInline(reader, indent, false);
  reader.skipInline();
  const isKey = reader.code === 0x3a && isBlankOrEnd(reader.text.charCodeAt(reader.at + 1)) && reader.lineOf() === at;
  if (!isKey) reader.fail("could not find expected ':'", at + 1);
  reader.at++;
  return withProperties(reader, key, properties);
}

function readValue(reader: YamlReader, indent: number): YamlNode {
  reader.skipInline();
  // `key: - item` and `key: other: value` on one row are mistakes.
  if (reader.looksAt('-')) reader.fail('block sequence entries are not allowed in this context');
  const line = reader.lineOf();
  const value = readBlock(reader, indent);
  if (value.kind === 'mapping' && value.line === line && reader.text.charCodeAt(reader.at) !== 0x7d) {
    if (!isFlow(value)) reader.fail('mapping values are not allowed in this context', line);
  }
  return value;
}

const flowNodes = new WeakSet<YamlNode>();

function isFlow(node: YamlNode): boolean {
  return flowNodes.has(node);
}

/** A node without rows of its own: quoted, in brackets, an alias, or plain. */
function readInline(reader: YamlReader, parentIndent: number, inFlow: boolean): YamlNode {
  const line = reader.lineOf();
  switch (reader.text.charAt(reader.at)) {
    case '"':
      return { kind: 'scalar', text: readDoubleQuoted(reader), plain: false, line };
    case "'":
      return { kind: 'scalar', text: readSingleQuoted(reader), plain: false, line };
    case '[':
      return readFlowSequence(reader);
    case '{':
      return readFlowMapping(reader);
    case '*':
      return reader.follow(readName(reader));
    case '%':
    case '@':
    case '`':
      return reader.fail('found character that cannot start any token');
    case '\t':
      return reader.fail('found character that cannot start any token');
    default:
      return { kind: 'scalar', text: readPlain(reader, parentIndent, inFlow), plain: true, line };
  }
}

function readFlowSequence(reader: YamlReader): YamlNode {
  const line = reader.lineOf();
  const items: YamlNode[] = [];
  reader.enter();
  reader.at++;
  while (nextFlowItem(reader, ']', line)) {
    const item = readFlowNode(reader);
    reader.skipToContent();
    if (reader.code === 0x3a) {
      reader.at++;
      items.push({ kind: 'mapping', entries: [[item, readFlowValue(reader)]], line });
    } else items.push(item);
    endFlowItem(reader, ']', line);
  }
  reader.leave();
  return { kind: 'sequence', items, line };
}

function readFlowMapping(reader: YamlReader): YamlNode {
  const line = reader.lineOf();
  const entries: (readonly [YamlNode, YamlNode])[] = [];
  reader.enter();
  reader.at++;
  while (nextFlowItem(reader, '}', line)) {
    const key = readFlowNode(reader);
    reader.skipToContent();
    const hasValue = reader.code === 0x3a;
    if (hasValue) reader.at++;
    entries.push([key, hasValue ? readFlowValue(reader) : nothing(reader.lineOf())]);
    endFlowItem(reader, '}', line);
  }
  reader.leave();
  const node: YamlNode = { kind: 'mapping', entries, line };
  flowNodes.add(node);
  return node;
}

/** Moves to the next item, or behind the closing bracket and says no. */
function nextFlowItem(reader: YamlReader, close: string, line: number): boolean {
  reader.skipToContent();
  if (reader.ended) reader.fail(`did not find expected ',' or '${close}'`, line);
  if (reader.text.charAt(reader.at) !== close) return true;
  reader.at++;
  return false;
}

function endFlowItem(reader: YamlReader, close: string, line: number): void {
  reader.skipToContent();
  const character = reader.text.charAt(reader.at);
  if (character === ',') reader.at++;
  else if (character !== close) reader.fail(`did not find expected ',' or '${close}'`, line);
}

function readFlowValue(reader: YamlReader): YamlNode {
  reader.skipToContent();
  const character = reader.text.charAt(reader.at);
  return character === ',' || character === ']' || character === '}' ? nothing(reader.lineOf()) : readFlowNode(reader);
}

function readFlowNode(reader: YamlReader): YamlNode {
  reader.enter();
  const properties = readProperties(reader);
  if (reader.text.charAt(reader.at) === ',') reader.fail('did not find expected node content');
  const node = readInline(reader, -1, true);
  reader.leave();
  return withProperties(reader, node, properties);
}

/** `&anchor` and `!tag` before a node, in either order. */
function readProperties(reader: YamlReader): Properties {
  let properties: Properties = {};
  for (;;) {
    reader.skipInline();
    if (reader.code === 0x26) properties = { ...properties, anchor: readName(reader) };
    else if (reader.code === 0x21) properties = { ...properties, tag: readTag(reader) };
    else return properties;
  }
}

function readName(reader: YamlReader): string {
  const name = /^[^\s,[\]{}]+/.exec(reader.text.slice(reader.at + 1, reader.at + 1025))?.[0];
  if (name === undefined) return reader.fail('did not find expected alphabetic or numeric character');
  reader.at += 1 + name.length;
  return name;
}

/** Characters of a tag (libyaml lets brackets and commas be some of them, wherever the tag stands). */
const uri = "(?:[\\w\\-;/?:@&=+$,.!~*'()[\\]]|%[0-9A-Fa-f]{2})";
const tags = {
  verbatim: new RegExp(`^!<(${uri}*)(>?)`),
  withHandle: new RegExp(`^(![\\w-]*!)(${uri}*)`),
  local: new RegExp(`^!${uri}*`),
};

function readTag(reader: YamlReader): string {
  const text = reader.text.slice(reader.at, reader.at + 1024);
  const tag = readVerbatimTag(reader, text) ?? readTagWithHandle(reader, text) ?? tags.local.exec(text)?.[0] ?? '!';
  if (/^[^ \t\r\n]/.test(text.slice(tag.length))) reader.fail('did not find expected whitespace or line break');
  reader.at += tag.length;
  return tag;
}

function readVerbatimTag(reader: YamlReader, text: string): string | undefined {
  if (!text.startsWith('!<')) return undefined;
  const [tag = '', name, end] = tags.verbatim.exec(text) ?? [];
  if (name === '') return reader.fail('did not find expected tag URI');
  return end === '' ? reader.fail("did not find the expected '>'") : tag;
}

/** `!!name`; another handle would have to be declared by a directive. */
function readTagWithHandle(reader: YamlReader, text: string): string | undefined {
  const [tag, handle, name] = tags.withHandle.exec(text) ?? [];
  if (tag === undefined) return undefined;
  if (name === '') return reader.fail('did not find expected tag URI');
  return handle === '!!' ? tag : reader.fail('found undefined tag handle');
}

function withProperties(reader: YamlReader, node: YamlNode, { anchor, tag }: Properties): YamlNode {
  const tagged = tag === undefined ? node : { ...node, tag };
  if (anchor !== undefined) reader.anchors.set(anchor, tagged);
  return tagged;
}
