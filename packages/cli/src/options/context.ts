// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '@sluice/core';
import type { FlagSpecs, Invocation } from '../command.ts';

/** What a step takes from outside, as this process has it. */
export function stepContext({
  io,
  reporter,
  retry,
}: Pick<Invocation<FlagSpecs>, 'io' | 'reporter' | 'retry'>): StepContext {
  return {
    now: io.now,
    env: io.env,
    log: reporter.log,
    signal: io.signal,
    ...(io.until === undefined ? {} : { until: io.until }),
    ...(io.whileBusy === undefined ? {} : { whileBusy: io.whileBusy }),
    ...(retry === undefined ? {} : { retry }),
  };
}
