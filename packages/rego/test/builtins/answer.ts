// SPDX-License-Identifier: Apache-2.0
import { type BuiltinContext, compile, type EvaluateOptions, evaluate, parseModule, toJson } from '../../src/index.ts';

export type Lent = EvaluateOptions & Partial<Pick<BuiltinContext, 'now'>>;

/** What an expression is, as JSON text, or why it has no value: the code and message of the error. */
export function answer(expression: string, options: Lent = {}): string {
  const policy = compile([parseModule('a.rego', `package a\n\nx := ${expression}\n`)]);
  const run = evaluate(policy, {}, options);
  const value = run.value(['a', 'x']);
  if (value !== undefined) return toJson(value);
  const [error] = run.builtinErrors;
  return error ? `${error.code}: ${error.reason}` : 'undefined';
}
