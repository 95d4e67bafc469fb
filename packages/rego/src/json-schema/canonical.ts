// SPDX-License-Identifier: Apache-2.0
import { goJsonString } from '../builtins/go-json.ts';
import { toJson } from '../value/json.ts';
import { toDouble } from '../value/number.ts';
import type { RegoObject } from '../value/object.ts';
import { compareStrings } from '../value/strings.ts';
import { isArray, isNumber, isObject, isSet, type Value } from '../value/value.ts';

/** JSON in which equal values have equal texts: numbers are doubles, keys are sorted. */
export function canonicalJson(value: Value): string {
  if (typeof value === 'string') return goJsonString(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isNumber(value)) return String(toDouble(value));
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isSet(value)) return `[${value.items().map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return 'null';
  const members = memberEntries(value).map(([key, member]) => `${goJsonString(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** The members of an object by their JSON names, sorted. */
export function memberEntries(object: RegoObject): readonly (readonly [string, Value])[] {
  const entries = object.entries();
  // Keys are strings once the test has passed, and entries are sorted already.
  if (entries.every(([key]) => typeof key === 'string')) return entries as readonly (readonly [string, Value])[];
  const named = entries.map(([key, value]) => [typeof key === 'string' ? key : toJson(key), value] as const);
  return named.sort((a, b) => compareStrings(a[0], b[0]));
}

/** The items of what JSON writes as an array. */
export function itemsOf(value: Value): readonly Value[] | undefined {
  if (isArray(value)) return value;
  return isSet(value) ? value.items() : undefined;
}
