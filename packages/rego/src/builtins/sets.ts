// SPDX-License-Identifier: Apache-2.0
import { emptySet, type RegoSet, SetBuilder } from '../value/set.ts';
import type { Value } from '../value/value.ts';
import type { BuiltinContext, Family } from './builtin.ts';
import { binary, set, unary } from './operands.ts';

export const sets: Family = {
  and: binary(set, set, intersection),
  or: binary(set, set, (a, b, context) => union([a, b], context)),
  set_diff: binary(set, set, difference),
  intersection: unary(
    set,
    (all, context) =>
      members(all).reduce<RegoSet | undefined>((a, b) => (a ? intersection(a, b, context) : b), undefined) ?? emptySet,
  ),
  union: unary(set, (all, context) => union(members(all), context)),
};

/** The members of the first set that are not in the second. */
export function difference(a: RegoSet, b: RegoSet, context: BuiltinContext): RegoSet {
  context.tick(a.size);
  if (b.size === 0) return a;
  return collected(a.unordered().filter((item) => !b.has(item)));
}

function intersection(a: RegoSet, b: RegoSet, context: BuiltinContext): RegoSet {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  context.tick(small.size);
  return collected(small.unordered().filter((item) => large.has(item)));
}

function union(all: readonly RegoSet[], context: BuiltinContext): RegoSet {
  const [first = emptySet, ...rest] = all.filter((one) => one.size > 0).toSorted((a, b) => b.size - a.size);
  if (rest.length === 0) return first;
  const builder = first.toBuilder();
  for (const one of rest) {
    context.tick(one.size);
    for (const item of one.unordered()) builder.add(item);
  }
  return builder.build();
}

function members(all: RegoSet): readonly RegoSet[] {
  return all.items().map((item) => set(item, 1));
}

function collected(items: readonly Value[]): RegoSet {
  if (items.length === 0) return emptySet;
  const builder = new SetBuilder();
  for (const item of items) builder.add(item);
  return builder.build();
}
