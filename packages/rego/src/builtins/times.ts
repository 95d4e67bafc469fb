// SPDX-License-Identifier: Apache-2.0
import { isInteger, truncateFloat } from '../value/big-float.ts';
import { fromBigInt, type Num, toFloat } from '../value/number.ts';
import { isArray, isNumber, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { any, binary, integer, nullary, number, quaternary, string, unary, wrongType } from './operands.ts';
import { parseDuration } from './time-duration.ts';
import { formatTime } from './time-format.ts';
import { layoutOf } from './time-layout.ts';
import { parseTime } from './time-parse.ts';
import {
  clockOf,
  daysIn,
  localSeconds,
  type Time,
  timeOf,
  unixNanoseconds,
  utcSeconds,
  weekdays,
} from './time-value.ts';
import { utc, type Zone, zoneOf } from './time-zone.ts';

export const times: Family = {
  'time.now_ns': nullary((context) => context.clock),
  'time.parse_ns': binary(string, string, (layout, text, context) => parsed(layoutOf(layout), text, context)),
  'time.parse_rfc3339_ns': unary(string, (text, context) => {
    return parsedPlainly(text) ?? parsed(layoutOf('RFC3339'), text, context);
  }),
  'time.parse_duration_ns': unary(string, (text) => fromBigInt(parseDuration(text))),
  'time.format': unary(any, (value) => {
    const { time, layout } = momentOf(value);
    return formatTime(time, layoutOf(layout || 'RFC3339Nano'));
  }),
  'time.date': unary(any, (value) => {
    const { year, month, day } = clockOf(momentOf(value).time);
    return [year, month, day];
  }),
  'time.clock': unary(any, (value) => {
    const { hour, minute, second } = clockOf(momentOf(value).time);
    return [hour, minute, second];
  }),
  'time.weekday': unary(any, (value) => weekdays[clockOf(momentOf(value).time).weekday]),
  'time.add_date': quaternary(any, integer, integer, integer, (value, years, months, days) => {
    const { time } = momentOf(value);
    const clock = clockOf(time);
    const asUtc = utcSeconds(
      clock.year + years,
      clock.month + months,
      clock.day + days,
      clock.hour,
      clock.minute,
      clock.second,
    );
    return nanoseconds({ ...time, seconds: localSeconds(time.zone, asUtc) });
  }),
  'time.diff': binary(any, any, (a, b) => difference(momentOf(a).time, momentOf(b).time)),
};

/** Whole seconds in UTC within the years that nanoseconds reach: what data are full of, and JavaScript reads as Go does. */
const plainTime = /^(?:1[7-9]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;

function parsedPlainly(text: string): Value | undefined {
  if (!plainTime.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  // A day that the month does not have would come out as one of the next.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 19) !== text.slice(0, 19)) {
    return undefined;
  }
  return fromBigInt(BigInt(milliseconds) * 1_000_000n);
}

const maxRemembered = 10_000;

/** Policies read the same few times again and again, so a run remembers what they came to. */
function parsed(layout: string, text: string, { cache }: BuiltinContext): Value {
  const key = `time.parse ${layout} ${text}`;
  const known = cache.get(key);
  // Nothing but results of this function lies under such keys.
  if (known !== undefined) return known as Value;
  const value = nanoseconds(parseTime(layout, text));
  if (cache.size < maxRemembered) cache.set(key, value);
  return value;
}

function nanoseconds(time: Time): Value {
  const total = unixNanoseconds(time);
  if (total === undefined) throw new BuiltinError('time outside of valid range');
  return fromBigInt(total);
}

interface Moment {
  readonly time: Time;
  readonly layout: string;
}

/** Nanoseconds, or an array of nanoseconds, a zone's name and a layout. */
function momentOf(value: Value): Moment {
  if (isNumber(value)) return { time: at(value, utc), layout: '' };
  if (!isArray(value) || value[0] === undefined) {
    return wrongType(1, value, ['either number (ns) or [number (ns), string (tz)]']);
  }
  const [first, zone, layout] = value;
  const ns = number(first, 1);
  const place = zone === undefined ? utc : zoneOf(string(zone, 1));
  const shown = layout === undefined ? '' : string(layout, 1);
  return { time: at(ns, place), layout: shown };
}

function at(ns: Num, zone: Zone): Time {
  const float = toFloat(ns);
  const whole = truncateFloat(float);
  if (!isInteger(float) || BigInt.asIntN(64, whole) !== whole) throw new BuiltinError('timestamp too big');
  return timeOf(whole, zone);
}

/** Years, months, days, hours, minutes and seconds between two times, on the calendar of the first's zone. */
function difference(a: Time, b: Time): Value {
  const other: Time = { ...b, zone: a.zone };
  const later = a.seconds > b.seconds || (a.seconds === b.seconds && a.nanoseconds > b.nanoseconds);
  const [from, to] = later ? [clockOf(other), clockOf(a)] : [clockOf(a), clockOf(other)];
  let [year, month, day] = [to.year - from.year, to.month - from.month, to.day - from.day];
  let [hour, minute, second] = [to.hour - from.hour, to.minute - from.minute, to.second - from.second];
  if (second < 0) [second, minute] = [second + 60, minute - 1];
  if (minute < 0) [minute, hour] = [minute + 60, hour - 1];
  if (hour < 0) [hour, day] = [hour + 24, day - 1];
  if (day < 0) [day, month] = [day + daysIn(from.month, from.year), month - 1];
  if (month < 0) [month, year] = [month + 12, year - 1];
  return [year, month, day, hour, minute, second];
}
