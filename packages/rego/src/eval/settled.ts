// SPDX-License-Identifier: Apache-2.0
import type { Value } from '../value/value.ts';
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
