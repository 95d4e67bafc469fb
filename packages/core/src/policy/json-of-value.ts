// SPDX-License-Identifier: Apache-2.0
import { fromJson, isArray, isNumber, isSet, toJson, type Value } from '@sluice/rego';
import { compareText, exactNumber, type Json } from './exact-json.ts';

/** JSON as the engine takes it, with every digit of its numbers, which a JavaScript number would lose. */
export function valueOfJson(json: Json): Value {
  return fromJson(JSON.stringify(json));
}

/** What a policy gave, as JSON: sets are sorted lists, keys that are no texts their JSON, and numbers keep their digits. */
export function jsonOfValue(value: Value): Json {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map(jsonOfValue);
  if (isNumber(value)) return exactNumber(toJson(value));
  if (isSet(value)) return value.items().map(jsonOfValue);
  const entries = value.entries().map(([key, member]) => [nameOf(key), jsonOfValue(member)] as const);
  const named = entries.some(([name], i) => i > 0 && compareText(entries[i - 1]?.[0] ?? '', name) > 0);
  return Object.fromEntries(named ? entries.toSorted(([a], [b]) => compareText(a, b)) : entries);
}

function nameOf(key: Value): string {
  return typeof key === 'string' ? key.toWellFormed() : toJson(key);
}
