// SPDX-License-Identifier: Apache-2.0
import { ValueTable } from '../value/table.ts';
import { isArray, type Value } from '../value/value.ts';
import type { Absent } from './scope.ts';

/** Top-level members of data that are another's in the next run, such as what an embedder adds of its own. */
export type Passing = ReadonlySet<string>;

/**
 * Values of rules that need nothing but the policy, one data document and one time: every evaluation over these finds
 * them computed. Those that need neither the time nor a passing member of the data last: a later run over the same
 * policy and data may begin with them.
 */
export class Settled {
  readonly now: bigint;
  readonly passing: Passing;
  /** By node. */
  readonly #values: (Value | Absent | undefined)[] = [];
  readonly #lasting = new Set<number>();
  /** By node of a function: results by arguments. */
  readonly #results: (ValueTable<Value | Absent> | undefined)[] = [];
  /** Functions of which a result looked at what passes, and those of which one looked outside: these are not kept. */
  readonly #passingResults = new Set<number>();
  readonly #givenUp = new Set<number>();
  #room = resultsRoom;

  constructor(now: bigint, passing: Passing) {
    this.now = now;
    this.passing = passing;
  }

  get(node: number): Value | Absent | undefined {
    return this.#values[node];
  }

  lasts(node: number): boolean {
    return this.#lasting.has(node);
  }

  set(node: number, value: Value | Absent, lasts: boolean): void {
    this.#values[node] = value;
    if (lasts) this.#lasting.add(node);
  }

  /** A result that needs nothing but its arguments and what is settled here. */
  result(node: number, key: Value): Value | Absent | undefined {
    return this.#givenUp.has(node) ? undefined : this.#results[node]?.get(key);
  }

  resultsPass(node: number): boolean {
    return this.#passingResults.has(node);
  }

  /** Keeps a result as long as there is room: arguments may be an image's own, and images are many. */
  setResult(node: number, key: Value, value: Value | Absent, passes: boolean): void {
    if (this.#givenUp.has(node)) return;
    const weight = weightOf(key, Math.min(this.#room, maxKeyWeight));
    if (weight < 0) return;
    this.#room -= weight;
    const table = this.#results[node] ?? new ValueTable<Value | Absent>();
    this.#results[node] = table;
    table.set(key, value);
    if (passes) this.#passingResults.add(node);
  }

  /** A function that looks outside is not asked for here again. */
  giveUp(node: number): void {
    this.#givenUp.add(node);
  }

  /** The nodes whose values last. */
  *lasting(): Generator<readonly [node: number, value: Value | Absent]> {
    for (const node of this.#lasting) {
      const value = this.#values[node];
      if (value !== undefined) yield [node, value];
    }
  }

  /** What of this still holds at another time. */
  at(now: bigint): Settled {
    const later = new Settled(now, this.passing);
    for (const [node, value] of this.lasting()) later.set(node, value, true);
    return later;
  }
}

/** Characters and members that all kept arguments may have together, and those that one call's may have. */
const resultsRoom = 4_000_000;
const maxKeyWeight = 16_384;

/** Characters and members of a value; negative when there are more than the limit, without counting them all. */
function weightOf(value: Value, limit: number): number {
  const left = roomBehind(value, limit);
  return left < 0 ? -1 : limit - left;
}

function roomBehind(value: Value, room: number): number {
  if (typeof value === 'string') return room - 1 - value.length;
  if (typeof value !== 'object' || value === null || room < 0) return room - 1;
  let left = room - 1;
  if (isArray(value)) {
    for (const item of value) {
      left = roomBehind(item, left);
      if (left < 0) break;
    }
  } else if (value.kind === 'set') {
    for (const item of value.unordered()) {
      left = roomBehind(item, left);
      if (left < 0) break;
    }
  } else if (value.kind === 'object') {
    for (const [key, member] of value.unordered()) {
      left = roomBehind(member, roomBehind(key, left));
      if (left < 0) break;
    }
  }
  return left;
}
