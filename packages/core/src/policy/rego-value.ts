// SPDX-License-Identifier: Apache-2.0
import { fromJson, objectOf, type Value } from '@sluice/rego';
import { ExactNumber, isJsonArray, type Json } from './exact-json.ts';

/** A document as the engine takes it, with every digit of its numbers. */
export function regoValue(json: Json): Value {
  if (typeof json === 'string') return json.toWellFormed();
  if (typeof json === 'number') return fromJson(String(json));
  if (typeof json !== 'object' || json === null) return json;
  if (json instanceof ExactNumber) return fromJson(json.text);
  if (isJsonArray(json)) return json.map(regoValue);
  return objectOf(Object.entries(json).map(([key, member]) => [key.toWellFormed(), regoValue(member)] as const));
}
