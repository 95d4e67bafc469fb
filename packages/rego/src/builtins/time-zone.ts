// SPDX-License-Identifier: Apache-2.0
import { BuiltinError } from './builtin.ts';
import { zoneNames } from './zone-names.ts';

/** A place's clock: seconds to add to UTC, and what that is called. */
export interface Zone {
  readonly offsetAt: (unixSeconds: number) => number;
  readonly nameAt: (unixSeconds: number) => string;
}

export const utc: Zone = { offsetAt: () => 0, nameAt: () => 'UTC' };

/** A zone that is always the same; without a name its offset stands for one. */
export function fixedZone(name: string, offset: number): Zone {
  return { offsetAt: () => offset, nameAt: () => name };
}

const zones = new Map<string, Zone>();

/** A zone of the IANA database by its name. `Local` is UTC, because an evaluation must not depend on its machine. */
export function zoneOf(name: string): Zone {
  if (name === '' || name === 'UTC' || name === 'Local') return utc;
  const cached = zones.get(name);
  if (cached) return cached;
  const zone = loadZone(name);
  zones.set(name, zone);
  return zone;
}

function loadZone(name: string): Zone {
  const unknown = new BuiltinError(`unknown time zone ${name}`);
  // The database's names begin with capitals; JavaScript does not care, and takes plain offsets as well.
  if (!/^[A-Z][A-Za-z0-9_+\-/]*$/.test(name) || /\/[a-z]/.test(name)) throw unknown;
  try {
    const clock = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
    const offsetAt = (seconds: number) => offsetOf(clock, seconds);
    return { offsetAt, nameAt: (seconds) => nameIn(name, seconds, offsetAt) };
  } catch (error) {
    if (error instanceof RangeError) throw unknown;
    throw error;
  }
}

function offsetOf(clock: Intl.DateTimeFormat, seconds: number): number {
  const parts = new Map(clock.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type) ?? '0');
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year');
  const local = new Date(0);
  local.setUTCFullYear(year, number('month') - 1, number('day'));
  local.setUTCHours(number('hour'), number('minute'), number('second'));
  return Math.round(local.getTime() / 1000 - seconds);
}

/** JavaScript has forgotten the letters of many zones for earlier years; they are those of today's like clock. */
function nameIn(timeZone: string, seconds: number, offsetAt: Zone['offsetAt']): string {
  const offset = offsetAt(seconds);
  const known = namesByZone.get(timeZone)?.get(offset / 60);
  if (known !== undefined) return known;
  for (const instant of [seconds, ...recentSolstices]) {
    const name = offsetAt(instant) === offset ? abbreviation(timeZone, instant) : undefined;
    if (name !== undefined) return name;
  }
  return offsetName(offset);
}

const namesByZone: ReadonlyMap<string, ReadonlyMap<number, string>> = new Map(
  zoneNames
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [pairs = '', ...zones] = line.split(' ');
      const names = new Map(
        pairs.split(',').map((pair) => [Number.parseInt(pair, 10), pair.slice(pair.indexOf('=') + 1)]),
      );
      return zones.map((zone) => [zone, names] as const);
    }),
);

const recentSolstices = [Date.UTC(2024, 11, 21) / 1000, Date.UTC(2024, 5, 21) / 1000];

// No one English knows the short names of all zones.
const locales = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA', 'en-NZ', 'en-IE', 'ja-JP'];

function abbreviation(timeZone: string, seconds: number): string | undefined {
  for (const locale of locales) {
    const format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' });
    const name = format.formatToParts(seconds * 1000).find(({ type }) => type === 'timeZoneName')?.value;
    if (name !== undefined && /^[A-Z]{3,5}$/.test(name)) return name;
  }
  return undefined;
}

/** Zones without letters are named by their offset in the database, too. */
function offsetName(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(hours)}${rest === 0 ? '' : two(rest)}`;
}
