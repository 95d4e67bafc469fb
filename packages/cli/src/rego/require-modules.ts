// SPDX-License-Identifier: Apache-2.0
import { UsageError } from '../usage-error.ts';
import type { Loaded } from './load.ts';

/** A path without policies is a mistake: checking or testing nothing must not pass for success. */
export function requireModules({ modules }: Loaded, paths: readonly string[]): void {
  if (modules.length > 0) return;
  throw new UsageError(`At least one .rego file was expected in ${paths.join(', ')}, but found none; check the path.`);
}
