// SPDX-License-Identifier: Apache-2.0
import { type BuiltinContext, BuiltinError } from '../builtins/builtin.ts';
import { RegoError } from '../error.ts';
import { type Location, locate, type Source, type Span } from '../location.ts';
import type { ClockWatch } from '../value/clock.ts';
import { clockNumber, type Num } from '../value/number.ts';
import type { RegoObject } from '../value/object.ts';
import type { Value } from '../value/value.ts';
import type { Budget } from './budget.ts';
import { Look } from './look.ts';
import type { Scope } from './scope.ts';
import type { Settled } from './settled.ts';

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
  /** Receives where each expression and rule head that was reached begins and ends. */
  readonly reached: ((source: Source, span: Span) => void) | undefined;
}

/** Errors of built-in functions kept; more say nothing new. */
const maxBuiltinErrors = 100;

/** One evaluation: the documents it sees, the budget of the question it is at, and what it found out. */
export class Run implements ClockWatch {
  scope: Scope;
  budget: Budget;
  readonly lent: Lent;
  readonly builtinErrors: RegoError[] = [];
  /** What built-in functions remember, by keys of their own. */
  readonly cache: Map<string, unknown>;
  /** What the value that is being computed has needed so far: bits of {@link Look}. */
  looks = 0;
  readonly #context: CallContext;
  readonly #settled: Settled | undefined;

  constructor(scope: Scope, budget: Budget, lent: Lent, cache: Map<string, unknown>) {
    this.cache = cache;
    this.scope = scope;
    this.budget = budget;
    this.lent = lent;
    this.#settled = scope.settled;
    this.#context = new CallContext(this);
  }

  look(at: number): void {
    this.looks |= at;
  }

  clockCompared(order: number, other: bigint): void {
    this.look(Look.clock);
    this.#settled?.clockCompared(order, other);
  }

  clockRead(): void {
    this.look(Look.passing);
  }

  /** The base document, to be read at a member, or at any when none is given. */
  baseAt(member: Value | undefined): RegoObject {
    const { settled, data } = this.scope;
    if (settled === undefined || typeof member !== 'string' || settled.passing.has(member)) this.look(Look.passing);
    return data;
  }

  /** What a built-in function called at a place is lent; good until the next call. */
  contextAt(source: Source, at: number): BuiltinContext {
    this.#context.source = source;
    this.#context.at = at;
    return this.#context;
  }

  /** Turns what a built-in function threw into undefined, or into the end of the evaluation. */
  builtinFailed(thrown: unknown, name: string, source: Source, at: number): undefined {
    if (!(thrown instanceof BuiltinError)) throw thrown;
    // The next evaluation reports it, too, and so does the next round.
    this.look(Look.outside | Look.unanswered);
    const error = new RegoError(thrown.code, `${name}: ${thrown.message}`, {
      location: locate(source, at),
      cause: thrown,
    });
    if (this.lent.strict) throw error;
    if (this.builtinErrors.length < maxBuiltinErrors) this.builtinErrors.push(error);
    return undefined;
  }
}

/** One object for all calls of a run, since calls are many and never inside each other. */
class CallContext implements BuiltinContext {
  readonly #run: Run;
  #clock: Num | undefined;
  readonly cache: Map<string, unknown>;
  readonly tick: (units: number) => void;
  readonly lookOutside: () => void;
  readonly lookAtUnanswered: () => void;
  source: Source | undefined;
  at = 0;

  constructor(run: Run) {
    this.#run = run;
    this.cache = run.cache;
    this.tick = (units) => run.budget.step(units);
    this.lookOutside = () => run.look(Look.outside);
    this.lookAtUnanswered = () => run.look(Look.unanswered);
  }

  get now(): bigint {
    // The same for all evaluations that share what is settled.
    this.#run.look(Look.passing);
    return this.#run.lent.now;
  }

  get clock(): Num {
    this.#clock ??= clockNumber(this.#run.lent.now);
    return this.#clock;
  }

  get randomBytes(): Lent['randomBytes'] {
    return this.#lent().randomBytes;
  }

  get print(): Lent['print'] {
    return this.#lent().print;
  }

  get trace(): Lent['trace'] {
    return this.#lent().trace;
  }

  get runtime(): Value | undefined {
    return this.#lent().runtime;
  }

  get location(): Location | undefined {
    return this.source && locate(this.source, this.at);
  }

  #lent(): Lent {
    this.#run.look(Look.outside);
    return this.#run.lent;
  }
}

export function conflict(reason: string, source: Source, at: number): RegoError {
  return new RegoError('eval_conflict_error', reason, { location: locate(source, at) });
}
