// SPDX-License-Identifier: Apache-2.0
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { SluiceError } from '../error.ts';
import { ExactNumber, exactNumber, isJsonObject, type Json } from './exact-json.ts';
import { goFloat } from './go-float.ts';

/** Nodes that may be visited in one file, aliases counted as often as they are followed: against alias bombs. */
const maxNodes = 500_000;

/**
 * A YAML file as ec and Kubernetes read it: YAML 1.1 turned into JSON. The bare key `y` is the text "true", an unquoted
 * date stays its text, `010` is eight, integers keep all their digits. Only the first document counts.
 * Throws `SluiceError` (`configuration`) naming `file`.
 */
export function parseYaml11(text: string, file: string, options: YamlOptions = {}): Json {
  const [first] = documents(text, file);
  return first === undefined ? null : convert(first, file, options);
}

export interface YamlOptions {
  /** Of a key that is given twice the last value counts, as for ec; it is an error without this. */
  readonly lastKeyWins?: boolean;
}

/** Every document of the file, as `validate input` reads a stream of documents. */
export function parseYaml11Stream(text: string, file: string, options: YamlOptions = {}): Json[] {
  return documents(text, file).map((document) => convert(document, file, options));
}

function documents(text: string, file: string): Document[] {
  const parsed = parseAllDocuments(text.replace(/^\ufeff/, ''), {
    version: '1.1',
    schema: 'failsafe',
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const list: Document[] = Array.isArray(parsed) ? [...parsed] : [];
  for (const document of list) {
    const [error] = document.errors;
    if (error !== undefined) {
      throw refused(file, `${error.message.split('\n', 1)[0]}`);
    }
  }
  return list;
}

interface Reader {
  readonly file: string;
  readonly options: YamlOptions;
  readonly anchors: Map<string, Node>;
  /** Anchored nodes being read: an alias to one of them would never end. */
  readonly open: Set<Node>;
  visited: number;
}

function convert(document: Document, file: string, options: YamlOptions): Json {
  // The parser gives a document's contents as a node, or null for an empty document.
  const contents = document.contents as Node | null;
  return contents === null
    ? null
    : nodeValue({ file, options, anchors: new Map(), open: new Set(), visited: 0 }, contents);
}

function nodeValue(reader: Reader, node: unknown): Json {
  reader.visited++;
  if (reader.visited > maxNodes) throw refused(reader.file, `it expands to more than ${maxNodes} values`);
  if (isAlias(node)) return aliasValue(reader, node.source);
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null;
  if (node.anchor !== undefined) reader.anchors.set(node.anchor, node);
  reader.open.add(node);
  const value = plainValue(reader, node);
  reader.open.delete(node);
  return value;
}

function plainValue(reader: Reader, node: YAMLMap | YAMLSeq | Scalar): Json {
  if (isMap(node)) return mapValue(reader, node);
  if (isSeq(node)) return node.items.map((item) => nodeValue(reader, item));
  return scalarValue(reader, String(node.value ?? ''), node.type === 'PLAIN', node.tag);
}

function aliasValue(reader: Reader, name: string): Json {
  const target = reader.anchors.get(name);
  if (target === undefined) throw refused(reader.file, `the alias *${name} names no anchor`);
  if (reader.open.has(target)) throw refused(reader.file, `the anchor &${name} contains itself`);
  return nodeValue(reader, target);
}

function mapValue(reader: Reader, map: YAMLMap): Json {
  const members = new Map<string, Json>();
  const merged = new Map<string, Json>();
  for (const { key, value } of map.items) {
    if (isScalar(key) && key.type === 'PLAIN' && key.value === '<<') {
      for (const source of mergeSources(reader, nodeValue(reader, value))) {
        for (const [name, member] of Object.entries(source)) if (!merged.has(name)) merged.set(name, member);
      }
      continue;
    }
    const name = keyText(reader, nodeValue(reader, key));
    if (members.has(name) && reader.options.lastKeyWins !== true)
      throw refused(reader.file, `the key "${name}" occurs twice`);
    members.set(name, nodeValue(reader, value));
  }
  return Object.fromEntries([...merged, ...members]);
}

function mergeSources(reader: Reader, value: Json): { readonly [key: string]: Json }[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item: Json) => {
    if (!isJsonObject(item)) throw refused(reader.file, '"<<" merges something that is not a mapping');
    return item;
  });
}

function keyText(reader: Reader, key: Json): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'boolean' || typeof key === 'number') return String(key);
  if (key instanceof ExactNumber) return key.text;
  if (key === null) return 'null';
  throw refused(reader.file, 'a key is itself a list or a mapping');
}

function scalarValue(reader: Reader, text: string, plain: boolean, tag: string | undefined): Json {
  if (!plain || tag?.endsWith(':str')) return text;
  const value = plainScalar(text);
  if (value === undefined) throw refused(reader.file, `"${text}" has no form in JSON`);
  return value;
}

const words = new Map<string, Json>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word): [string, Json] => [word, null]),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((w): [string, Json] => [w, true]),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((w): [string, Json] => [
    w,
    false,
  ]),
]);

/** What an unquoted scalar means; undefined for infinities and not-a-number, which JSON cannot say. */
function plainScalar(text: string): Json | undefined {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  if (/^[-+]?\.(inf|Inf|INF)$/.test(text) || /^\.(nan|NaN|NAN)$/.test(text)) return undefined;
  return integer(text.replaceAll('_', '')) ?? float(text.replaceAll('_', '')) ?? text;
}

/** Go's ParseInt with base 0, within 64 bits: `0x1F`, `0o17`, `017`, `0b1`. */
function integer(text: string): Json | undefined {
  const match = /^([-+]?)(0x[0-9a-fA-F]+|0b[01]+|0o?[0-7]+|0|[1-9][0-9]*)$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', digits = '0'] = match;
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const value = sign === '-' ? -BigInt(octal) : BigInt(octal);
  if (value < -(2n ** 63n) || value >= 2n ** 64n) return undefined;
  return exactNumber(String(value));
}

/** A decimal fraction, which YAML's reader takes as a 64-bit float and JSON's writer prints as short as it can. */
function float(text: string): Json | undefined {
  if (!/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return exactNumber(goFloat(value));
}

function refused(file: string, reason: string): SluiceError {
  return new SluiceError('configuration', `Expected ${file} to be YAML that can be read, but found: ${reason}.`);
}
