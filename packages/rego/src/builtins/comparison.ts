// SPDX-License-Identifier: Apache-2.0
import { compare, equal } from '../value/compare.ts';
import type { Family } from './builtin.ts';
import { any, binary } from './operands.ts';

export const comparison: Family = {
  equal: binary(any, any, (a, b) => equal(a, b)),
  neq: binary(any, any, (a, b) => !equal(a, b)),
  lt: binary(any, any, (a, b) => compare(a, b) < 0),
  lte: binary(any, any, (a, b) => compare(a, b) <= 0),
  gt: binary(any, any, (a, b) => compare(a, b) > 0),
  gte: binary(any, any, (a, b) => compare(a, b) >= 0),
};
