// SPDX-License-Identifier: Apache-2.0

/**
 * What a run may use. Rego comes from outside, so every loop that reads it counts one of these down; a limit that is
 * hit ends in an error of its own code and never in a crash or a hang.
 */
export interface Limits {
  /** Size of one module's text in UTF-16 code units. */
  readonly maxModuleSize: number;
  /** Nesting of brackets, operators and bodies in one module. */
  readonly maxDepth: number;
  /** Digits of a number, and the absolute value of its exponent. */
  readonly maxNumberDigits: number;
  /** Errors reported before a phase stops, as OPA does. */
  readonly maxErrors: number;
  /** Steps of one evaluation: an expression tried, an element visited, a built-in's unit of work. */
  readonly maxSteps: number;
  /** Calls of rules and functions inside each other. */
  readonly maxCallDepth: number;
  /** Values alive in the collections one evaluation builds. */
  readonly maxValues: number;
}

export const defaultLimits: Limits = Object.freeze({
  maxModuleSize: 16 * 1024 * 1024,
  maxDepth: 2_000,
  maxNumberDigits: 100_000,
  maxErrors: 10,
  maxSteps: 100_000_000,
  maxCallDepth: 2_000,
  maxValues: 3_000_000,
});

export function chooseLimits(choice: Partial<Limits> = {}): Limits {
  return completeLimits(defaultLimits, choice);
}

/** Completes a choice of limits with the defaults; a key that is no limit and a value that is no positive integer is misuse. */
export function completeLimits<Kind extends object>(defaults: Kind, choice: Partial<Kind>): Kind {
  for (const [key, value] of Object.entries(choice)) {
    if (!Object.hasOwn(defaults, key)) throw new TypeError(`Expected a limit's name, found "${key}".`);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
      throw new TypeError(`Expected a positive integer for the limit ${key}, found ${String(value)}.`);
    }
  }
  return Object.freeze({ ...defaults, ...choice });
}
