// SPDX-License-Identifier: Apache-2.0
import type { Zone } from './time-zone.ts';

/** A moment and the zone it is looked at in. */
export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly zone: Zone;
}

/** What a calendar and a clock in the time's zone show. */
export interface Clock {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 to 366. */
  readonly yearDay: number;
  /** Seconds east of UTC. */
  readonly offset: number;
}

const billion = 1_000_000_000n;

export function timeOf(nanoseconds: bigint, zone: Zone): Time {
  const rest = ((nanoseconds % billion) + billion) % billion;
  return { seconds: Number((nanoseconds - rest) / billion), nanoseconds: Number(rest), zone };
}

/** Nanoseconds since 1970; undefined when they do not fit 64 bits. */
export function unixNanoseconds({ seconds, nanoseconds }: Time): bigint | undefined {
  if (!Number.isSafeInteger(seconds)) return undefined;
  const total = BigInt(seconds) * billion + BigInt(nanoseconds);
  return BigInt.asIntN(64, total) === total ? total : undefined;
}

export function clockOf({ seconds, zone }: Time): Clock {
  const offset = zone.offsetAt(seconds);
  const date = new Date((seconds + offset) * 1000);
  const year = date.getUTCFullYear();
  const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
  return {
    year,
    month,
    day,
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
    yearDay: Math.round((utcSeconds(year, month, day) - utcSeconds(year, 1, 1)) / 86400) + 1,
    offset,
  };
}

/** Seconds since 1970 of a date in UTC; parts beyond their range carry over. NaN beyond what a Date holds. */
export function utcSeconds(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  const date = new Date(0);
  // Date.UTC would take the years 0 to 99 for those of the last century.
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime() / 1000;
}

/** The moment a zone's clock shows these parts, as Go finds it around changes of the clock. */
export function localSeconds(zone: Zone, asUtc: number): number {
  if (Number.isNaN(asUtc)) return asUtc;
  const guess = zone.offsetAt(asUtc);
  if (guess === 0) return asUtc;
  const found = zone.offsetAt(asUtc - guess);
  return asUtc - found;
}

export function daysIn(month: number, year: number): number {
  return new Date(Date.UTC(2000 + (((year % 400) + 400) % 400), month, 0)).getUTCDate();
}

export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
