// SPDX-License-Identifier: Apache-2.0
import type { Run } from '../eval/run.ts';
import type { Value } from '../value/value.ts';

/**
 * What a rule is planned into: closures that call the next one for each solution. A variable is a slot of a frame.
 * Which expression binds it is known when the plan is made, so nothing is undone on the way back: a slot is written
 * again before it is read again.
 */
export type Frame = (Value | undefined)[];

/** Computes a value from bound slots; undefined is Rego's undefined. */
export type Getter = (run: Run, frame: Frame) => Value | undefined;

/** Tries the rest of a body. True means that no further solution is wanted. */
export type Step = (run: Run, frame: Frame) => boolean;

/** Receives each value a reference can have; true means that no further one is wanted. */
export type Visit = (run: Run, frame: Frame, value: Value) => boolean;

/** Holds a value against a pattern and binds the pattern's variables. */
export type Match = (run: Run, frame: Frame, value: Value) => boolean;

/** An expression waiting to be told what comes behind it. */
export type Link = (next: Step) => Step;

export function linkAll(links: readonly Link[], end: Step): Step {
  return links.reduceRight((next, link) => link(next), end);
}
