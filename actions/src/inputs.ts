// SPDX-License-Identifier: Apache-2.0
import type { FlagSpec, FlagSpecs } from '@sluice/cli';
import { InputError } from './input-error.ts';
import type { Job } from './job.ts';

type Inputs = Pick<Job, 'input'>;

/** Inputs that hold documents; every other one is a single line. */
const documents: ReadonlySet<string> = new Set(['policy', 'images']);

/** An input of one line, or undefined where it is not given. */
export function optionalText(job: Inputs, name: string): string | undefined {
  const value = job.input(name);
  if (value === '') return undefined;
  return checked(name, value, false);
}

/** An input that must be there: the runner itself does not enforce `required`. */
export function requiredText(job: Inputs, name: string, example: string): string {
  requireInput(job, name, example);
  return checked(name, job.input(name), false);
}

/** As `requiredText`, for an input that may have many lines. */
export function requireInput(job: Inputs, name: string, example: string): void {
  if (job.input(name) !== '') return;
  throw new InputError(`The input "${name}" was expected, but it is empty; add "${name}: ${example}" under "with:".`);
}

/** `true` or `false`, as YAML 1.2 and a person write them. */
export function switchInput(job: Inputs, name: string): boolean | undefined {
  const value = optionalText(job, name);
  if (value === undefined) return undefined;
  if (/^(true|True|TRUE)$/.test(value)) return true;
  if (/^(false|False|FALSE)$/.test(value)) return false;
  throw new InputError(`The input "${name}" is true or false, but found "${shown(value)}".`);
}

/** One value a line; empty lines are left out. */
export function linesInput(job: Inputs, name: string): readonly string[] {
  return job
    .input(name)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => checked(name, line, false));
}

/**
 * The inputs that are spelled as flags of a command, as that command line. Each becomes one word, `--name=value`: no
 * shell reads it, and no value can become another flag. A default of action.yml is no wish of the user, and some flags
 * may be given only beside others: so what equals the flag's own default is left out.
 */
export function flagsFrom(job: Inputs, specs: FlagSpecs, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const spec = specs[name];
    if (spec === undefined) throw new TypeError(`there is no flag --${name}`);
    return wordsFor(job, name, spec);
  });
}

function wordsFor(job: Inputs, name: string, spec: FlagSpec): readonly string[] {
  switch (spec.type) {
    case 'boolean': {
      const value = switchInput(job, name);
      return value === undefined || value === (spec.default ?? false) ? [] : [`--${name}=${value}`];
    }
    case 'strings':
    case 'list':
      return linesInput(job, name).map((line) => `--${name}=${line}`);
    case 'string':
    case 'integer': {
      const value = job.input(name);
      if (value === '' || value === String(spec.default)) return [];
      return [`--${name}=${checked(name, value, documents.has(name))}`];
    }
  }
}

function checked(name: string, value: string, multiline: boolean): string {
  if (value.includes('${{')) {
    throw new InputError(
      `The input "${name}" holds an expression that GitHub did not evaluate (\${{ … }}); expressions work in workflow files only.`,
    );
  }
  if (!multiline && /[\r\n]/.test(value)) {
    throw new InputError(`The input "${name}" is one line, but found ${value.split(/\r?\n/).length}.`);
  }
  const control = /(?![\r\n\t])\p{Cc}/u.exec(value);
  if (control) {
    const code = control[0].charCodeAt(0).toString(16).padStart(2, '0');
    throw new InputError(`The input "${name}" holds the control character \\x${code}; take it out.`);
  }
  return value;
}

/** Enough of a value to recognise it. */
export function shown(value: string): string {
  return value.length > 120 ? `${value.slice(0, 119)}…` : value;
}
