// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import { classify } from './classification.ts';
import { trackedIncludes } from './criteria.ts';
import { decorate } from './decoration.ts';
import { trimDependents } from './dependencies.ts';
import type { Instant } from './instant.ts';
import type { Outcome, RawOutcome, Result } from './result.ts';
import type { RuleSet } from './rule-info.ts';
import { type ResultFilter, ruleFilter, type Selection, scoreFilter, selectRules } from './selection.ts';
import { successesOf } from './successes.ts';

/**
 * Turns what the packages of one evaluator said into its verdict: decorated, selected, classified, with successes, and
 * without what depends on a reported rule. An evaluator in which nothing was checked at all is refused.
 */
export function verdictOf(raw: readonly RawOutcome[], rules: RuleSet, selection: Selection, at: Instant): Outcome[] {
  const filter = filterFor(raw, rules, selection);
  const outcomes = raw.map((outcome) => judge(outcome, rules, filter, at));
  const checked = outcomes.reduce((sum, o) => sum + o.warnings.length + o.failures.length + o.successes.length, 0);
  if (checked === 0) throw nothingChecked(selection);
  return trimDependents([...outcomes, ...[...filter.unmatched].map(unmatchedInclude)]);
}

function judge(raw: RawOutcome, rules: RuleSet, filter: ResultFilter, at: Instant): Outcome {
  const said = [...raw.warnings, ...raw.failures, ...raw.exceptions, ...raw.skipped];
  const kept = said.map((result) => decorate(result, rules.annotated, at)).filter((result) => filter.keeps(result));
  const classified = classify(kept, raw, at);
  const successes = successesOf(raw.namespace, classified, rules.annotated, filter);
  return { filename: raw.filename, namespace: raw.namespace, ...classified, successes };
}

function filterFor(raw: readonly RawOutcome[], rules: RuleSet, selection: Selection): ResultFilter {
  const unmatched = trackedIncludes(selection.criteria.include);
  if (selection.filter === 'include-exclude' || raw.length === 0) return scoreFilter(selection, unmatched);
  return ruleFilter(selectRules(rules, selection), unmatched);
}

function unmatchedInclude(criterion: string): Outcome {
  const warning: Result = { msg: `Include criterion '${criterion}' doesn't match any policy rule` };
  return { filename: '', namespace: '', warnings: [warning], failures: [], exceptions: [], skipped: [], successes: [] };
}

function nothingChecked(selection: Selection): SluiceError {
  const include = [...trackedIncludes(selection.criteria.include)].map((item) => `"${item}"`).join(', ');
  return new SluiceError(
    'refused',
    `No rule of the policy was checked: there were no successes, warnings or failures with the includes ${include || 'of other images'}. A policy must check something; correct its include and exclude lists, or its sources.`,
  );
}
