// SPDX-License-Identifier: Apache-2.0
import { RE2JS, RE2JSException } from 're2js';
import type { Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { globsIntersect } from './globs-intersect.ts';
import { any, binary, integer, quaternary, string, ternary, unary } from './operands.ts';

export const regex: Family = {
  'regex.is_valid': unary(any, (pattern) => typeof pattern === 'string' && isPattern(pattern)),
  'regex.match': binary(string, string, matches),
  re_match: binary(string, string, matches),
  'regex.split': binary(string, string, split),
  'regex.find_n': ternary(string, string, integer, (pattern, text, most, context) =>
    findAll(pattern, text, most, context).map(({ groups }) => groups[0] ?? ''),
  ),
  'regex.find_all_string_submatch_n': ternary(string, string, integer, (pattern, text, most, context) =>
    findAll(pattern, text, most, context).map(({ groups }) => groups.map((group) => group ?? '')),
  ),
  'regex.replace': ternary(string, string, string, replace),
  'regex.globs_match': binary(string, string, globsIntersect),
  'regex.template_match': quaternary(string, string, string, string, templateMatch),
};

const compiled = new Map<string, RE2JS>();
const maxCompiled = 500;

/** A pattern in RE2's syntax. Patterns are few and used again, so they are kept. */
export function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  // Bytes that are no UTF-8 are kept as lone surrogates, and RE2 takes no such pattern.
  if (!pattern.isWellFormed()) throw new BuiltinError('error parsing regexp: invalid UTF-8', 'eval_builtin_error');
  try {
    const made = RE2JS.compile(pattern);
    if (compiled.size >= maxCompiled) compiled.clear();
    compiled.set(pattern, made);
    return made;
  } catch (error) {
    if (error instanceof RE2JSException) throw new BuiltinError(error.message, 'eval_builtin_error', error);
    throw error;
  }
}

function isPattern(pattern: string): boolean {
  try {
    compile(pattern);
    return true;
  } catch (error) {
    if (error instanceof BuiltinError) return false;
    throw error;
  }
}

function matches(pattern: string, text: string, context: BuiltinContext): boolean {
  context.tick(1 + (text.length >> 2));
  return compile(pattern).test(text);
}

interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | null)[];
}

/** Matches from left to right as Go finds them: an empty one directly behind another does not count. */
function findAll(pattern: string, text: string, most: number, context: BuiltinContext): Match[] {
  const found: Match[] = [];
  const matcher = compile(pattern).matcher(text);
  const limit = most < 0 ? text.length + 1 : most;
  let [at, before] = [0, -1];
  while (found.length < limit && at <= text.length) {
    context.tick(1 + ((text.length - at) >> 6));
    if (!matcher.find(at)) break;
    const [start, end] = [matcher.start(), matcher.end()];
    const empty = start === end;
    if (!(empty && start === before)) {
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group));
      found.push({ start, end, groups });
    }
    at = end > at ? end : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
    before = end;
  }
  return found;
}

function split(pattern: string, text: string, context: BuiltinContext): Value {
  const found = findAll(pattern, text, -1, context);
  if (pattern !== '' && text === '') return [''];
  const parts: string[] = [];
  let [begin, end] = [0, 0];
  for (const match of found) {
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(begin, end));
    begin = match.end;
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return parts;
}

function replace(text: string, pattern: string, template: string, context: BuiltinContext): Value {
  const names = compile(pattern).namedGroups();
  let [result, last] = ['', 0];
  for (const match of findAll(pattern, text, -1, context)) {
    result += text.slice(last, match.start) + expand(template, match.groups, names);
    last = match.end;
  }
  result += text.slice(last);
  context.tick(result.length >> 2);
  return result;
}

/** Go's replacement syntax: `$1`, `$name`, `${name}`, `$$`; a name reaches as far as it can. */
function expand(template: string, groups: readonly (string | null)[], names: Readonly<Record<string, number>>): string {
  return template.replace(/\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))?/gu, (whole, dollar, braced, bare) => {
    if (dollar) return '$';
    const name: string | undefined = braced ?? bare;
    if (name === undefined) return whole;
    const index = /^[0-9]+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? (names[name] ?? -1) : -1;
    return groups[index] ?? '';
  });
}

function templateMatch(template: string, text: string, open: string, close: string, context: BuiltinContext): boolean {
  const [begin, end] = [Buffer.byteLength(open), Buffer.byteLength(close)];
  if (begin !== 1) throw new BuiltinError(`start delimiter has to be exactly one character long but is ${begin} long`);
  // OPA says the length of the other one here.
  if (end !== 1) throw new BuiltinError(`end delimiter has to be exactly one character long but is ${begin} long`);
  return matches(templatePattern(template, open, close), text, context);
}

function templatePattern(template: string, open: string, close: string): string {
  let [pattern, last, start, level] = ['^', 0, 0, 0];
  for (let at = 0; at < template.length; at++) {
    if (template[at] === open) {
      if (++level === 1) start = at;
    } else if (template[at] === close && --level <= 0) {
      if (level < 0) throw unbalanced(template);
      const inside = template.slice(start + 1, at);
      pattern += `${quoteMeta(template.slice(last, start))}(${inside})`;
      compile(`^${inside}$`);
      last = at + 1;
    }
  }
  if (level !== 0) throw unbalanced(template);
  return `${pattern}${quoteMeta(template.slice(last))}$`;
}

function unbalanced(template: string): BuiltinError {
  return new BuiltinError(`unbalanced braces in ${JSON.stringify(template)}`);
}

function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
