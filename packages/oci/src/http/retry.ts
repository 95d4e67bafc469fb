// SPDX-License-Identifier: Apache-2.0
import type { Limits } from '../limits.ts';
import { codeOfFailure, isBroken } from './failure.ts';
import { discardBody } from './read.ts';
import type { WireResponse } from './wire.ts';

/** Answers that say "later": too many requests, and failures that pass (520 to 524 are Cloudflare's). */
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);

export interface RetryOptions {
  readonly limits: Pick<Limits, 'attempts' | 'retryAfterMs'>;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** Is told what happened to the request and that it is sent again. */
  readonly log: (happened: string) => void;
  readonly pauses?: Pauses;
}

/** How long is waited before each next attempt, in milliseconds. */
export interface Pauses {
  readonly firstDelayMs: number;
  /** No pause is longer, whatever Retry-After says. */
  readonly maxDelayMs: number;
  /** How many times longer each next pause is; twice unless said. */
  readonly factor?: number;
  /** The part of each pause, 0 to 1, by which it is made longer or shorter at random; none unless said. */
  readonly jitter?: number;
}

/**
 * Sends until an answer comes that is not a passing failure, at most `attempts` times. The last answer or failure is
 * the caller's, with the number of attempts.
 */
export async function withRetries(options: RetryOptions, send: () => Promise<WireResponse>): Promise<WireResponse> {
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt >= options.limits.attempts;
    let wait: number;
    try {
      const response = await send();
      if (last || !PASSING.has(response.status)) return response;
      wait = retryAfter(response.headers['retry-after'], options) ?? backOff(attempt, options.pauses);
      await discardBody(response);
      options.log(`answered ${response.status}; attempt ${attempt + 1} follows in ${Math.round(wait)} ms`);
    } catch (error) {
      if (last || !isBroken(error)) throw error;
      wait = backOff(attempt, options.pauses);
      options.log(`failed (${codeOfFailure(error)}); attempt ${attempt + 1} follows in ${Math.round(wait)} ms`);
    }
    await options.sleep(wait);
  }
}

/** The random half keeps clients that failed together from coming back together. */
const usualPauses: Pauses = Object.freeze({ firstDelayMs: 100, maxDelayMs: Number.POSITIVE_INFINITY, jitter: 0.5 });

function backOff(attempt: number, pauses: Pauses = usualPauses): number {
  const { firstDelayMs, maxDelayMs, factor = 2, jitter = 0 } = pauses;
  return Math.min(maxDelayMs, firstDelayMs * factor ** (attempt - 1) * (1 + jitter * (Math.random() * 2 - 1)));
}

/** Seconds or a date (RFC 9110, section 10.2.3), within the limit. */
function retryAfter(header: string | undefined, options: RetryOptions): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - options.now().getTime();
  return Number.isNaN(ms)
    ? undefined
    : Math.min(Math.max(ms, 0), options.pauses?.maxDelayMs ?? options.limits.retryAfterMs);
}
