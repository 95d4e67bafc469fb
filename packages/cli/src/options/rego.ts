// SPDX-License-Identifier: Apache-2.0
import type { RegoVersion } from '@sluice/rego';
import type { FlagSpecs } from '../command.ts';
import { UsageError } from '../usage-error.ts';

/** How Rego is read; as `opa` has them. */
export const dialectFlags = {
  'v0-compatible': { type: 'boolean', help: 'Read modules as OPA before 1.0 did' },
  'v1-compatible': { type: 'boolean', help: 'Read modules as OPA 1.0 does, which is the default' },
} as const satisfies FlagSpecs;

/** What is loaded; as `opa` has it. */
export const ignoreFlag = {
  ignore: { type: 'list', value: 'GLOB', help: "Pass over files and folders of these names, such as '.*'" },
} as const satisfies FlagSpecs;

export const checkFlags = {
  'max-errors': {
    type: 'integer',
    short: 'm',
    default: 10,
    help: 'Errors of the compiler that are shown, 1 to 10',
  },
} as const satisfies FlagSpecs;

interface DialectValues {
  readonly 'v0-compatible': boolean;
  readonly 'v0-v1'?: boolean;
}

/** As for `opa`, `--v0-compatible` goes before the others. */
export function dialectOf(flags: DialectValues): RegoVersion {
  if (flags['v0-compatible']) return 'v0';
  return flags['v0-v1'] === true ? 'v0v1' : 'v1';
}

export function maxErrorsOf(flags: { readonly 'max-errors': number }): number {
  const max = flags['max-errors'];
  if (max < 1 || max > 10) throw new UsageError(`--max-errors expects 1 to 10, but found ${max}.`);
  return max;
}
