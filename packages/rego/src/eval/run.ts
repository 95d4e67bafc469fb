// SPDX-License-Identifier: Apache-2.0
import { type BuiltinContext, BuiltinError } from '../builtins/builtin.ts';
import { RegoError } from '../error.ts';
import { type Location, locate, type Source } from '../location.ts';
import type { Value } from '../value/value.ts';
import type { Budget } from './budget.ts';
import type { Scope } from './scope.ts';

/** What the embedder lends to an evaluation. */
export interface Lent {
  /** Wall clock in nanoseconds since 1970. */
  readonly now: bigint;
  readonly randomBytes: (bytes: Uint8Array) => void;
  readonly print: ((text: string, location: Location | undefined) => void) | undefined;
  readonly trace: ((note: string, location: Location | undefined) => void) | undefined;
  /** Answer of `opa.runtime()`. */
  readonly runtime: Value | undefined;
  /** Errors of built-in functions end the evaluation instead of making the call undefined. */
  readonly strict: boolean;
  /** Receives the names of a case a test with parameters is at. */
  readonly testCase: ((names: Value) => void) | undefined;
  /** Receives the offset of each expression that was reached. */
  readonly reached: ((source: Source, at: number) => void) | undefined;
}

/** Errors of built-in functions kept; more say nothing new. */
const maxBuiltinErrors = 100;

/** One evaluation: the documents it sees, its budget and what it found out. */
export class Run {
  scope: Scope;
  readonly budget: Budget;
  readonly lent: Lent;
  readonly builtinErrors: RegoError[] = [];
  /** What built-in functions remember, by keys of their own. */
  readonly cache = new Map<string, unknown>();

  constructor(scope: Scope, budget: Budget, lent: Lent) {
    this.scope = scope;
    this.budget = budget;
    this.lent = lent;
  }

  contextAt(source: Source, at: number): BuiltinContext {
    const { lent, budget } = this;
    return {
      now: lent.now,
      randomBytes: lent.randomBytes,
      tick: (units) => budget.step(units),
      get location() {
        return locate(source, at);
      },
      print: lent.print,
      trace: lent.trace,
      cache: this.cache,
      runtime: lent.runtime,
    };
  }

  /** Turns what a built-in function threw into undefined, or into the end of the evaluation. */
  builtinFailed(thrown: unknown, name: string, source: Source, at: number): undefined {
    if (!(thrown instanceof BuiltinError)) throw thrown;
    const error = new RegoError(thrown.code, `${name}: ${thrown.message}`, {
      location: locate(source, at),
      cause: thrown,
    });
    if (this.lent.strict) throw error;
    if (this.builtinErrors.length < maxBuiltinErrors) this.builtinErrors.push(error);
    return undefined;
  }
}

export function conflict(reason: string, source: Source, at: number): RegoError {
  return new RegoError('eval_conflict_error', reason, { location: locate(source, at) });
}
