// SPDX-License-Identifier: Apache-2.0
import { randomFillSync } from 'node:crypto';
import type { EvaluateOptions } from '@sluice/rego';
import type { Io } from '../io.ts';
import { clean } from '../terminal/clean.ts';

/** What an evaluation on the command line is lent: the clock, random bytes, and standard error for `print`. */
export function lend(io: Io): EvaluateOptions {
  return {
    now: BigInt(io.now().getTime()) * 1_000_000n,
    randomBytes: (bytes) => {
      randomFillSync(bytes);
    },
    print: (text) => io.stderr.write(`${clean(text)}\n`),
    signal: io.signal,
  };
}

/** Does work that never waits, in the way of the process that has one. */
export function busy<T>(io: Io, work: () => T): T {
  return io.whileBusy ? io.whileBusy(work) : work();
}

/** Milliseconds on a clock that only goes forward. */
export function clock(): number {
  return performance.now();
}

/** What a person at a terminal reads is made safe; a program gets every character. */
export function forReader(io: Io, text: string): string {
  return io.stdout.isTerminal ? clean(text) : text;
}
