// SPDX-License-Identifier: Apache-2.0
import { UsageError } from './usage-error.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** No time at all as Go writes it, `0` or `0s`: for flags that it turns off. */
export function isNoTime(text: string): boolean {
  return /^(0+(\.0*)?(ns|us|µs|ms|s|m|h|d|w))+$|^0$/.test(text);
}

/** Milliseconds of a duration as Go writes it: `90s`, `5m`, `1h30m`, `250ms`. */
export function parseDuration(flag: string, text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const total = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  if (parts.map(([part]) => part).join('') !== text || total <= 0) {
    throw new UsageError(`--${flag} expects a duration such as 90s or 5m, but found "${text}".`);
  }
  return total;
}
