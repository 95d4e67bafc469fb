// SPDX-License-Identifier: Apache-2.0
import type { RetryPolicy } from './http/retry-policy.ts';

/** Where a step says what it does; the wrappers decide what a person sees. No secret is ever passed to it. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  debug(message: string): void;
}

/** Everything a step takes from outside. Steps read no clock, environment or console of their own. */
export interface StepContext {
  /** The current time, UTC. */
  readonly now: () => Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** Aborted when the user or the runner cancels; a step then stops before its next effect. */
  readonly signal?: AbortSignal;
  /**
   * When the run has to have ended, in milliseconds of `now`; Infinity for never. The signal says so as well, but goes
   * unheard while a policy is evaluated.
   */
  readonly until?: number;
  /** Does work that never waits, such as evaluating a policy: an interrupt meanwhile has to be heard otherwise. */
  readonly whileBusy?: <T>(work: () => T) => T;
  /** How services are asked again, where the user says so. */
  readonly retry?: RetryPolicy;
}
