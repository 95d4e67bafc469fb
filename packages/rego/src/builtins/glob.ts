// SPDX-License-Identifier: Apache-2.0
import type { RE2JS } from 're2js';
import { isArray, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { string, ternary, unary, wrongElement, wrongType } from './operands.ts';
import { compile } from './regex.ts';

/** Globs of github.com/gobwas/glob 1.0, as OPA uses them; they are made regular expressions, so that matching is linear. */
export const globs: Family = {
  'glob.match': ternary(string, delimiters, string, (pattern, separators, text, context) =>
    matches(pattern, separators, text, context),
  ),
  'glob.quote_meta': unary(string, (text) => text.replace(/[*?\\[\]{}]/g, '\\$&')),
};

function delimiters(value: Value, position: number): readonly string[] {
  if (value === null) return [];
  if (!isArray(value)) return wrongType(position, value, ['array', 'null']);
  const runes = value.map((item) => {
    if (typeof item !== 'string') return wrongElement(position, value, item, ['string']);
    return [...item].length === 1 ? item : wrongElement(position, value, item, ['rune']);
  });
  return runes.length > 0 ? runes : ['.'];
}

function matches(pattern: string, separators: readonly string[], text: string, context: BuiltinContext): boolean {
  context.tick(1 + (text.length >> 2));
  return compileGlob(pattern, separators).test(text);
}

const compiled = new Map<string, RE2JS>();
const maxCompiled = 500;

function compileGlob(pattern: string, separators: readonly string[]): RE2JS {
  const key = `${separators.join('')}\n${pattern}`;
  const known = compiled.get(key);
  if (known) return known;
  const made = compile(globToRegex(pattern, separators));
  if (compiled.size >= maxCompiled) compiled.clear();
  compiled.set(key, made);
  return made;
}

interface Reader {
  readonly points: readonly string[];
  readonly separators: readonly string[];
  at: number;
  /** How many braces are open; a comma means something only inside one. */
  depth: number;
}

function globToRegex(pattern: string, separators: readonly string[]): string {
  const reader: Reader = { points: [...pattern], separators, at: 0, depth: 0 };
  let source = '';
  while (reader.at < reader.points.length) source += readTerm(reader);
  if (reader.depth > 0) fail(reader, 'unclosed `{`');
  return `(?s)\\A(?:${source})\\z`;
}

function readTerm(reader: Reader): string {
  const point = reader.points[reader.at++] ?? '';
  switch (point) {
    case '*':
      if (reader.points[reader.at] !== '*') return `${notSeparator(reader)}*`;
      reader.at++;
      return '.*';
    case '?':
      return notSeparator(reader);
    case '[':
      return readClass(reader);
    case '{':
      reader.depth++;
      return '(?:(?:';
    case '\\':
      return escaped(reader.points[reader.at++] ?? fail(reader, 'trailing backslash'));
    case ',':
      return reader.depth > 0 ? ')|(?:' : ',';
    case '}':
      if (reader.depth === 0) return '\\}';
      reader.depth--;
      return '))';
    default:
      return escaped(point);
  }
}

function notSeparator({ separators }: Reader): string {
  return separators.length > 0 ? `[^${separators.map(escaped).join('')}]` : '.';
}

/** `[abc]`, `[!abc]` or one range, `[a-c]`. */
function readClass(reader: Reader): string {
  const { points } = reader;
  const negated = points[reader.at] === '!';
  if (negated) reader.at++;
  const body = points[reader.at + 1] === '-' ? readRange(reader) : readSet(reader);
  const close = points[reader.at++];
  if (close === undefined) fail(reader, 'unexpected end of input');
  if (close !== ']') fail(reader, 'expected close range character');
  return `[${negated ? '^' : ''}${body}]`;
}

function readRange(reader: Reader): string {
  const [low, , high] = reader.points.slice(reader.at, reader.at + 3);
  reader.at = Math.min(reader.at + 3, reader.points.length);
  if (low === undefined || high === undefined) return fail(reader, 'unexpected end of input');
  if ((high.codePointAt(0) ?? 0) < (low.codePointAt(0) ?? 0)) {
    reader.at++;
    fail(reader, 'range hi character is less than lo');
  }
  return `${escaped(low)}-${escaped(high)}`;
}

function readSet(reader: Reader): string {
  let body = '';
  for (let point = reader.points[reader.at]; point !== ']'; point = reader.points[reader.at]) {
    if (point === undefined) return fail(reader, 'unexpected end of input');
    reader.at++;
    body += escaped(point === '\\' ? (reader.points[reader.at++] ?? fail(reader, 'trailing backslash')) : point);
  }
  if (body !== '') return body;
  reader.at++;
  return fail(reader, 'empty character class');
}

function escaped(point: string): string {
  return /[A-Za-z0-9_\s]/.test(point) || point > '\x7f' ? point : `\\${point}`;
}

function fail(reader: Reader, reason: string): never {
  const offset = Buffer.byteLength(reader.points.slice(0, reader.at).join(''));
  throw new BuiltinError(`glob: syntax error at ${offset}: ${reason}`);
}
