// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { RetryPolicy } from './retry-policy.ts';

export const defaultRetryPolicy: RetryPolicy = Object.freeze({ attempts: 4, firstDelayMs: 500, maxDelayMs: 10_000 });

/** What one failed attempt says about the next. */
export interface Failure {
  readonly retryable: boolean;
  /** What happened, without any secret: it is logged. */
  readonly reason: string;
  readonly retryAfterMs?: number;
}

/** Runs `attempt` until it succeeds, fails for good, or the policy is used up; each pause is said in the log. */
export async function withRetries<T>(
  ctx: StepContext,
  service: string,
  policy: RetryPolicy,
  attempt: () => Promise<T>,
  judge: (error: unknown) => Failure,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    throwIfAborted(ctx, service);
    try {
      return await attempt();
    } catch (error) {
      const failure = judge(error);
      if (!failure.retryable || number >= policy.attempts) throw error;
      const delay = Math.min(policy.maxDelayMs, failure.retryAfterMs ?? backOff(policy, number));
      ctx.log.warn(`${service}: ${failure.reason}; trying again in ${delay} ms (${number + 1} of ${policy.attempts}).`);
      await pause(ctx, delay, service);
    }
  }
}

function backOff({ firstDelayMs, factor = 2, jitter = 0 }: RetryPolicy, number: number): number {
  return Math.round(firstDelayMs * factor ** (number - 1) * (1 + jitter * (Math.random() * 2 - 1)));
}

async function pause(ctx: StepContext, delayMs: number, service: string): Promise<void> {
  try {
    await sleep(delayMs, undefined, ctx.signal === undefined ? {} : { signal: ctx.signal });
  } catch (cause) {
    throw cancelled(service, cause);
  }
}

export function throwIfAborted(ctx: StepContext, service: string): void {
  if (ctx.signal?.aborted) throw cancelled(service, ctx.signal.reason);
}

function cancelled(service: string, cause: unknown): SluiceError {
  return new SluiceError('unreachable', `Cancelled before ${service} answered; nothing was written after that.`, {
    cause,
  });
}

/** Server errors, "too many requests" and "request timeout" pass; all other answers are final. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
