// SPDX-License-Identifier: Apache-2.0

import { toJson } from '../value/json.ts';
import { doubleText, type Num, toBigInt, toDouble } from '../value/number.ts';
import { isArray, isNumber, isObject, isSet, type Value } from '../value/value.ts';
import { resolveScalar } from '../yaml/resolve.ts';

/** YAML as go-yaml v3 writes it: blocks, two spaces, and quotes only where a string would be something else. */
export function writeYaml(value: Value): string {
  return `${block(value, '')}\n`.replace(/^\n/, '');
}

/** A value behind a key or a dash; collections begin with the end of the row, unless they are empty. */
function block(value: Value, indent: string): string {
  if (isArray(value) || isSet(value)) {
    const items = isArray(value) ? value : value.items();
    if (items.length === 0) return '[]';
    return items.map((item) => `\n${indent}- ${item === null ? 'null' : inItem(item, indent)}`).join('');
  }
  if (!isObject(value)) return scalar(value, indent);
  if (value.size === 0) return '{}';
  const named = new Map(
    value.entries().map(([key, member]) => [typeof key === 'string' ? key.toWellFormed() : toJson(key), member]),
  );
  return [...named]
    .sort((a, b) => compareKeys(a[0], b[0]))
    .map(([key, member]) => `\n${indent}${keyText(key)}:${behindKey(member, indent)}`)
    .join('');
}

/** A collection in a list begins on the row of its dash. */
function inItem(item: Value, indent: string): string {
  return block(item, `${indent}  `).replace(/^\n */, '');
}

function behindKey(member: Value, indent: string): string {
  const text = block(member, `${indent}  `);
  return text.startsWith('\n') ? text : ` ${text}`;
}

function scalar(value: Value, indent: string): string {
  if (typeof value === 'string') return stringText(value.toWellFormed(), indent);
  return isNumber(value) ? numberText(value) : String(value);
}

/** Numbers go through JSON into Go's integers and doubles. */
function numberText(number: Num): string {
  const integer = typeof number === 'number' || !/[.eE]/.test(number.text) ? toBigInt(number) : undefined;
  if (integer !== undefined && integer >= -(2n ** 63n) && integer < 2n ** 64n) return integer.toString();
  return doubleText(toDouble(number));
}

function keyText(key: string): string {
  // A key stands on one row.
  return key.includes('\n') || key.length > 128 ? doubleQuoted(key) : stringText(key, '');
}

function stringText(text: string, indent: string): string {
  const facts = analyse(text);
  if (text.includes('\n')) return facts.block ? literal(text, indent) : doubleQuoted(text);
  const plain = { kind: 'scalar', text, plain: true, line: 1 } as const;
  if (resolveScalar(plain).tag !== '!!str' || isOldBoolean(text) || isBase60(text) || text === '') {
    return doubleQuoted(text);
  }
  if (facts.plain) return text;
  return facts.single ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text);
}

/** What YAML 1.1 took for a boolean. */
function isOldBoolean(text: string): boolean {
  return /^(y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/.test(text);
}

function isBase60(text: string): boolean {
  return /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text);
}

/** Which styles can hold a text, after libyaml's analysis. */
function analyse(text: string): { plain: boolean; single: boolean; block: boolean } {
  // Of what ends a row only LF comes back from a row; the others are escaped.
  const special = /[^\t\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u.test(text);
  const spaceBeforeBreak = / \n/.test(text);
  const indicators =
    /^(---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[-?:](\s|$)/.test(text) ||
    /:(\s|$)|\s#/.test(text);
  const edges = /^[ \n]|[ \n]$/.test(text);
  const broken = special || spaceBeforeBreak;
  return {
    plain: !broken && !text.includes('\t') && !indicators && !edges && !text.includes('\n'),
    single: !broken && !text.includes('\t'),
    block: !broken && !text.endsWith(' '),
  };
}

function literal(text: string, indent: string): string {
  // The number says how deep the text stands when it begins with a space itself.
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const body = text.replace(/\n+$/, '');
  const ends = text.length - body.length;
  const chomp = ends === 0 ? '-' : ends > 1 || body === '' ? '+' : '';
  const lines = (body === '' ? '' : body).split('\n').map((line) => (line === '' ? '' : (indent || '  ') + line));
  return `|${hint}${chomp}\n${lines.join('\n')}${'\n'.repeat(Math.max(0, ends - 1))}`;
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function doubleQuoted(text: string): string {
  const escaped = text.replace(
    /["\\]|[^\x20-\x7e\u00a1-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[\u2028\u2029]/gu,
    (character) => {
      const short = escapes[character];
      if (short !== undefined) return short;
      const code = character.codePointAt(0) ?? 0;
      const hex = code.toString(16).toUpperCase();
      if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
      return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
    },
  );
  return `"${escaped}"`;
}

/** go-yaml's order of keys: letters after everything else, and numbers inside keys by their size. */
function compareKeys(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  let digits = false;
  for (let at = 0; at < left.length && at < right.length; at++) {
    const [x, y] = [left[at] ?? '', right[at] ?? ''];
    if (x === y) {
      digits = isDigit(x);
      continue;
    }
    const [xLetter, yLetter] = [/\p{L}/u.test(x), /\p{L}/u.test(y)];
    if (xLetter && yLetter) return x < y ? -1 : 1;
    if (xLetter || yLetter) return (digits ? xLetter : yLetter) ? -1 : 1;
    return compareNumbersAt(left, right, at) || (x < y ? -1 : 1);
  }
  return left.length - right.length;
}

function compareNumbersAt(left: readonly string[], right: readonly string[], at: number): number {
  let lead = '';
  if (left[at] === '0' || right[at] === '0') {
    for (let before = at - 1; before >= 0 && isDigit(left[before] ?? ''); before--)
      if (left[before] !== '0') lead = '1';
  }
  const [x, y] = [runOfDigits(left, at), runOfDigits(right, at)];
  const difference = BigInt(`${lead}${x}` || '0') - BigInt(`${lead}${y}` || '0');
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return x.length - y.length;
}

function runOfDigits(characters: readonly string[], from: number): string {
  let end = from;
  while (isDigit(characters[end] ?? '')) end++;
  return characters.slice(from, end).join('');
}

function isDigit(character: string): boolean {
  return /^[0-9]$/.test(character);
}
