// SPDX-License-Identifier: Apache-2.0
import { fromDouble, parseNumber } from '../value/number.ts';
import { objectOf } from '../value/object.ts';
import type { Value } from '../value/value.ts';
import type { YamlNode, YamlScalar } from './node.ts';
import { yamlFloat, yamlInteger } from './number.ts';
import { resolveTimestamp } from './timestamp.ts';

/** What a plain scalar means to go-yaml v3, by its tag and as a value. */
export interface Resolved {
  readonly tag: '!!str' | '!!int' | '!!float' | '!!bool' | '!!null' | '!!timestamp' | '!!merge';
  readonly value: Value;
}

/** go-yaml v3's reading of a scalar: YAML 1.2's booleans and null, numbers of both versions, and dates. */
export function resolveScalar({ text, plain, tag }: YamlScalar): Resolved {
  if (tag === '!!str' || isLocal(tag) || !plain) return { tag: '!!str', value: text };
  if (text === '' || text === '~' || /^(?:null|Null|NULL)$/.test(text)) return { tag: '!!null', value: null };
  if (/^(?:true|True|TRUE)$/.test(text)) return { tag: '!!bool', value: true };
  if (/^(?:false|False|FALSE)$/.test(text)) return { tag: '!!bool', value: false };
  if (text === '<<') return { tag: '!!merge', value: text };
  return resolveNumber(text) ?? resolveDate(text) ?? { tag: '!!str', value: text };
}

/** A tag of the writer's own says that the scalar is none of YAML's. */
function isLocal(tag: string | undefined): boolean {
  return tag !== undefined && !/^!(?:!|<tag:yaml\.org,2002:)/.test(tag);
}

function resolveDate(text: string): Resolved | undefined {
  const value = resolveTimestamp(text);
  return value === undefined ? undefined : { tag: '!!timestamp', value };
}

function resolveNumber(text: string): Resolved | undefined {
  const integer = /^[-+0-9]/.test(text) ? yamlInteger(text.replaceAll('_', '')) : undefined;
  if (integer !== undefined) return { tag: '!!int', value: parseNumber(String(integer)) };
  const float = yamlFloat(text);
  return float === undefined ? undefined : { tag: '!!float', value: fromDouble(float) };
}

/** The value of a node where anything may stand. Keys become text; a key that is no string is named by `refuseKey`. */
export function valueOfNode(
  node: YamlNode,
  refuseKey: (path: readonly string[]) => never,
  path: readonly string[] = [],
): Value {
  switch (node.kind) {
    case 'scalar':
      return resolveScalar(node).value;
    case 'sequence':
      return node.items.map((item, index) => valueOfNode(item, refuseKey, [...path, String(index)]));
    case 'mapping':
      return objectOf(
        mergedEntries(node).map(([key, value]) => {
          const name = key.kind === 'scalar' ? resolveScalar(key).value : undefined;
          if (typeof name !== 'string') return refuseKey(path);
          return [name, valueOfNode(value, refuseKey, [...path, name])] as const;
        }),
      );
  }
}

/** Entries with `<<` replaced by what it points at; keys written out win. */
export function mergedEntries(
  node: YamlNode & { readonly kind: 'mapping' },
): readonly (readonly [YamlNode, YamlNode])[] {
  const isMerge = (key: YamlNode): boolean => key.kind === 'scalar' && resolveScalar(key).tag === '!!merge';
  if (!node.entries.some(([key]) => isMerge(key))) return node.entries;
  const merged = node.entries.flatMap(([key, value]) => (isMerge(key) ? mergeSources(value) : []));
  return [...merged, ...node.entries.filter(([key]) => !isMerge(key))];
}

/** Of several sources the first wins, so the last comes first. */
function mergeSources(value: YamlNode): readonly (readonly [YamlNode, YamlNode])[] {
  if (value.kind === 'mapping') return mergedEntries(value);
  return value.kind === 'sequence' ? value.items.toReversed().flatMap(mergeSources) : [];
}
