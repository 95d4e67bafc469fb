// SPDX-License-Identifier: Apache-2.0
import type { BuiltinContext } from '../builtins/builtin.ts';
import { RegoError } from '../error.ts';
import { ValueTable } from '../value/table.ts';
import type { Value } from '../value/value.ts';
import { type Absent, absent, orAbsent } from './scope.ts';

/** Fetches the result of a lent function; undefined is Rego's undefined. A rejection ends the evaluation. */
export type Ask = (args: readonly Value[]) => Promise<Value | undefined>;

interface Request {
  readonly ask: Ask;
  readonly args: readonly Value[];
  readonly answers: ValueTable<Value | Absent>;
}

/** Under this key of a run's cache lies what the host knows. */
const hostKey = ' host';

/**
 * What lent functions have answered. The evaluator is synchronous: a function whose answer is not known yet is
 * undefined and leaves a request. A run with requests is thrown away, the requests are awaited together, and the
 * evaluation is made again. Rego has no effects, so the last run is exact.
 */
export class HostAnswers {
  readonly #answers = new Map<string, ValueTable<Value | Absent>>();
  readonly #maxRequests: number;
  #requests: Request[] = [];
  #asked = 0;

  /** @param maxRequests Different calls that may be answered in all rounds together. */
  constructor(maxRequests: number) {
    this.#maxRequests = maxRequests;
  }

  get pending(): boolean {
    return this.#requests.length > 0;
  }

  /** The answer to a call, or undefined and a new request. */
  answer(name: string, ask: Ask, args: readonly Value[]): Value | undefined {
    let answers = this.#answers.get(name);
    if (!answers) {
      answers = new ValueTable();
      this.#answers.set(name, answers);
    }
    const known = answers.get(args);
    if (known !== undefined) return isAnswer(known) ? known : undefined;
    this.#asked++;
    if (this.#asked > this.#maxRequests) {
      throw new RegoError('eval_host_error', `Expected at most ${this.#maxRequests} different look-ups, found more.`);
    }
    answers.set(args, absent);
    this.#requests.push({ ask, args, answers });
    return undefined;
  }

  /** Awaits all requests together. */
  async settle(): Promise<void> {
    const requests = this.#requests;
    this.#requests = [];
    const values = await Promise.all(requests.map(({ ask, args }) => ask(args)));
    requests.forEach(({ args, answers }, at) => {
      answers.set(args, orAbsent(values[at]));
    });
  }
}

function isAnswer(known: Value | Absent): known is Value {
  return known !== absent;
}

/** Puts a run's host where lent functions find it. */
export function lendHost(cache: Map<string, unknown>, answers: HostAnswers): void {
  cache.set(hostKey, answers);
}

export function askHost(context: BuiltinContext, name: string, ask: Ask, args: readonly Value[]): Value | undefined {
  const host = context.cache.get(hostKey);
  if (host instanceof HostAnswers) return host.answer(name, ask, args);
  throw new RegoError('eval_host_error', `${name} has to be fetched: evaluate the policy with evaluateWithHost.`);
}
