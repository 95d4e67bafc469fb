// SPDX-License-Identifier: Apache-2.0
import { isArray, isObject, isSet, type Value } from '../value/value.ts';
import type { BuiltinContext, Family } from './builtin.ts';
import { lookUp } from './look-up.ts';
import { any, unary } from './operands.ts';

/** `walk` as a function of one argument: the array of all its pairs. */
export const walking: Family = {
  walk: unary(any, (value, context) => [...walk(value, context)]),
};

/** What the caller of `walk` will look at, so that the rest need not be made. */
export interface WalkOptions {
  /** The path is thrown away (`walk(x, [_, v])`): every pair has the same empty one. */
  readonly withoutPath?: boolean;
  /** First steps of the paths that are wanted, where they are known. */
  readonly prefix?: readonly (Value | undefined)[];
}

/** Every value inside a value with the path to it, parents before children, children in order. */
export function* walk(root: Value, context: BuiltinContext, options: WalkOptions = {}): Generator<[Value, Value]> {
  const { prefix = [], withoutPath = false } = options;
  // A list of its own in place of recursion: documents may be deeper than the call stack.
  const open: Place[] = [{ value: root, step: undefined, parent: undefined, depth: 0 }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    context.tick(1);
    if (place.depth >= prefix.length) yield [withoutPath ? noPath : pathOf(place), place.value];
    const wanted = prefix[place.depth];
    if (wanted === undefined) openChildren(open, place);
    else {
      const value = lookUp(place.value, wanted);
      if (value !== undefined) open.push({ value, step: wanted, parent: place, depth: place.depth + 1 });
    }
  }
}

interface Place {
  readonly value: Value;
  readonly step: Value | undefined;
  readonly parent: Place | undefined;
  readonly depth: number;
}

const noPath: readonly Value[] = [];

function openChildren(open: Place[], parent: Place): void {
  const { value } = parent;
  const depth = parent.depth + 1;
  if (isArray(value)) {
    // In range by the loop's bound.
    for (let at = value.length - 1; at >= 0; at--) open.push({ value: value[at] as Value, step: at, parent, depth });
  } else if (isObject(value)) {
    const [keys, values] = [value.keys(), value.values()];
    // Both lists are of the object's size.
    for (let at = keys.length - 1; at >= 0; at--) {
      open.push({ value: values[at] as Value, step: keys[at] as Value, parent, depth });
    }
  } else if (isSet(value)) {
    for (const item of value.items().toReversed()) open.push({ value: item, step: item, parent, depth });
  }
}

function pathOf(place: Place): readonly Value[] {
  const path: Value[] = new Array(place.depth);
  for (let at: Place | undefined = place; at?.step !== undefined; at = at.parent) path[at.depth - 1] = at.step;
  return path;
}
