// SPDX-License-Identifier: Apache-2.0
import type { Location } from '../location.ts';
import type { Num } from '../value/number.ts';
import type { Value } from '../value/value.ts';

/** What the evaluator lends a built-in function while it runs. */
export interface BuiltinContext {
  /** Wall clock of the query in nanoseconds since 1970; the same for all of a query. */
  readonly now: bigint;
  /** The same as a number, for a result that holds it: whether it was only compared is seen; see `saveSettled`. */
  readonly clock: Num;
  /** Fills an array with random bytes. */
  readonly randomBytes: (bytes: Uint8Array) => void;
  /** Counts units of work down; throws when the budget is spent or the run was cancelled. */
  readonly tick: (units: number) => void;
  /** Where the call stands. */
  readonly location: Location | undefined;
  /** Receives what `print` prints; undefined when nobody listens. */
  readonly print: ((text: string, location: Location | undefined) => void) | undefined;
  /** Receives what `trace` notes; undefined when nobody listens. */
  readonly trace: ((note: string, location: Location | undefined) => void) | undefined;
  /** What functions remember for the rest of the query, by a key of their own. */
  readonly cache: Map<string, unknown>;
  /** The answer of `opa.runtime()`; undefined when nothing was lent. */
  readonly runtime: Value | undefined;
  /** Says that the result may differ from one evaluation to the next. Asking for what is lent above, but for the clock, does so. */
  readonly lookOutside: () => void;
  /** Says that the result is not known yet, so that nothing that needs it is kept for the next round; see `evaluateWithHost`. */
  readonly lookAtUnanswered: () => void;
}

/**
 * How a built-in function is computed: `undefined` is Rego's undefined, an {@link BuiltinError} the error the evaluator
 * collects or, in strict mode, reports.
 */
export type Implementation = (context: BuiltinContext, args: readonly Value[]) => Value | undefined;

/** Built-in functions of one family by name. */
export type Family = Readonly<Record<string, Implementation>>;

/** `eval_type_error` for an argument of the wrong type, `eval_builtin_error` for everything else. */
export type BuiltinErrorCode = 'eval_type_error' | 'eval_builtin_error';

/** A built-in function that has no answer. The message lacks the function's name, which the evaluator puts before it. */
export class BuiltinError extends Error {
  override readonly name = 'BuiltinError';
  readonly code: BuiltinErrorCode;

  constructor(message: string, code: BuiltinErrorCode = 'eval_builtin_error', cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
