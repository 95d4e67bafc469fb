// SPDX-License-Identifier: Apache-2.0
import { aggregates } from './aggregates.ts';
import { arrays } from './arrays.ts';
import { bits } from './bits.ts';
import type { Family, Implementation } from './builtin.ts';
import { casts } from './casts.ts';
import { comparison } from './comparison.ts';
import { numbers } from './numbers.ts';
import { objects } from './objects.ts';
import { sets } from './sets.ts';
import { strings } from './strings.ts';
import { types } from './types.ts';

const families: readonly Family[] = [
  aggregates,
  arrays,
  bits,
  casts,
  comparison,
  numbers,
  objects,
  sets,
  strings,
  types,
];

const implementations: ReadonlyMap<string, Implementation> = new Map(
  families.flatMap((family) => Object.entries(family)),
);

/**
 * How a built-in function is computed. Undefined for those the evaluator itself is for (`eq`, `assign`) and for names
 * that are not OPA's; `walk`, being a relation, answers with the array of all its pairs.
 */
export function implementationOf(name: string): Implementation | undefined {
  return implementations.get(name);
}
