// SPDX-License-Identifier: Apache-2.0
import { numberText } from './number.ts';
import { isArray, type Value } from './value.ts';

/** A value as Rego text, as OPA prints it: `{"a": {1, 2}}`, `set()`. */
export function print(value: Value): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
    case 'boolean':
      return String(value);
    default:
      if (value === null) return 'null';
      if (isArray(value)) return `[${value.map(print).join(', ')}]`;
      if (value.kind === 'number') return numberText(value);
      if (value.kind === 'set') return value.size === 0 ? 'set()' : `{${value.items().map(print).join(', ')}}`;
      return `{${value
        .entries()
        .map(([key, member]) => `${print(key)}: ${print(member)}`)
        .join(', ')}}`;
  }
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

// Go's strconv.IsPrint keeps letters, marks, numbers, punctuation, symbols and the ASCII space.
const unprintable = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** A string in double quotes with Go's escapes (strconv.Quote). */
export function quote(text: string): string {
  return `"${text.replace(unprintable, escaped)}"`;
}

function escaped(character: string): string {
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`;
  // A byte that was no UTF-8 (see builtins/text.ts).
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex.slice(2)}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
