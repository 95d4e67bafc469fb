// SPDX-License-Identifier: Apache-2.0
import { ClockNum, isWatched } from '../value/number.ts';
import { ValueTable } from '../value/table.ts';
import { isArray, type Value } from '../value/value.ts';
import { Look } from './look.ts';
import { type Absent, isAbsent } from './scope.ts';

/** Top-level members of data that are another's in the next run, such as what an embedder adds of its own. */
export type Passing = ReadonlySet<string>;

/** Times between which nothing that was compared with the clock changes sides; both ends belong to it, undefined is endless. */
export interface Span {
  readonly from?: bigint | undefined;
  readonly until?: bigint | undefined;
}

/** A node's value that the next run may begin with; `clock` where it holds for a span of times only. */
export interface Lasting {
  readonly node: number;
  readonly value: Value | Absent;
  readonly clock: boolean;
}

/**
 * Values of rules that need nothing but the policy, one data document and one time: every evaluation over these finds
 * them computed. Those that need neither the time itself nor a passing member of the data last: a later run over the same
 * policy and data may begin with them, if they need no more of the clock than on which side of some times it is, as long
 * as it stays there.
 *
 * What lasts may lie elsewhere: documents that differ in passing members alone have it in common.
 */
export class Settled {
  readonly now: bigint;
  readonly passing: Passing;
  /** By node, with what they needed. */
  readonly #values: (Value | Absent | undefined)[] = [];
  readonly #looks: number[] = [];
  /** By node of a function: results by arguments, and what any of them needed. */
  readonly #results: (ValueTable<Value | Absent> | undefined)[] = [];
  readonly #resultLooks: number[] = [];
  /** Functions of which a result looked outside: these are not kept. */
  readonly #givenUp = new Set<number>();
  /** Of the same time, over a document that differs in passing members alone. */
  readonly #common: Settled | undefined;
  #span: Span = {};
  #room = resultsRoom;

  constructor(now: bigint, passing: Passing, common?: Settled) {
    this.now = now;
    this.passing = passing;
    this.#common = common;
  }

  get(node: number): Value | Absent | undefined {
    return this.#values[node] ?? (passes(this.#common?.looks(node)) ? undefined : this.#common?.get(node));
  }

  looks(node: number): number {
    return this.#looks[node] ?? this.#common?.looks(node) ?? 0;
  }

  set(node: number, value: Value | Absent, looks: number): void {
    if (this.#common && !passes(looks)) {
      this.#common.set(node, value, looks);
      return;
    }
    this.#values[node] = value;
    this.#looks[node] = looks;
  }

  /** A result that needs nothing but its arguments and what is settled here. */
  result(node: number, key: Value): Value | Absent | undefined {
    if (this.#givenUp.has(node)) return undefined;
    const own = this.#results[node]?.get(key);
    return own ?? (passes(this.#common?.resultLooks(node)) ? undefined : this.#common?.result(node, key));
  }

  resultLooks(node: number): number {
    return (this.#resultLooks[node] ?? 0) | (this.#common?.resultLooks(node) ?? 0);
  }

  /** Keeps a result as long as there is room: arguments may be an image's own, and images are many. */
  setResult(node: number, key: Value, value: Value | Absent, looks: number): void {
    if (this.#givenUp.has(node)) return;
    if (this.#common && !passes(looks)) {
      this.#common.setResult(node, key, value, looks);
      return;
    }
    const weight = weightOf(key, Math.min(this.#room, maxKeyWeight));
    if (weight < 0) return;
    this.#room -= weight;
    const table = this.#results[node] ?? new ValueTable<Value | Absent>();
    this.#results[node] = table;
    table.set(key, value);
    this.#resultLooks[node] = (this.#resultLooks[node] ?? 0) | looks;
  }

  /** A function that looks outside is not asked for here again. */
  giveUp(node: number): void {
    this.#givenUp.add(node);
    this.#common?.giveUp(node);
  }

  /** The times for which what needs the clock holds. */
  get span(): Span {
    return this.#span;
  }

  /** The clock came out smaller (negative) than a number, the same, or larger. */
  clockCompared(order: number, other: bigint): void {
    if (order <= 0) this.narrow({ until: order === 0 ? other : other - 1n });
    if (order >= 0) this.narrow({ from: order === 0 ? other : other + 1n });
  }

  narrow({ from, until }: Span): void {
    this.#common?.narrow({ from, until });
    const known = this.#span;
    this.#span = {
      from: from === undefined || (known.from !== undefined && known.from > from) ? known.from : from,
      until: until === undefined || (known.until !== undefined && known.until < until) ? known.until : until,
    };
  }

  /** The values that last. A value that is or holds the time itself does not, and a small time goes unseen. */
  *lasting(): Generator<Lasting> {
    if (!isWatched(this.now)) return;
    for (const [node, value] of this.#values.entries()) {
      const looks = this.looks(node);
      if (value === undefined || passes(looks)) continue;
      if (isAbsent(value) || !holdsClock(value)) yield { node, value, clock: (looks & Look.clock) !== 0 };
    }
  }

  /** What of this still holds at another time. */
  at(now: bigint): Settled {
    const later = new Settled(now, this.passing);
    if (!isWatched(now)) return later;
    const within = isWithin(now, this.#span);
    if (within) later.narrow(this.#span);
    for (const { node, value, clock } of this.lasting()) {
      if (within || !clock) later.set(node, value, clock ? Look.clock : 0);
    }
    return later;
  }
}

function passes(looks: number | undefined): boolean {
  return looks !== undefined && (looks & Look.passing) !== 0;
}

export function isWithin(time: bigint, { from, until }: Span): boolean {
  return (from === undefined || from <= time) && (until === undefined || time <= until);
}

function holdsClock(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isArray(value)) return value.some(holdsClock);
  if (value.kind === 'number') return value instanceof ClockNum;
  if (value.kind === 'set') return value.unordered().some(holdsClock);
  return value.entries().some(([key, member]) => holdsClock(key) || holdsClock(member));
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
