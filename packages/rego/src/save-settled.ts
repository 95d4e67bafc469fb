// SPDX-License-Identifier: Apache-2.0
import { Look } from './eval/look.ts';
import { absent, isAbsent } from './eval/scope.ts';
import { isWithin, type Passing } from './eval/settled.ts';
import type { Policy } from './policy.ts';
import { decodeValue, encodeValue, type SavedValue } from './saved/value-text.ts';
import { isWatched } from './value/number.ts';
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
  /** What holds between two times, in nanoseconds. */
  readonly clock: { readonly from?: string; readonly until?: string; readonly values: readonly SavedNode[] };
}

/**
 * What evaluations of a policy over a data document have found out that depends on nothing else: not on the input,
 * anything lent, or the members of the data that pass. Of the clock it may depend as far as it was only compared: with
 * the time of the evaluation, or with a number from {@link clockNumber} of the same time that lies in the data.
 * Undefined when there is nothing to keep.
 *
 * It is trusted when it is loaded: keep it under a key made of everything that policy and data were made from.
 */
export function saveSettled(policy: Policy, { data, passing }: SettledData, now: bigint): string | undefined {
  const settled = policy.settledBy(data, now, passing);
  const values: SavedNode[] = [];
  const timed: SavedNode[] = [];
  for (const { node, value, clock } of settled?.lasting() ?? []) {
    const saved = isAbsent(value) ? undefined : encodeValue(value);
    if (saved !== undefined && JSON.stringify(saved).length > maxValueLength) continue;
    (clock ? timed : values).push(saved === undefined ? [node] : [node, saved]);
  }
  if (values.length + timed.length === 0) return undefined;
  const { from, until } = settled?.span ?? {};
  const clock = {
    ...(from !== undefined && { from: from.toString() }),
    ...(until !== undefined && { until: until.toString() }),
    values: timed,
  };
  const saved: SavedSettled = { nodes: policy.set.nodeCount, values, clock };
  return JSON.stringify(saved);
}

/**
 * Lets evaluations at a time begin with what {@link saveSettled} wrote for the same policy and the same data. False when a
 * part of it does not hold at that time, so that it should be saved anew.
 */
export function loadSettled(policy: Policy, { data, passing }: SettledData, now: bigint, text: string): boolean {
  const { nodes, values, clock } = JSON.parse(text) as SavedSettled; // written by saveSettled
  const settled = policy.settledBy(data, now, passing);
  if (settled === undefined || nodes !== policy.set.nodeCount || !isWatched(now)) return false;
  const load = (saved: readonly SavedNode[], looks: number) => {
    for (const [node, value] of saved) settled.set(node, value === undefined ? absent : decodeValue(value), looks);
  };
  load(values, 0);
  const span = { from: timeOf(clock.from), until: timeOf(clock.until) };
  if (!isWithin(now, span)) return false;
  settled.narrow(span);
  load(clock.values, Look.clock);
  return true;
}

function timeOf(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : BigInt(text);
}
