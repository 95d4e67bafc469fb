// SPDX-License-Identifier: Apache-2.0
import type { Tools } from './tools.ts';

/** One thing that a real peer is asked; it throws where the answer is not the expected one. */
export interface Check {
  readonly name: string;
  /** The programs it runs. */
  readonly needs: readonly string[];
  run(tools: Tools): Promise<void>;
}
