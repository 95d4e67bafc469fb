// SPDX-License-Identifier: Apache-2.0
import { isArray } from '../value/value.ts';
import type { Family } from './builtin.ts';
import { array, binary, integer, ternary, unary } from './operands.ts';

export const arrays: Family = {
  'array.concat': binary(array, array, (a, b, context) => {
    context.tick(a.length + b.length);
    return [...a, ...b];
  }),
  'array.flatten': unary(array, (items, context) => {
    const flat = items.flatMap((item) => (isArray(item) ? item : [item]));
    context.tick(flat.length);
    return flat;
  }),
  'array.reverse': unary(array, (items, context) => {
    context.tick(items.length);
    return items.toReversed();
  }),
  'array.slice': ternary(array, integer, integer, (items, start, stop, context) => {
    const to = Math.max(0, Math.min(stop, items.length));
    const from = Math.max(0, Math.min(start, to));
    context.tick(to - from);
    return from === 0 && to === items.length ? items : items.slice(from, to);
  }),
};
