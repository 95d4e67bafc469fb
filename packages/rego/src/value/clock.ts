// SPDX-License-Identifier: Apache-2.0

/** Is told what is made of the time of an evaluation. */
export interface ClockWatch {
  /** It was compared with a number and came out smaller (negative), the same (0) or larger. */
  clockCompared(order: number, other: bigint): void;
  /** Its digits were looked at. */
  clockRead(): void;
}

/** Evaluation is synchronous, so there is one at a time. */
let watching: ClockWatch | undefined;
let reads = 0;

/** Watches the clock from now on; gives who watched before, to be put back. */
export function watchClock(watch: ClockWatch | undefined): ClockWatch | undefined {
  const before = watching;
  watching = watch;
  return before;
}

export function clockCompared(order: number, other: bigint): void {
  watching?.clockCompared(order, other);
}

export function clockRead(): void {
  reads++;
  watching?.clockRead();
}

/** How often the clock was read. What was computed while this changed must not be kept: its next reader would go unseen. */
export function clockReads(): number {
  return reads;
}
