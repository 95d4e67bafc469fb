// SPDX-License-Identifier: Apache-2.0
import { quote } from '../value/print.ts';
import { BuiltinError } from './builtin.ts';
import { type LayoutPart, layoutParts } from './time-layout.ts';
import { daysIn, months, type Time, utcSeconds, weekdays } from './time-value.ts';
import { fixedZone, utc } from './time-zone.ts';

/** Reads a time in a layout of Go's (time.Parse), with its errors. */
export function parseTime(layout: string, text: string): Time {
  const state: State = { layout, text, rest: text, fields: { ...empty } };
  const parts = layoutParts(layout);
  for (const [at, part] of parts.entries()) {
    const before = state.rest;
    const problem = part.kind === 'text' ? skip(state, part.text) : readPart(state, part, parts.slice(at + 1));
    if (problem === undefined) continue;
    // A fixed text that does not fit is shown with what is left behind the part of it that did.
    if (problem === false) throw unfit(state, part.kind === 'text' ? state.rest : before, part.text);
    throw outOfRange(state, problem);
  }
  if (state.rest !== '') throw failure(state, `: extra text: ${quote(state.rest)}`);
  return assemble(state);
}

interface Fields {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanoseconds: number;
  half: 'AM' | 'PM' | undefined;
  utc: boolean;
  offset: number | undefined;
  zoneName: string;
}

const empty: Fields = {
  year: 0,
  month: -1,
  day: -1,
  yearDay: -1,
  hour: 0,
  minute: 0,
  second: 0,
  nanoseconds: 0,
  half: undefined,
  utc: false,
  offset: undefined,
  zoneName: '',
};

interface State {
  readonly layout: string;
  readonly text: string;
  rest: string;
  readonly fields: Fields;
}

/** Undefined when all is well, `false` when the text does not fit, otherwise what is out of its range. */
type Problem = undefined | false | string;

function unfit(state: State, value: string, element: string): BuiltinError {
  const { layout, text } = state;
  return new BuiltinError(
    `parsing time ${quote(text)} as ${quote(layout)}: cannot parse ${quote(value)} as ${quote(element)}`,
  );
}

function outOfRange(state: State, what: string): BuiltinError {
  return failure(state, `: ${what} out of range`);
}

function failure(state: State, message: string): BuiltinError {
  return new BuiltinError(`parsing time ${quote(state.text)}${message}`);
}

/** Blanks stand for any number of blanks. */
function skip(state: State, text: string): Problem {
  let at = 0;
  while (at < text.length) {
    if (text[at] === ' ') {
      if (state.rest !== '' && !state.rest.startsWith(' ')) return false;
      while (text[at] === ' ') at++;
      state.rest = state.rest.replace(/^ +/, '');
    } else if (state.rest.charAt(0) === text[at]) {
      state.rest = state.rest.slice(1);
      at++;
    } else return false;
  }
  return undefined;
}

function readPart(state: State, part: LayoutPart, following: readonly LayoutPart[]): Problem {
  const { fields } = state;
  switch (part.kind) {
    case 'long-year': {
      const year = take(state, /^[0-9][0-9]{3}/);
      if (year === undefined) return false;
      fields.year = Number(year);
      return undefined;
    }
    case 'year-2': {
      const year = take(state, /^[0-9]{2}/);
      if (year === undefined) return false;
      fields.year = Number(year) + (Number(year) >= 69 ? 1900 : 2000);
      return undefined;
    }
    case 'long-month':
      return readName(state, months, (at) => (fields.month = at + 1));
    case 'month-name':
      return readName(state, months.map(short), (at) => (fields.month = at + 1));
    case 'month':
    case 'month-2':
      return readNumber(state, part.kind === 'month-2', 1, 12, 'month', (value) => (fields.month = value));
    case 'long-weekday':
      return readName(state, weekdays, () => undefined);
    case 'weekday':
      return readName(state, weekdays.map(short), () => undefined);
    case 'day':
    case 'day-padded':
    case 'day-2':
      if (part.kind === 'day-padded') state.rest = state.rest.replace(/^ /, '');
      return readNumber(state, part.kind === 'day-2', 0, 99, 'day', (value) => (fields.day = value));
    case 'year-day-padded':
    case 'year-day-3':
      return readYearDay(state, part.kind === 'year-day-3');
    case 'PM':
    case 'pm': {
      const half = take(state, part.kind === 'PM' ? /^[AP]M/ : /^[ap]m/);
      if (half === undefined) return false;
      fields.half = half.toUpperCase() === 'PM' ? 'PM' : 'AM';
      return undefined;
    }
    case 'zone':
      return readZone(state);
    case 'offset':
      return readOffset(state, part);
    case 'fraction':
      return readFraction(state, part);
    default:
      return readClock(state, part.kind, following);
  }
}

function readClock(state: State, kind: LayoutPart['kind'], following: readonly LayoutPart[]): Problem {
  const { fields } = state;
  switch (kind) {
    case 'hour-24':
      return readNumber(state, false, 0, 23, 'hour', (value) => (fields.hour = value));
    case 'hour-12':
    case 'hour-12-2':
      return readNumber(state, kind === 'hour-12-2', 0, 12, 'hour', (value) => (fields.hour = value));
    case 'minute':
    case 'minute-2':
      return readNumber(state, kind === 'minute-2', 0, 59, 'minute', (value) => (fields.minute = value));
    default: {
      const problem = readNumber(state, kind === 'second-2', 0, 59, 'second', (value) => (fields.second = value));
      if (problem !== undefined) return problem;
      // A fraction may follow although the layout names none.
      const next = following.find((part) => part.kind !== 'text');
      if (next?.kind !== 'fraction') setFraction(state, take(state, /^[.,][0-9]+/));
      return undefined;
    }
  }
}

function short(name: string): string {
  return name.slice(0, 3);
}

function take(state: State, pattern: RegExp): string | undefined {
  const found = pattern.exec(state.rest)?.[0];
  if (found !== undefined) state.rest = state.rest.slice(found.length);
  return found;
}

function readName(state: State, names: readonly string[], set: (at: number) => unknown): Problem {
  const at = names.findIndex((name) => state.rest.slice(0, name.length).toLowerCase() === name.toLowerCase());
  if (at < 0) return false;
  state.rest = state.rest.slice(names[at]?.length ?? 0);
  set(at);
  return undefined;
}

function readNumber(
  state: State,
  twoDigits: boolean,
  least: number,
  most: number,
  what: string,
  set: (value: number) => unknown,
): Problem {
  const digits = take(state, twoDigits ? /^[0-9]{2}/ : /^[0-9]{1,2}/);
  if (digits === undefined) return false;
  set(Number(digits));
  return Number(digits) < least || Number(digits) > most ? what : undefined;
}

function readYearDay(state: State, fixed: boolean): Problem {
  if (!fixed) state.rest = state.rest.replace(/^ {1,2}/, '');
  const digits = take(state, fixed ? /^[0-9]{3}/ : /^[0-9]{1,3}/);
  if (digits === undefined) return false;
  state.fields.yearDay = Number(digits);
  return undefined;
}

function readOffset(state: State, part: Extract<LayoutPart, { kind: 'offset' }>): Problem {
  if (part.z && take(state, /^Z/) !== undefined) {
    state.fields.utc = true;
    return undefined;
  }
  const colon = part.colon ? ':' : '';
  const pattern = `^([+-])${Array.from({ length: part.units }, () => '([0-9]{2})').join(colon)}`;
  const match = new RegExp(pattern).exec(state.rest);
  if (!match) return false;
  state.rest = state.rest.slice(match[0].length);
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(2).map(Number);
  if (hours > 24) return 'time zone offset hour';
  if (minutes > 60) return 'time zone offset minute';
  if (seconds > 60) return 'time zone offset second';
  state.fields.offset = ((hours * 60 + minutes) * 60 + seconds) * (match[1] === '-' ? -1 : 1);
  return undefined;
}

function readZone(state: State): Problem {
  if (take(state, /^UTC/) !== undefined) {
    state.fields.utc = true;
    return undefined;
  }
  const name = zoneName(state.rest);
  if (name === undefined) return false;
  state.rest = state.rest.slice(name.length);
  state.fields.zoneName = name;
  return undefined;
}

function zoneName(text: string): string | undefined {
  const special = /^(ChST|MeST)/.exec(text)?.[0];
  if (special) return special;
  const offset = /^(GMT)?([+-]([0-9]+))?/.exec(text);
  const inRange = offset?.[3] !== undefined && Number(offset[3]) <= 23;
  if (text.startsWith('GMT')) return inRange ? offset[0] : 'GMT';
  if (/^[+-]/.test(text)) return inRange ? offset[0] : undefined;
  const letters = /^[A-Z]{0,6}/.exec(text)?.[0] ?? '';
  if (letters.length === 3) return letters;
  if (letters.length === 4) return letters.endsWith('T') || letters === 'WITA' ? letters : undefined;
  return letters.length === 5 && letters.endsWith('T') ? letters : undefined;
}

function readFraction(state: State, part: Extract<LayoutPart, { kind: 'fraction' }>): Problem {
  if (part.trimmed) {
    setFraction(state, take(state, /^[.,][0-9]+/));
    return undefined;
  }
  const digits = take(state, new RegExp(`^[.,][0-9]{${part.digits}}`));
  if (digits === undefined) return false;
  setFraction(state, digits);
  return undefined;
}

function setFraction(state: State, text: string | undefined): void {
  if (text !== undefined) state.fields.nanoseconds = Number(text.slice(1, 10).padEnd(9, '0'));
}

function assemble(state: State): Time {
  const { fields } = state;
  if (fields.half === 'PM' && fields.hour < 12) fields.hour += 12;
  else if (fields.half === 'AM' && fields.hour === 12) fields.hour = 0;
  if (fields.yearDay >= 0) applyYearDay(state);
  const month = fields.month < 0 ? 1 : fields.month;
  const day = fields.day < 0 ? 1 : fields.day;
  if (day < 1 || day > daysIn(month, fields.year)) throw outOfRange(state, 'day');
  const seconds = utcSeconds(fields.year, month, day, fields.hour, fields.minute, fields.second);
  const { nanoseconds } = fields;
  if (fields.utc) return { seconds, nanoseconds, zone: utc };
  if (fields.offset !== undefined) {
    return { seconds: seconds - fields.offset, nanoseconds, zone: fixedZone(fields.zoneName, fields.offset) };
  }
  return fields.zoneName === '' ? { seconds, nanoseconds, zone: utc } : named(fields, seconds);
}

/** A zone known by its letters only has no offset, unless they are GMT and hours. */
function named({ zoneName, nanoseconds }: Fields, seconds: number): Time {
  const hours = zoneName.startsWith('GMT') && zoneName.length > 3 ? Number(zoneName.slice(3)) : 0;
  return { seconds, nanoseconds, zone: fixedZone(zoneName, hours * 3600) };
}

function applyYearDay(state: State): void {
  const { fields } = state;
  const leap = daysIn(2, fields.year) === 29;
  if (fields.yearDay < 1 || fields.yearDay > (leap ? 366 : 365)) throw outOfRange(state, 'day-of-year');
  let [month, day] = [1, fields.yearDay];
  for (; day > daysIn(month, fields.year); month++) day -= daysIn(month, fields.year);
  if (fields.month >= 0 && fields.month !== month) throw failure(state, ': day-of-year does not match month');
  if (fields.day >= 0 && fields.day !== day) throw failure(state, ': day-of-year does not match day');
  fields.month = month;
  fields.day = day;
}
