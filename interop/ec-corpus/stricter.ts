// SPDX-License-Identifier: Apache-2.0
import type { CorpusRun } from './compare.ts';

/** Where sluice answers otherwise than ec on purpose: why, and what it must answer. */
export interface Stricter {
  readonly reason: string;
  /** What is wrong with our answer, or undefined. */
  readonly check: (run: CorpusRun) => string | undefined;
}

export const stricter: ReadonlyMap<string, Stricter> = new Map([]);
