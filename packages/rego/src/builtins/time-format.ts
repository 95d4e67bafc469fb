// SPDX-License-Identifier: Apache-2.0
import { type LayoutPart, layoutParts } from './time-layout.ts';
import { type Clock, clockOf, months, type Time, weekdays } from './time-value.ts';

/** A time in a layout of Go's. */
export function formatTime(time: Time, layout: string): string {
  const clock = clockOf(time);
  return layoutParts(layout)
    .map((part) => partText(part, time, clock))
    .join('');
}

function partText(part: LayoutPart, time: Time, clock: Clock): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'long-month':
      return months[clock.month - 1] ?? '';
    case 'month-name':
      return (months[clock.month - 1] ?? '').slice(0, 3);
    case 'month':
      return String(clock.month);
    case 'month-2':
      return zeros(clock.month, 2);
    case 'long-weekday':
      return weekdays[clock.weekday] ?? '';
    case 'weekday':
      return (weekdays[clock.weekday] ?? '').slice(0, 3);
    case 'day':
      return String(clock.day);
    case 'day-padded':
      return String(clock.day).padStart(2);
    case 'day-2':
      return zeros(clock.day, 2);
    case 'year-day-padded':
      return String(clock.yearDay).padStart(3);
    case 'year-day-3':
      return zeros(clock.yearDay, 3);
    case 'long-year':
      return clock.year < 0 ? `-${zeros(-clock.year, 4)}` : zeros(clock.year, 4);
    case 'year-2':
      return zeros(Math.abs(clock.year % 100), 2);
    case 'zone':
      return zoneText(time, clock.offset);
    case 'fraction':
      return fraction(part, time.nanoseconds);
    case 'offset':
      return part.z && clock.offset === 0 ? 'Z' : offsetText(clock.offset, part.colon ? ':' : '', part.units);
    default:
      return clockText(part.kind, clock);
  }
}

function clockText(kind: LayoutPart['kind'], clock: Clock): string {
  const twelve = clock.hour % 12 || 12;
  switch (kind) {
    case 'hour-24':
      return zeros(clock.hour, 2);
    case 'hour-12':
      return String(twelve);
    case 'hour-12-2':
      return zeros(twelve, 2);
    case 'minute':
      return String(clock.minute);
    case 'minute-2':
      return zeros(clock.minute, 2);
    case 'second':
      return String(clock.second);
    case 'second-2':
      return zeros(clock.second, 2);
    case 'PM':
      return clock.hour >= 12 ? 'PM' : 'AM';
    default:
      return clock.hour >= 12 ? 'pm' : 'am';
  }
}

function zeros(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

function zoneText(time: Time, offset: number): string {
  return time.zone.nameAt(time.seconds) || offsetText(offset, '', 2);
}

function offsetText(offset: number, colon: string, units: 1 | 2 | 3): string {
  const absolute = Math.abs(offset);
  const parts = [Math.floor(absolute / 3600), Math.floor(absolute / 60) % 60, absolute % 60].slice(0, units);
  // Go looks at whole minutes for the sign.
  const negative = Math.trunc(offset / 60) < 0;
  return (negative ? '-' : '+') + parts.map((part) => zeros(part, 2)).join(colon);
}

function fraction(part: Extract<LayoutPart, { kind: 'fraction' }>, nanoseconds: number): string {
  const digits = zeros(nanoseconds, 9).padEnd(part.digits, '0').slice(0, part.digits);
  const shown = part.trimmed ? digits.replace(/0+$/, '') : digits;
  return shown === '' ? '' : part.text.charAt(0) + shown;
}
