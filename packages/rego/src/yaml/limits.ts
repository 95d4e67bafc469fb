// SPDX-License-Identifier: Apache-2.0

/** What YAML from outside may use before it is refused. */
export interface YamlLimits {
  /** Nodes one document may have, aliases counted as often as they are followed; aliases count over a whole stream. */
  readonly maxNodes: number;
  /** Collections inside each other, those behind aliases included. */
  readonly maxDepth: number;
}

export const defaultYamlLimits: YamlLimits = Object.freeze({ maxNodes: 200_000, maxDepth: 500 });

/** Completes a choice of limits with the defaults; a key that is no limit and a value that is no positive integer is misuse. */
export function chooseYamlLimits(choice: Partial<YamlLimits> = {}): YamlLimits {
  for (const [key, value] of Object.entries(choice)) {
    if (!Object.hasOwn(defaultYamlLimits, key)) throw new TypeError(`Expected a limit's name, found "${key}".`);
    if (!Number.isSafeInteger(value) || value <= 0) {
      throw new TypeError(`Expected a positive integer for the limit ${key}, found ${String(value)}.`);
    }
  }
  return Object.freeze({ ...defaultYamlLimits, ...choice });
}
