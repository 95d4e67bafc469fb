// SPDX-License-Identifier: Apache-2.0
import { completeLimits } from '../limits.ts';

/** What YAML from outside may use before it is refused. */
export interface YamlLimits {
  /** Nodes one document may have, aliases counted as often as they are followed; aliases count over a whole stream. */
  readonly maxNodes: number;
  /** Collections inside each other, those behind aliases included. */
  readonly maxDepth: number;
}

export const defaultYamlLimits: YamlLimits = Object.freeze({ maxNodes: 200_000, maxDepth: 500 });

export function chooseYamlLimits(choice: Partial<YamlLimits> = {}): YamlLimits {
  return completeLimits(defaultYamlLimits, choice);
}
