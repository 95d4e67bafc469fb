// SPDX-License-Identifier: Apache-2.0
import type { FlagSpecs } from '../command.ts';

/** For commands whose result is JSON in any case. */
export const jsonErrorsFlag = {
  json: { type: 'boolean', help: 'Print an error as JSON, too; the result always is' },
} as const satisfies FlagSpecs;
