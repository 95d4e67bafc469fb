// SPDX-License-Identifier: Apache-2.0
import { toInt } from '../value/number.ts';
import { isArray, isNumber, isObject, isSet, type Value } from '../value/value.ts';

/** What a reference finds one step down: a member, an element, or the item of a set itself. */
export function lookUp(from: Value, step: Value): Value | undefined {
  if (isObject(from)) return from.get(step);
  if (isSet(from)) return from.get(step);
  if (!isArray(from) || !isNumber(step)) return undefined;
  const index = toInt(step);
  return index === undefined ? undefined : from[index];
}
