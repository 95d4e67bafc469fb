// SPDX-License-Identifier: Apache-2.0

import { toJson } from '../value/json.ts';
import { numberText } from '../value/number.ts';
import { compareStrings } from '../value/strings.ts';
import { isArray, type Value } from '../value/value.ts';

/** Lines and steps of indented JSON, as json.MarshalIndent takes them. */
export interface Indent {
  readonly prefix: string;
  readonly indent: string;
}

/** JSON as Go's encoding/json writes it: sorted keys, and `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export function goJson(value: Value, layout?: Indent): string {
  return write(value, layout, 0);
}

/** One string as Go's encoding/json writes it; what was no UTF-8 (see text.ts) is an escaped U+FFFD, others are not. */
export function goJsonString(text: string): string {
  const json = JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, escapeUnit);
  if (text.isWellFormed()) return json;
  return json.replace(/\\(?:\\|ud[89a-f][0-9a-f]{2})/g, (unit) => (unit === '\\\\' ? unit : '\\ufffd'));
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function write(value: Value, layout: Indent | undefined, depth: number): string {
  if (typeof value === 'string') return goJsonString(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isArray(value))
    return listed(
      '[',
      value.map((item) => write(item, layout, depth + 1)),
      ']',
      layout,
      depth,
    );
  switch (value.kind) {
    case 'number':
      return numberText(value);
    case 'set':
      return listed(
        '[',
        value.items().map((item) => write(item, layout, depth + 1)),
        ']',
        layout,
        depth,
      );
    case 'object': {
      const named = new Map<string, Value>();
      for (const [key, member] of value.entries()) named.set(typeof key === 'string' ? key : toJson(key), member);
      const colon = layout ? ': ' : ':';
      const members = [...named]
        .sort((a, b) => compareStrings(a[0], b[0]))
        .map(([key, member]) => `${goJsonString(key)}${colon}${write(member, layout, depth + 1)}`);
      return listed('{', members, '}', layout, depth);
    }
  }
}

function listed(
  open: string,
  parts: readonly string[],
  close: string,
  layout: Indent | undefined,
  depth: number,
): string {
  if (!layout || parts.length === 0) return open + parts.join(',') + close;
  const line = `\n${layout.prefix}${layout.indent.repeat(depth)}`;
  return `${open}${line}${layout.indent}${parts.join(`,${line}${layout.indent}`)}${line}${close}`;
}
