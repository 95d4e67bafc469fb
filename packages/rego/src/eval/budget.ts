// SPDX-License-Identifier: Apache-2.0
import { RegoError } from '../error.ts';
import type { Limits } from '../limits.ts';

/** What bounds an evaluation in time, besides its limits. */
export interface Deadline {
  /** Milliseconds on any clock that only goes forward. */
  readonly clock: () => number;
  /** The evaluation fails when the clock shows more than this. */
  readonly until: number;
}

const stepsBetweenLooks = 16_384;

/** Counts an evaluation's work down; every spent budget is a `RegoError`, `rego_limit_error` or `eval_cancel_error`. */
export class Budget {
  readonly #limits: Limits;
  readonly #deadline: Deadline | undefined;
  readonly #signal: AbortSignal | undefined;
  #stepsLeft: number;
  #untilLook = stepsBetweenLooks;
  #valuesLeft: number;
  #depth = 0;

  constructor(limits: Limits, deadline?: Deadline, signal?: AbortSignal) {
    this.#limits = limits;
    this.#deadline = deadline;
    this.#signal = signal;
    this.#stepsLeft = limits.maxSteps;
    this.#valuesLeft = limits.maxValues;
  }

  step(units = 1): void {
    this.#untilLook -= units;
    if (this.#untilLook < 0) this.#look();
  }

  /** A value was put into a collection. */
  value(count = 1): void {
    this.#valuesLeft -= count;
    if (this.#valuesLeft < 0) {
      throw limitError(`Expected at most ${this.#limits.maxValues} values in collections, found more.`);
    }
    this.step(count);
  }

  enter(): void {
    this.#depth++;
    if (this.#depth > this.#limits.maxCallDepth) {
      throw limitError(`Expected at most ${this.#limits.maxCallDepth} rules inside each other, found more.`);
    }
    this.step();
  }

  leave(): void {
    this.#depth--;
  }

  #look(): void {
    this.#stepsLeft -= stepsBetweenLooks - this.#untilLook;
    this.#untilLook = Math.min(stepsBetweenLooks, Math.max(0, this.#stepsLeft));
    if (this.#stepsLeft < 0) throw limitError(`Expected at most ${this.#limits.maxSteps} steps, found more.`);
    if (this.#signal?.aborted) throw new RegoError('eval_cancel_error', 'caller cancelled query execution');
    if (this.#deadline && this.#deadline.clock() > this.#deadline.until) {
      throw new RegoError('eval_cancel_error', 'The evaluation took longer than its deadline allows.');
    }
  }
}

function limitError(reason: string): RegoError {
  return new RegoError('rego_limit_error', reason);
}
