// SPDX-License-Identifier: Apache-2.0
import { isArray, isSet, type Value } from '../value/value.ts';
import type { BuiltinContext } from './builtin.ts';
import { strings, wrongType } from './operands.ts';

/** Whether any of the strings begins (or ends) with any of the bases. */
export function anyAffixMatch(
  search: Value,
  bases: Value,
  side: 'prefix' | 'suffix',
  context: BuiltinContext,
): boolean {
  const texts = listOf(search, 1);
  const affixes = listOf(bases, 2);
  context.tick(texts.length + affixes.length);
  if (texts.length === 1 || affixes.length === 1) return anyPair(texts, affixes, side);
  const byLength = Map.groupBy(new Set(affixes), (affix) => affix.length);
  const known = new Map([...byLength].map(([length, group]) => [length, new Set(group)]));
  return texts.some((text) => {
    context.tick(known.size);
    return [...known].some(([length, group]) => length <= text.length && group.has(cut(text, length, side)));
  });
}

function anyPair(texts: readonly string[], affixes: readonly string[], side: 'prefix' | 'suffix'): boolean {
  return texts.some((text) =>
    affixes.some((affix) => (side === 'prefix' ? text.startsWith(affix) : text.endsWith(affix))),
  );
}

function cut(text: string, length: number, side: 'prefix' | 'suffix'): string {
  return side === 'prefix' ? text.slice(0, length) : text.slice(text.length - length);
}

function listOf(value: Value, position: number): readonly string[] {
  if (typeof value === 'string') return [value];
  if (!isArray(value) && !isSet(value)) return wrongType(position, value, ['string', 'set', 'array']);
  return strings(value, position);
}
