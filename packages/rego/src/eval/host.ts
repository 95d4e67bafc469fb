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
  readonly answers: ValueTable<Answer>;
}

type Answer = Value | Absent | typeof awaited;

/** Stands where a request was made and its answer has not come. */
const awaited = Object.freeze({ kind: 'awaited' });

/** Under this key of a run's cache lies what the host knows. */
const hostKey = ' host';

/**
 * What lent functions have answered. The evaluator is synchronous: a function whose answer is not known yet is
 * undefined and leaves a request. The requests of a round are awaited together, what needed one of them is thrown away,
 * and the evaluation is made again with what is left. Rego has no effects, so the last round is exact.
 */
export class HostAnswers {
  readonly #answers = new Map<string, ValueTable<Answer>>();
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

  /** The answer to a call; `awaited` leaves a request, unless the call has left one before. */
  answer(name: string, ask: Ask, args: readonly Value[]): Answer {
    let answers = this.#answers.get(name);
    if (!answers) {
      answers = new ValueTable();
      this.#answers.set(name, answers);
    }
    const known = answers.get(args);
    if (known !== undefined) return known;
    this.#asked++;
    if (this.#asked > this.#maxRequests) {
      throw new RegoError('eval_host_error', `Expected at most ${this.#maxRequests} different look-ups, found more.`);
    }
    answers.set(args, awaited);
    this.#requests.push({ ask, args, answers });
    return awaited;
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

function isValue(answer: Answer): answer is Value {
  return answer !== absent && answer !== awaited;
}

/** Puts a run's host where lent functions find it. */
export function lendHost(cache: Map<string, unknown>, answers: HostAnswers): void {
  cache.set(hostKey, answers);
}

export function askHost(context: BuiltinContext, name: string, ask: Ask, args: readonly Value[]): Value | undefined {
  const host = context.cache.get(hostKey);
  if (!(host instanceof HostAnswers)) {
    throw new RegoError('eval_host_error', `${name} has to be fetched: evaluate the policy with evaluateWithHost.`);
  }
  const answer = host.answer(name, ask, args);
  if (answer === awaited) context.lookAtUnanswered();
  return isValue(answer) ? answer : undefined;
}
