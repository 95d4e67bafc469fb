// SPDX-License-Identifier: Apache-2.0
import type { FlagSpec, FlagSpecs } from './command.ts';
import { closest } from './suggest.ts';
import { UsageError } from './usage-error.ts';

type Value = boolean | string | number | string[] | undefined;

export interface ParsedFlags {
  readonly values: Readonly<Record<string, Value>>;
  readonly given: ReadonlySet<string>;
  readonly args: readonly string[];
}

/**
 * Reads a command line as Go's pflag does: `--name value`, `--name=value`, `--bool`, `--bool=false`, `-n value`,
 * `-nvalue`, `-abc` for booleans; flags and arguments may be mixed, and `--` ends the flags.
 */
export function parseFlags(specs: FlagSpecs, argv: readonly string[]): ParsedFlags {
  const values: Record<string, Value> = Object.create(null);
  const given = new Set<string>();
  const args: string[] = [];
  for (const [name, spec] of Object.entries(specs)) values[name] = defaultOf(spec);

  const queue = [...argv];
  const take = (name: string): string => {
    const next = queue.shift();
    if (next === undefined) throw new UsageError(`--${name} expects a value, but the command line ends there.`);
    return next;
  };
  const set = (name: string, spec: FlagSpec, inline: string | undefined): void => {
    if (spec.type === 'boolean') values[name] = inline === undefined ? true : parseBoolean(name, inline);
    else addValue(values, name, spec, inline ?? bareValue(spec) ?? take(name), given.has(name));
    given.add(name);
  };

  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') {
      args.push(...queue);
      break;
    }
    if (word.startsWith('--')) {
      const [name, inline] = splitAtEquals(word.slice(2));
      set(name, specOf(specs, name), inline);
    } else if (word.length > 1 && word.startsWith('-')) {
      readShorts(specs, word.slice(1), set);
    } else {
      args.push(word);
    }
  }
  return { values, given, args };
}

function bareValue(spec: FlagSpec): string | undefined {
  return spec.type === 'string' ? spec.bare : undefined;
}

function readShorts(
  specs: FlagSpecs,
  letters: string,
  set: (name: string, spec: FlagSpec, inline: string | undefined) => void,
): void {
  for (let i = 0; i < letters.length; i++) {
    const letter = letters.charAt(i);
    const entry = Object.entries(specs).find(([, spec]) => spec.short === letter);
    if (!entry) throw new UsageError(`Flag -${letter} is not known here; --help lists the flags.`);
    const rest = letters.slice(i + 1);
    const takesRest = rest.startsWith('=') || (entry[1].type !== 'boolean' && rest !== '');
    set(entry[0], entry[1], takesRest ? rest.replace(/^=/, '') : undefined);
    if (takesRest || entry[1].type !== 'boolean') return;
  }
}

function specOf(specs: FlagSpecs, name: string): FlagSpec {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec) return spec;
  const near = closest(name, Object.keys(specs));
  throw new UsageError(
    `Flag --${name} is not known here${near ? `; did you mean --${near}?` : '; --help lists the flags.'}`,
  );
}

function addValue(values: Record<string, Value>, name: string, spec: FlagSpec, text: string, again: boolean): void {
  if (spec.type === 'integer') {
    if (!/^-?\d+$/.test(text)) throw new UsageError(`--${name} expects a whole number, but found "${text}".`);
    values[name] = Number(text);
  } else if (spec.type === 'strings' || spec.type === 'list') {
    const earlier = values[name];
    const items = spec.type === 'list' ? text.split(',') : [text];
    for (const item of items) checkOption(name, spec.options, item);
    values[name] = [...(again && Array.isArray(earlier) ? earlier : []), ...items];
  } else {
    if (spec.type === 'string') checkOption(name, spec.options, text);
    values[name] = text;
  }
}

function checkOption(name: string, options: readonly string[] | undefined, text: string): void {
  if (options && !options.includes(text)) {
    throw new UsageError(`--${name} expects one of ${options.join(', ')}, but found "${text}".`);
  }
}

/** The spellings that Go's strconv.ParseBool takes. */
function parseBoolean(name: string, text: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw new UsageError(`--${name} expects true or false, but found "${text}".`);
}

function defaultOf(spec: FlagSpec): Value {
  if (spec.type === 'strings' || spec.type === 'list') return [];
  return spec.default ?? (spec.type === 'boolean' ? false : undefined);
}

function splitAtEquals(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
