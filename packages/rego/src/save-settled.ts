// SPDX-License-Identifier: Apache-2.0
import { absent } from './eval/scope.ts';
import type { Passing } from './eval/settled.ts';
import { isAbsent } from './plan/once.ts';
import type { Policy } from './policy.ts';
import { decodeValue, encodeValue, type SavedValue } from './saved/value-text.ts';
import type { RegoObject } from './value/object.ts';

/** Data, and what of it is another's in the next run. */
export interface SettledData {
  readonly data: RegoObject;
  readonly passing?: Passing;
}

/** Longer values cost more to keep than to compute. */
const maxValueLength = 16_384;

/** By number of the node; without a value where a rule has none. */
type SavedNode = readonly [node: number, value?: SavedValue];

interface SavedSettled {
  readonly nodes: number;
  readonly values: readonly SavedNode[];
}

/**
 * What evaluations of a policy over a data document have found out that depends on nothing else: not on the input, the
 * clock, anything lent, or the members of the data that pass. Undefined when there is nothing to keep.
 *
 * It is trusted when it is loaded: keep it under a key made of everything that policy and data were made from.
 */
export function saveSettled(policy: Policy, { data, passing }: SettledData, now: bigint): string | undefined {
  const values: SavedNode[] = [];
  for (const [node, value] of policy.settledBy(data, now, passing)?.lasting() ?? []) {
    if (isAbsent(value)) values.push([node]);
    else {
      const saved = encodeValue(value);
      if (JSON.stringify(saved).length <= maxValueLength) values.push([node, saved]);
    }
  }
  const saved: SavedSettled = { nodes: policy.set.nodeCount, values };
  return values.length === 0 ? undefined : JSON.stringify(saved);
}

/** Lets evaluations at a time begin with what {@link saveSettled} wrote for the same policy and the same data. */
export function loadSettled(policy: Policy, { data, passing }: SettledData, now: bigint, text: string): void {
  const { nodes, values } = JSON.parse(text) as SavedSettled; // written by saveSettled
  const settled = policy.settledBy(data, now, passing);
  if (nodes !== policy.set.nodeCount) return;
  for (const [node, value] of values) settled?.set(node, value === undefined ? absent : decodeValue(value), true);
}
