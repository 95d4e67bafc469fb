// SPDX-License-Identifier: Apache-2.0

import { numberText } from '../value/number.ts';
import { emptyObject } from '../value/object.ts';
import { isArray, isNumber, isObject, type Value } from '../value/value.ts';

/** The member of a collection at a key; undefined when there is none. */
export function lookUp(collection: Value, key: Value): Value | undefined {
  if (typeof collection !== 'object' || collection === null) return undefined;
  if (isArray(collection)) return typeof key === 'number' ? collection[key] : undefined;
  if (collection.kind === 'number') return undefined;
  return collection.get(key);
}

/** The same in base data, whose objects only have strings as keys: `data.x[2]` finds the key "2". */
export function lookUpBase(collection: Value, key: Value): Value | undefined {
  const found = lookUp(collection, key);
  if (found !== undefined || !isNumber(key) || !isObject(collection)) return found;
  return collection.get(numberText(key));
}

export function lookUpPath(from: Value | undefined, path: readonly Value[]): Value | undefined {
  let value = from;
  for (const key of path) {
    if (value === undefined) return undefined;
    value = lookUp(value, key);
  }
  return value;
}

/** A document with the value at a path replaced; what is no object on the way becomes one. */
export function replaceAt(document: Value | undefined, path: readonly Value[], value: Value): Value {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const object = isObject(document) ? document : emptyObject;
  return object
    .toBuilder()
    .set(key, replaceAt(object.get(key), rest, value))
    .build();
}
