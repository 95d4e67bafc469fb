// SPDX-License-Identifier: Apache-2.0
import type { Span } from '../location.ts';
import type { Term } from './ast.ts';

/** Where terms end, by {@link keyOfTerm}: the tree itself does without, since only coverage asks. */
export type TermSpans = Map<string, Span>;

/** Calls with operators can begin at the same place, `a - b` and `a - b - c`; their last arguments do not. */
export function keyOfTerm(term: Term): string {
  return term.kind === 'call' ? keyOfCall(term.at, term.args) : `${term.kind} ${term.at}`;
}

export function keyOfCall(at: number, args: readonly Term[]): string {
  return `call ${at} ${args.at(-1)?.at ?? ''}`;
}
