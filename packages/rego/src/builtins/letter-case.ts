// SPDX-License-Identifier: Apache-2.0

/** Go maps each code point to one other (Unicode's simple mapping), where JavaScript may give several. */
export function toUpper(text: string): string {
  return ascii.test(text) ? text.toUpperCase() : mapped(text, (character) => character.toUpperCase(), simpleUpper);
}

/** See {@link toUpper}. */
export function toLower(text: string): string {
  return ascii.test(text) ? text.toLowerCase() : mapped(text, (character) => character.toLowerCase(), simpleLower);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of ASCII
const ascii = /^[\x00-\x7f]*$/;

function mapped(text: string, change: (character: string) => string, simple: (code: number) => number): string {
  let result = '';
  for (const character of text) {
    const other = change(character);
    const code = character.codePointAt(0) ?? 0;
    const single = other.length === character.length || [...other].length === 1;
    result += single ? other : String.fromCodePoint(simple(code));
  }
  return result;
}

/** Simple mappings of those that JavaScript maps to several: Greek with iota, whose capital is one code point. */
function simpleUpper(code: number): number {
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return code + 9;
  const iota = code >= 0x1f80 && code <= 0x1faf && (code & 8) === 0;
  return iota ? code + 8 : code;
}

function simpleLower(code: number): number {
  return code === 0x130 ? 0x69 : code;
}
