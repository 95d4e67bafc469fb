// SPDX-License-Identifier: Apache-2.0

/** A point in time: nanoseconds since 1970 UTC, the unit of `data.config.policy.when_ns`. */
export type Instant = bigint;

const second = 1_000_000_000n;
export const day: Instant = 86_400n * second;

export function instantOf(date: Date): Instant {
  return BigInt(date.getTime()) * 1_000_000n;
}

export function dateOf(instant: Instant): Date {
  return new Date(Number(instant / 1_000_000n));
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/;
const utcOnly = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(Z)$/;
const plainDate = /^(\d{4})-(\d{2})-(\d{2})$/;

/** RFC 3339, with any fraction and offset. */
export function parseRfc3339(text: string): Instant | undefined {
  return fromMatch(rfc3339.exec(text));
}

/** The form `effective_on` must have: RFC 3339 in UTC, ending in `Z`. */
export function parseEffectiveOn(text: string): Instant | undefined {
  return fromMatch(utcOnly.exec(text));
}

/** RFC 3339 or `YYYY-MM-DD`, which is that day's first instant in UTC. */
export function parseTimeOrDate(text: string): Instant | undefined {
  return parseRfc3339(text) ?? fromMatch(plainDate.exec(text));
}

/** RFC 3339 in UTC with as much of the fraction as is not zero, as Go prints times in JSON. */
export function formatInstant(instant: Instant): string {
  const whole = instant >= 0n ? instant / second : (instant - second + 1n) / second;
  const fraction = String(instant - whole * second)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const text = new Date(Number(whole) * 1000).toISOString().slice(0, 19);
  return `${text}${fraction === '' ? '' : `.${fraction}`}Z`;
}

function fromMatch(match: RegExpExecArray | null): Instant | undefined {
  if (match === null) return undefined;
  const [, year = '', month = '', date = '', hour = '0', minute = '0', seconds = '0', fraction = '', zone = 'Z'] =
    match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(seconds) > 59) return undefined;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute), Number(seconds));
  const calendar = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date)));
  // Date.UTC reads the years 0–99 as 1900–1999 and rolls 31 February over; neither is the date that was written.
  if (calendar.toISOString().slice(0, 10) !== `${year}-${month}-${date}`) return undefined;
  const offset = offsetMinutes(zone);
  if (offset === undefined) return undefined;
  return BigInt(ms - offset * 60_000) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

function offsetMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 24 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
