// SPDX-License-Identifier: Apache-2.0
import type { FlagSpecs, Invocation } from '../command.ts';
import { UsageError } from '../usage-error.ts';

export const timeoutFlag = {
  timeout: { type: 'string', value: 'DURATION', default: '5m0s', help: 'Give up after this long, such as 90s or 5m0s' },
} as const satisfies FlagSpecs;

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A duration as Go writes it (`1h30m`, `5m0s`, `100ms`), in milliseconds. */
export function parseDuration(flag: string, text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new UsageError(`--${flag} expects a duration such as 90s or 5m0s, but found "${text}".`);
  }
  return parts.reduce((sum, [, number = '0', unit = 's']) => sum + Number(number) * (units[unit] ?? 0), 0);
}

/** The invocation with a signal that also ends it when the time is over. */
export function withTimeout<F extends typeof timeoutFlag & FlagSpecs, I extends Invocation<F>>(invocation: I): I {
  // The flag is one of F, which the conditional types of FlagValues do not show.
  const text = (invocation.flags as { readonly timeout: string }).timeout;
  const ms = Math.floor(parseDuration('timeout', text));
  const { io } = invocation;
  const over = ms === 0 ? AbortSignal.abort(timeOver(text)) : timeoutSignal(ms, text);
  return { ...invocation, io: { ...io, signal: AbortSignal.any([io.signal, over]) } };
}

function timeoutSignal(ms: number, text: string): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(timeOver(text)), ms).unref();
  return controller.signal;
}

/** The time that --timeout gives was not enough: nothing was decided, which is no pass. */
class TimeOverError extends Error {
  override readonly name = 'TimeOverError';
  readonly code = 'unreachable';
}

function timeOver(text: string): TimeOverError {
  return new TimeOverError(`Expected an answer within ${text}, found none; --timeout gives it longer.`);
}
