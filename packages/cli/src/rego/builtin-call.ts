// SPDX-License-Identifier: Apache-2.0
import { compile, evaluate, type Policy, type Value } from '@sluice/rego';

let empty: Policy | undefined;

/**
 * Asks one of Rego's own functions, so that YAML, regular expressions and globs mean here what they mean in a policy.
 * The expression sees the arguments as `input[0]`, `input[1]`; a failure is thrown as the `RegoError` it would be there.
 */
export function callBuiltin(expression: string, args: readonly Value[]): Value | undefined {
  empty ??= compile([]);
  const evaluation = evaluate(empty, { input: args }, { strict: true });
  return evaluation.query(`answer := ${expression}`)[0]?.get('answer');
}
