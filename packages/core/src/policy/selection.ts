// SPDX-License-Identifier: Apache-2.0
import { applicable, type CriteriaTarget, type SourceCriteria } from './criteria.ts';
import type { Json } from './exact-json.ts';
import { codeOf, type Result, termsOf, texts } from './result.ts';
import type { RuleSet } from './rule-info.ts';
import { matchers, score } from './scoring.ts';

export type FilterType = 'include-exclude' | 'ec-policy';

/** For whom results are selected: an image (or none), a component name, and the kind of filter. */
export interface Selection {
  readonly criteria: SourceCriteria;
  readonly target: CriteriaTarget | undefined;
  readonly component: string;
  readonly filter: FilterType;
  /** `ruleData.pipeline_intention`; only the `ec-policy` filter looks at it. */
  readonly intentions: readonly string[];
}

/** `ruleData.pipeline_intention` as a list: one text or several. */
export function pipelineIntentions(ruleData: { readonly [key: string]: Json } | undefined): string[] {
  const value = ruleData?.pipeline_intention;
  return typeof value === 'string' ? [value] : texts(value);
}

/** The decision about rules before they run. */
export interface RuleSelection {
  readonly included: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
  /** Includes that name no rule at all. */
  readonly unmatched: ReadonlySet<string>;
}

/**
 * Which rules are in, without looking at terms or component names, and so which packages run. A package is taken to be
 * the text before the first dot of a code (quirk of ec): `release.deep` runs only when no package is selected.
 */
export function selectRules(rules: RuleSet, selection: Selection): RuleSelection {
  const include = applicable(selection.criteria.include, selection.target, '');
  const exclude = applicable(selection.criteria.exclude, selection.target, '');
  const made = knownSelections.get(rules) ?? new Map<string, RuleSelection>();
  knownSelections.set(rules, made);
  const key = JSON.stringify([include, exclude, selection.filter, selection.intentions]);
  const known = made.get(key) ?? newSelection(rules, selection, include, exclude);
  made.set(key, known);
  return known;
}

/** Most images are selected for by the same criteria. */
const knownSelections = new WeakMap<RuleSet, Map<string, RuleSelection>>();

function newSelection(
  rules: RuleSet,
  { filter, intentions }: Selection,
  include: readonly string[],
  exclude: readonly string[],
): RuleSelection {
  const byDefault = include.length === 0 || (include.length === 1 && include[0] === '*');
  const included = new Set<string>();
  const packages = new Set<string>();
  const unmatched = new Set(include);
  for (const rule of candidates(rules)) {
    if (filter === 'ec-policy' && !fitsIntention(rule.intention, intentions)) continue;
    const forIt = score(rule.names, include, (criterion) => unmatched.delete(criterion));
    const against = score(rule.names, exclude);
    if (forIt > against || (forIt === 0 && against === 0 && byDefault)) {
      included.add(rule.code);
      packages.add(rule.code.split('.', 1)[0] || rule.code);
    }
  }
  return { included, packages, unmatched };
}

/** Decides result by result, and remembers which includes have matched something. */
export interface ResultFilter {
  keeps(result: Result): boolean;
  readonly unmatched: ReadonlySet<string>;
}

/** The default filter: results without a code are kept, others by score, now with terms and component names. */
export function scoreFilter(selection: Selection, unmatched: Set<string>): ResultFilter {
  const include = applicable(selection.criteria.include, selection.target, selection.component);
  const exclude = applicable(selection.criteria.exclude, selection.target, selection.component);
  return {
    unmatched,
    keeps(result) {
      const code = codeOf(result);
      if (code === '') {
        unmatched.delete('*');
        return true;
      }
      const names = namesOf(result, code);
      const forIt = score(names, include, (criterion) => unmatched.delete(criterion));
      if (forIt <= score(names, exclude)) return false;
      for (const name of names) unmatched.delete(name);
      return true;
    },
  };
}

/** The `ec-policy` filter: the decision about the rule is the decision about its results; terms have no say (quirk). */
export function ruleFilter(rules: RuleSelection, unmatched: Set<string>): ResultFilter {
  for (const criterion of unmatched) if (!rules.unmatched.has(criterion)) unmatched.delete(criterion);
  return {
    unmatched,
    keeps(result) {
      const code = codeOf(result);
      return code === '' || rules.included.has(code);
    },
  };
}

/** A pass is one object for all images. */
const knownNames = new WeakMap<Result, readonly string[]>();

function namesOf(result: Result, code: string): readonly string[] {
  const known = knownNames.get(result);
  if (known !== undefined) return known;
  const names = matchers({ code, terms: termsOf(result), collections: texts(result.metadata?.collections) });
  knownNames.set(result, names);
  return names;
}

interface Candidate {
  readonly code: string;
  readonly names: readonly string[];
  readonly intention: readonly string[];
}

/** Rules are the same for every image; so is what names them. */
const candidatesOf = new WeakMap<RuleSet, readonly Candidate[]>();

function candidates(rules: RuleSet): readonly Candidate[] {
  const known = candidatesOf.get(rules);
  if (known !== undefined) return known;
  const annotated = [...rules.annotated.values()].map(({ code, collections, pipelineIntention }) => ({
    code,
    names: matchers({ code, terms: [], collections }),
    intention: pipelineIntention,
  }));
  const bare = [...rules.bare]
    .filter((code) => code.includes('.'))
    .map((code) => ({ code, names: matchers({ code, terms: [], collections: [] }), intention: [] }));
  const found = [...annotated, ...bare];
  candidatesOf.set(rules, found);
  return found;
}

function fitsIntention(declared: readonly string[], wanted: readonly string[]): boolean {
  return wanted.length === 0 ? declared.length === 0 : declared.some((intention) => wanted.includes(intention));
}
