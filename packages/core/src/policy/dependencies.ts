// SPDX-License-Identifier: Apache-2.0
import { withoutFinalDot } from './classification.ts';
import { isJsonArray } from './exact-json.ts';
import type { Outcome, Result } from './result.ts';
import { codesOf } from './successes.ts';

/**
 * Drops results that depend on a rule which already reported something, over all outcomes of one evaluator, and tells
 * each failure how it could be excluded.
 */
export function trimDependents(outcomes: readonly Outcome[]): Outcome[] {
  const reported = codesOf(outcomes.flatMap((outcome) => [outcome.failures, outcome.warnings, outcome.skipped]));
  const kept = (results: readonly Result[]) => results.flatMap((result) => copies(result, reported));
  return outcomes.map((outcome) => ({
    ...outcome,
    failures: outcome.failures.flatMap((result) => withAdvice(copies(result, reported))),
    warnings: kept(outcome.warnings),
    skipped: kept(outcome.skipped),
    successes: kept(outcome.successes),
  }));
}

/** Once for each dependency that was not reported (quirk of ec): none of them drops the result, several repeat it. */
function copies(result: Result, reported: ReadonlySet<string>): Result[] {
  if (result.dependsOn === undefined) return [result];
  return result.dependsOn.filter((code) => !reported.has(code)).map(() => result);
}

/** Repeated results say it as often as they are repeated (quirk of ec). */
function withAdvice(results: readonly Result[]): Result[] {
  return results.map((result) => {
    const code = result.metadata?.code;
    let description = result.metadata?.description;
    if (typeof description !== 'string' || typeof code !== 'string') return result;
    for (let i = 0; i < results.length; i++) {
      const advice = `To exclude this rule add ${directives(code, result)} to the \`exclude\` section of the policy configuration.`;
      description = `${withoutFinalDot(description)}. ${advice}`;
    }
    return { ...result, metadata: { ...result.metadata, description } };
  });
}

function directives(code: string, result: Result): string {
  const terms = termList(result).map((term) => `"${code}:${term}"`);
  if (terms.length === 0) return `"${code}"`;
  return `${terms.length > 1 ? 'one or more of ' : ''}${terms.join(', ')}`;
}

function termList(result: Result): string[] {
  const term = result.metadata?.term;
  const list = isJsonArray(term) ? term : [term];
  return list.filter((item): item is string => typeof item === 'string' && item !== '');
}
