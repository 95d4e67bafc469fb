// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { ReportOptions } from './report.ts';

/** The formats of `validate image`: ec's, and `markdown`, `sarif` and `codequality` of our own. */
export const imageFormats = [
  'json',
  'yaml',
  'text',
  'appstudio',
  'summary',
  'summary-markdown',
  'junit',
  'attestation',
  'policy-input',
  'vsa',
  'hacbs',
  'markdown',
  'sarif',
  'codequality',
] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** The formats of `validate input`. */
export const inputFormats = ['json', 'yaml', 'text', 'summary', 'markdown', 'sarif', 'codequality'] as const;

/** Where one rendering of the report goes. */
export interface OutputTarget {
  readonly format: ImageFormat;
  /** A file, or undefined for standard output. */
  readonly path?: string;
  readonly options: ReportOptions;
}

/**
 * Reads `FORMAT[=FILE][?show-successes=BOOL&show-warnings=BOOL&show-policy-docs-link=BOOL]`. An empty format is
 * `fallback`. As in ec the options change the `text` format only; other formats follow the command's flags.
 */
export function parseTarget(
  text: string,
  fallback: ImageFormat,
  formats: readonly ImageFormat[],
  defaults: ReportOptions,
): OutputTarget {
  const question = text.indexOf('?');
  const [name, path] = cut(question < 0 ? text : text.slice(0, question), '=');
  const options = question < 0 ? defaults : withOptions(defaults, text.slice(question + 1));
  const format = name === '' ? fallback : formats.find((known) => known === name);
  if (format === undefined) throw usage(`--output expects one of ${formats.join(', ')}, but found "${name}".`);
  return { format, ...(path === '' ? {} : { path }), options: format === 'text' ? options : defaults };
}

function withOptions(defaults: ReportOptions, query: string): ReportOptions {
  const given = new URLSearchParams(query);
  for (const name of given.keys()) {
    // ec swallows names it does not know; a misspelt option is refused here.
    if (!Object.hasOwn(optionNames, name)) {
      throw usage(`--output takes the options ${Object.keys(optionNames).join(', ')}, but found "${name}".`);
    }
  }
  const read = (name: string, otherwise: boolean) => parseBoolean(name, given.get(name) ?? '') ?? otherwise;
  return {
    ...defaults,
    showSuccesses: read('show-successes', defaults.showSuccesses),
    showWarnings: read('show-warnings', defaults.showWarnings),
    showPolicyDocsLink: read('show-policy-docs-link', defaults.showPolicyDocsLink),
  };
}

const optionNames = { 'show-successes': true, 'show-warnings': true, 'show-policy-docs-link': true };

function parseBoolean(name: string, text: string): boolean | undefined {
  if (text === '') return undefined;
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw usage(`The option ${name} of --output expects true or false, but found "${text}".`);
}

function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function usage(message: string): SluiceError {
  return new SluiceError('usage', message);
}
