// SPDX-License-Identifier: Apache-2.0
import { resolveTimestamp, type YamlNode, type YamlScalar, yamlFloat, yamlInteger } from '@sluice/rego/yaml';
import { exactNumber, type Json } from './exact-json.ts';
import { goFloat, goShortFloat } from './go-float.ts';

/** YAML that has no form in JSON, with the reason as part of a sentence. */
export class Unsayable extends Error {
  override readonly name = 'Unsayable';
}

/** What go-yaml 2 takes a scalar for (its `resolve.go`), by tag. */
type Resolved =
  | { readonly tag: '!!null' }
  | { readonly tag: '!!bool'; readonly value: boolean }
  | { readonly tag: '!!int'; readonly value: bigint }
  | { readonly tag: '!!float'; readonly value: number }
  | { readonly tag: '!!str' | '!!timestamp'; readonly value: string };

/** A scalar as `sigs.k8s.io/yaml` writes it to JSON. */
export function scalarValue(node: YamlScalar): Json {
  if (isText(node)) return node.text;
  const resolved = resolve(node);
  switch (resolved.tag) {
    case '!!null':
      return null;
    case '!!int':
      return exactNumber(String(resolved.value));
    case '!!float':
      if (!Number.isFinite(resolved.value)) throw new Unsayable(`"${node.text}" has no form in JSON${place(node)}`);
      return exactNumber(goFloat(resolved.value));
    default:
      return resolved.value;
  }
}

/** The text of a key as `sigs.k8s.io/yaml` converts it. */
export function keyText(node: YamlNode): string {
  if (node.kind !== 'scalar') throw new Unsayable(`a key is itself a list or a mapping${place(node)}`);
  if (isText(node)) return node.text;
  const resolved = resolve(node);
  switch (resolved.tag) {
    case '!!null':
      throw new Unsayable(`a key is null, where JSON needs text${place(node)}`);
    case '!!int':
      if (resolved.value < 2n ** 63n) return String(resolved.value);
      throw new Unsayable(`the key ${node.text} is larger than 64 bits with a sign${place(node)}`);
    case '!!float':
      return floatKey(resolved.value);
    default:
      return String(resolved.value);
  }
}

export function isMergeKey(node: YamlNode): boolean {
  if (node.kind !== 'scalar' || node.text !== '<<') return false;
  return node.tag === undefined ? node.plain : node.tag === '!' || node.tag === '!!merge';
}

function place({ line }: YamlNode): string {
  return ` (line ${line})`;
}

/** Whether a scalar is its text at first sight: in quotes, or not beginning as a number or a word does. */
function isText({ text, plain, tag }: YamlScalar): boolean {
  return tag === undefined && (!plain || (text !== '' && !/^[-+.0-9yYnNtTfFoO~]/.test(text)));
}

const words = new Map<string, Resolved>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { tag: '!!null' }] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, { tag: '!!bool', value: true }] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, { tag: '!!bool', value: false }] as const,
  ),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, { tag: '!!float', value: Number.NaN }] as const),
  ...['inf', 'Inf', 'INF'].flatMap((word) =>
    ['', '+', '-'].map((sign) => [`${sign}.${word}`, { tag: '!!float', value: Number(`${sign}Infinity`) }] as const),
  ),
]);

function resolve({ text, plain, tag, line }: YamlScalar): Resolved {
  switch (tag) {
    case undefined:
      return plain ? resolvePlain(text) : { tag: '!!str', value: text };
    case '!!null':
    case '!!bool':
    case '!!int':
    case '!!float':
    case '!!timestamp': {
      const resolved = tag === '!!timestamp' ? resolveDate(text) : resolvePlain(text);
      if (resolved?.tag === tag) return resolved;
      if (tag === '!!float' && resolved?.tag === '!!int') return { tag, value: Number(resolved.value) };
      throw new Unsayable(`"${text}" is tagged ${tag}, which it is not (line ${line})`);
    }
    case '!!binary':
      return { tag: '!!str', value: fromBase64(text, line) };
    default:
      return { tag: '!!str', value: text };
  }
}

function resolvePlain(text: string): Resolved {
  const word = words.get(text);
  if (word !== undefined) return word;
  const digits = text.startsWith('.') ? text : text.replaceAll('_', '');
  return (/^[-+.0-9]/.test(text) && (integer(digits) ?? float(digits))) || { tag: '!!str', value: text };
}

function resolveDate(text: string): Resolved | undefined {
  return resolveTimestamp(text) === undefined ? undefined : { tag: '!!timestamp', value: text };
}

/** Go's ParseInt and then ParseUint with base 0, within 64 bits. */
function integer(text: string): Resolved | undefined {
  const value = yamlInteger(text);
  if (value === undefined || value < -(2n ** 63n) || value >= 2n ** (/^[-+]/.test(text) ? 63n : 64n)) return undefined;
  return { tag: '!!int', value };
}

/** A decimal fraction, which YAML's reader takes as a 64-bit float. */
function float(text: string): Resolved | undefined {
  const value = yamlFloat(text);
  return value === undefined ? undefined : { tag: '!!float', value };
}

/** A float as a key: the fewest digits that tell it from other 32-bit floats. */
function floatKey(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single < 0 ? '-.inf' : '.inf';
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(single.toPrecision(digits));
    if (Math.fround(shorter) === single) return goShortFloat(shorter);
  }
  return goShortFloat(single);
}

/** The text in base64 as Go takes it: rows may be broken, and it is padded. */
function fromBase64(text: string, line: number): string {
  const characters = text.replace(/[\r\n]/g, '');
  if (characters.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(characters)) {
    throw new Unsayable(`"!!binary" is followed by something that is not base64 (line ${line})`);
  }
  return Buffer.from(characters, 'base64').toString('utf8');
}
