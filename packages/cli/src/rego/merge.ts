// SPDX-License-Identifier: Apache-2.0
import { isObject, type RegoObject, type Value } from '@sluice/rego';

/** The first path, in the order of keys, at which both objects have a value that is no object in both. */
export function conflictAt(a: RegoObject, b: RegoObject): readonly string[] | undefined {
  for (const [key, added] of b.entries()) {
    const present = a.get(key);
    if (present === undefined) continue;
    // Keys of data come from JSON and YAML, and are strings.
    const name = String(key);
    if (!isObject(present) || !isObject(added)) return [name];
    const inner = conflictAt(present, added);
    if (inner) return [name, ...inner];
  }
  return undefined;
}

/** Both objects in one; they must not conflict. */
export function mergeObjects(a: RegoObject, b: RegoObject): RegoObject {
  const merged = a.toBuilder();
  for (const [key, added] of b.entries()) {
    const present = a.get(key);
    merged.set(
      key,
      present !== undefined && isObject(present) && isObject(added) ? mergeObjects(present, added) : added,
    );
  }
  return merged.build();
}

/** The value at a path of objects. */
export function valueAt(value: Value, path: readonly string[]): Value | undefined {
  let current: Value | undefined = value;
  for (const part of path) {
    if (current === undefined || !isObject(current)) return undefined;
    current = current.get(part);
  }
  return current;
}
