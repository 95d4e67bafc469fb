// SPDX-License-Identifier: Apache-2.0
import { RegoError } from './error.ts';
import { Budget, type Deadline } from './eval/budget.ts';
import { HostAnswers, lendHost } from './eval/host.ts';
import { type Lent, Run } from './eval/run.ts';
import { Scope } from './eval/scope.ts';
import { chooseLimits, type Limits } from './limits.ts';
import type { Policy } from './policy.ts';
import { type Bindings, planQuery, planResults, type QueryResult } from './query.ts';
import { watchClock } from './value/clock.ts';
import { emptyObject, type RegoObject } from './value/object.ts';
import type { Value } from './value/value.ts';

/** What an evaluation sees. Make values with `fromJson` or `fromPlain`. */
export interface Documents {
  readonly input?: Value;
  readonly data?: RegoObject;
  /** Top-level members of `data` that are another's in the next run; see {@link saveSettled}. The same for the same data. */
  readonly passing?: ReadonlySet<string>;
  /** Data that differ from these in passing members alone: what lasts there is not computed again here. */
  readonly like?: RegoObject;
}

export interface EvaluateOptions extends Partial<Lent> {
  readonly limits?: Partial<Limits>;
  readonly deadline?: Deadline;
  readonly signal?: AbortSignal;
}

/**
 * Evaluates rules and queries of a policy against one input. All of them share what was computed, so asking for forty
 * rules costs little more than asking for the dearest.
 */
export class Evaluation {
  readonly #policy: Policy;
  readonly #scope: Scope;
  readonly #options: EvaluateOptions;
  readonly #limits: Limits;
  readonly #run: Run;

  constructor(policy: Policy, documents: Documents, options: EvaluateOptions, host?: HostAnswers) {
    this.#policy = policy;
    const { input, data = emptyObject, passing, like } = documents;
    this.#scope = new Scope({ input, data, settled: policy.settledBy(data, options.now ?? 0n, passing, like) });
    this.#options = options;
    this.#limits = chooseLimits(options.limits);
    const cache = new Map<string, unknown>();
    if (host) lendHost(cache, host);
    this.#run = new Run(this.#scope, this.#newBudget(), lentBy(options), cache);
  }

  /** Errors of built-in functions so far; the calls were undefined. Empty in strict mode, which throws them. */
  get builtinErrors(): readonly RegoError[] {
    return this.#run.builtinErrors;
  }

  /** The value at a path of data, such as `['main', 'deny']` for `data.main.deny`; undefined when there is none. */
  value(path: readonly string[]): Value | undefined {
    return this.#guarded(this.#policy.planner.valueAt(path));
  }

  /**
   * All solutions of a query, such as `data.main.deny[x]`.
   *
   * @throws {RegoErrors} When the query cannot be compiled.
   */
  query(text: string): readonly Bindings[] {
    const solve = planQuery(this.#policy, text);
    return this.#guarded(solve);
  }

  /**
   * The same with the value of each expression, as `opa eval` shows it: `1 == 2` is one solution with the value false.
   *
   * @throws {RegoErrors} When the query cannot be compiled.
   */
  results(text: string): readonly QueryResult[] {
    const solve = planResults(this.#policy, text);
    return this.#guarded(solve);
  }

  /** Keeps what needs none of the answers that were awaited; errors are found anew with what they belong to. */
  forgetUnanswered(): void {
    this.#scope.forgetUnanswered();
    this.#run.builtinErrors.length = 0;
  }

  #guarded<T>(evaluate: (run: Run) => T): T {
    // An error may have left the last question in the middle of a `with`.
    this.#run.scope = this.#scope;
    this.#run.budget = this.#newBudget();
    this.#run.looks = 0;
    const before = watchClock(this.#run);
    try {
      return evaluate(this.#run);
    } catch (thrown) {
      if (thrown instanceof RangeError) {
        const reason = 'Expected values and rules nested less deeply, found that the stack was used up.';
        throw new RegoError('rego_limit_error', reason, { cause: thrown });
      }
      throw thrown;
    } finally {
      watchClock(before);
    }
  }

  #newBudget(): Budget {
    return new Budget(this.#limits, this.#options.deadline, this.#options.signal);
  }
}

/** Begins an evaluation. Calling a function that has to be fetched ends it; use {@link evaluateWithHost}. */
export function evaluate(policy: Policy, documents: Documents, options: EvaluateOptions = {}): Evaluation {
  return new Evaluation(policy, documents, options);
}

export interface HostOptions extends EvaluateOptions {
  /** Runs before the evaluation gives up; each depth of dependent look-ups needs one. */
  readonly maxRounds?: number;
  /** Different look-ups the whole evaluation may make; 10,000 unless told otherwise. */
  readonly maxRequests?: number;
}

/**
 * Evaluates a policy whose built-in functions have to fetch something. `use` is called again until nothing was left
 * to fetch; only its last result counts.
 *
 * @throws {RegoError} With the code `eval_host_error` when the rounds are used up.
 */
export async function evaluateWithHost<T>(
  policy: Policy,
  documents: Documents,
  options: HostOptions,
  use: (evaluation: Evaluation) => T,
): Promise<T> {
  const host = new HostAnswers(options.maxRequests ?? 10_000);
  const evaluation = new Evaluation(policy, documents, options, host);
  const rounds = options.maxRounds ?? 32;
  for (let round = 0; round < rounds; round++) {
    const outcome = attempt(() => use(evaluation));
    if (!host.pending) return outcome();
    await host.settle();
    evaluation.forgetUnanswered();
  }
  throw new RegoError('eval_host_error', `Expected all look-ups to be answered within ${rounds} rounds, found more.`);
}

/** Keeps what was thrown: an error of a run that lacked answers means nothing. */
function attempt<T>(use: () => T): () => T {
  try {
    const result = use();
    return () => result;
  } catch (thrown) {
    return () => {
      throw thrown;
    };
  }
}

function lentBy(options: EvaluateOptions): Lent {
  return {
    now: options.now ?? 0n,
    randomBytes: options.randomBytes ?? refuseRandom,
    print: options.print,
    trace: options.trace,
    runtime: options.runtime,
    strict: options.strict ?? false,
    reached: options.reached,
    testCase: options.testCase,
  };
}

function refuseRandom(): never {
  throw new RegoError('eval_host_error', 'Expected a source of random bytes for this policy, found none lent.');
}
