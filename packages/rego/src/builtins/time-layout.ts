// SPDX-License-Identifier: Apache-2.0

/** The parts of a time that Go's layouts name, by the reference time `Mon Jan 2 15:04:05 MST 2006`. */
export type LayoutPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: Exclude<PartKind, 'fraction' | 'offset'>; readonly text: string }
  | { readonly kind: 'fraction'; readonly text: string; readonly digits: number; readonly trimmed: boolean }
  | {
      readonly kind: 'offset';
      readonly text: string;
      /** `Z` stands for UTC. */
      readonly z: boolean;
      readonly colon: boolean;
      readonly units: 1 | 2 | 3;
    };

export type PartKind =
  | 'long-month'
  | 'month-name'
  | 'month'
  | 'month-2'
  | 'long-weekday'
  | 'weekday'
  | 'day'
  | 'day-padded'
  | 'day-2'
  | 'year-day-padded'
  | 'year-day-3'
  | 'hour-24'
  | 'hour-12'
  | 'hour-12-2'
  | 'minute'
  | 'minute-2'
  | 'second'
  | 'second-2'
  | 'long-year'
  | 'year-2'
  | 'PM'
  | 'pm'
  | 'zone'
  | 'fraction'
  | 'offset';

type SimpleKind = Exclude<PartKind, 'fraction' | 'offset'>;

// Longer ones before their beginnings. The names end where a lower-case letter does not go on.
const simple: readonly (readonly [text: string, kind: SimpleKind, endsWord?: true])[] = [
  ['January', 'long-month'],
  ['Jan', 'month-name', true],
  ['Monday', 'long-weekday'],
  ['Mon', 'weekday', true],
  ['MST', 'zone'],
  ['002', 'year-day-3'],
  ['01', 'month-2'],
  ['02', 'day-2'],
  ['03', 'hour-12-2'],
  ['04', 'minute-2'],
  ['05', 'second-2'],
  ['06', 'year-2'],
  ['15', 'hour-24'],
  ['1', 'month'],
  ['2006', 'long-year'],
  ['__2', 'year-day-padded'],
  ['_2', 'day-padded'],
  ['2', 'day'],
  ['3', 'hour-12'],
  ['4', 'minute'],
  ['5', 'second'],
  ['PM', 'PM'],
  ['pm', 'pm'],
];

const known = new Map<string, readonly LayoutPart[]>();

/** Layouts that may be asked for by name. */
const named: Readonly<Record<string, string>> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339: '2006-01-02T15:04:05Z07:00',
  RFC3339Nano: '2006-01-02T15:04:05.999999999Z07:00',
};

/** The layout a name stands for; every other text is a layout itself. */
export function layoutOf(name: string): string {
  return Object.hasOwn(named, name) ? (named[name] ?? name) : name;
}

/** Cuts a layout into its parts. */
export function layoutParts(layout: string): readonly LayoutPart[] {
  const cached = known.get(layout);
  if (cached) return cached;
  const parts = cut(layout);
  if (known.size > 100) known.clear();
  known.set(layout, parts);
  return parts;
}

function cut(layout: string): readonly LayoutPart[] {
  const parts: LayoutPart[] = [];
  let [at, text] = [0, 0];
  while (at < layout.length) {
    const part = partAt(layout, at);
    if (part) {
      if (at > text) parts.push({ kind: 'text', text: layout.slice(text, at) });
      parts.push(part);
      at += part.text.length;
      text = at;
    } else at++;
  }
  if (at > text) parts.push({ kind: 'text', text: layout.slice(text) });
  return parts;
}

function partAt(layout: string, at: number): LayoutPart | undefined {
  const character = layout.charAt(at);
  if (character === '.' || character === ',') return fractionAt(layout, at);
  if (character === '-' || character === 'Z') return offsetAt(layout, at);
  // `_2006` is an underscore before a year.
  if (layout.startsWith('_2006', at)) return undefined;
  for (const [text, kind, endsWord] of simple) {
    if (layout.startsWith(text, at) && !(endsWord && /[a-z]/.test(layout.charAt(at + text.length))))
      return { kind, text };
  }
  return undefined;
}

function fractionAt(layout: string, at: number): LayoutPart | undefined {
  const match = /[.,](0+|9+)(?![0-9])/y;
  match.lastIndex = at;
  const found = match.exec(layout);
  if (!found?.[1]) return undefined;
  return { kind: 'fraction', text: found[0], digits: found[1].length, trimmed: found[1].startsWith('9') };
}

function offsetAt(layout: string, at: number): LayoutPart | undefined {
  const match = /[-Z](070000|07:00:00|0700|07:00|07)/y;
  match.lastIndex = at;
  const found = match.exec(layout);
  if (!found?.[1]) return undefined;
  const [text, digits] = found;
  const units = digits.length > 5 ? 3 : digits.length > 2 ? 2 : 1;
  return { kind: 'offset', text, z: text.startsWith('Z'), colon: digits.includes(':'), units };
}
