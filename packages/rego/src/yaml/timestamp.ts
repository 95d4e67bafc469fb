// SPDX-License-Identifier: Apache-2.0

const shape =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]| +)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?(?: *(Z|[-+]\d{2}:\d{2}))?)?$/;

/**
 * A date as go-yaml v3 takes one, in the form Go writes it to JSON (RFC 3339, nanoseconds without trailing zeros);
 * undefined when the text is none. A time without a zone is UTC.
 */
export function resolveTimestamp(text: string): string | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  // Only the forms with T carry a zone, and only they must.
  const hasT = /[Tt]/.test(text.slice(8));
  if (match[4] !== undefined && hasT !== (match[8] !== undefined)) return undefined;
  if (
    !isDate(Number(year), Number(month), Number(day)) ||
    Number(hour) > 23 ||
    Number(minute) > 59 ||
    Number(second) > 59
  ) {
    return undefined;
  }
  const two = (digits: string): string => digits.padStart(2, '0');
  const trimmed = fraction.replace(/0+$/, '');
  const time = `${two(hour)}:${two(minute)}:${two(second)}${trimmed === '' ? '' : `.${trimmed}`}`;
  return `${year}-${two(month)}-${two(day)}T${time}${zone === '+00:00' ? 'Z' : zone}`;
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
