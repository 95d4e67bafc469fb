// SPDX-License-Identifier: Apache-2.0
import type { Evaluation, Value } from '@sluice/rego';
import { SluiceError } from '../error.ts';
import { failureName } from './discovery.ts';
import { isJsonArray, isJsonObject, type Json } from './exact-json.ts';
import type { RulePackage } from './group.ts';
import { jsonOfValue } from './json-of-value.ts';
import type { RawOutcome, Result } from './result.ts';

/** What the deny and warn rules of a package came to for one input. */
export interface PackageValues {
  readonly pkg: RulePackage;
  /** By rule, in the package's order; undefined where a rule has no value or is excepted. */
  readonly values: readonly (Value | undefined)[];
  /** How many exceptions name each rule. */
  readonly excepted: readonly number[];
}

/** Asks the rules of a package. An evaluation that waits for answers asks again, so nothing is made of the values here. */
export function askPackage(evaluation: Evaluation, pkg: RulePackage): PackageValues {
  const names = exceptionNames(evaluation, pkg);
  const excepted = pkg.rules.map((rule) => names.filter((name) => name === nameOf(rule)).length);
  const values = pkg.rules.map((rule, i) => (excepted[i] ? undefined : evaluation.value([...pkg.path, rule])));
  return { pkg, values, excepted };
}

/** What they have to say of the input. */
export function outcomeOf({ pkg, values, excepted }: PackageValues, filename: string): RawOutcome {
  const failures: Result[] = [];
  const warnings: Result[] = [];
  const exceptions: Result[] = [];
  for (const [i, rule] of pkg.rules.entries()) {
    const query = `data.${pkg.namespace}.exception[_][_] == ${JSON.stringify(nameOf(rule))}`;
    exceptions.push(...Array.from({ length: excepted[i] ?? 0 }, () => ({ msg: query })));
    const said = resultsOf(json(values[i]), `data.${pkg.namespace}.${rule}`);
    (failureName.test(rule) ? failures : warnings).push(...said);
  }
  return { filename, namespace: pkg.namespace, failures, warnings, exceptions, skipped: [] };
}

function nameOf(rule: string): string {
  return rule.replace(/^(violation|deny|warn)_?/, '');
}

/** The names in `exception[_][_]`: rules without their prefix, or the empty text for the bare ones. */
function exceptionNames(evaluation: Evaluation, pkg: RulePackage): Json[] {
  return membersOf(json(evaluation.value([...pkg.path, 'exception']))).flatMap(membersOf);
}

function membersOf(value: Json | undefined): readonly Json[] {
  if (isJsonArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

/** A set or list of texts and objects; anything else, such as a partial object, says nothing. */
function resultsOf(value: Json | undefined, query: string): Result[] {
  return isJsonArray(value) ? value.map((item) => resultOf(item, query)) : [];
}

function resultOf(item: Json, query: string): Result {
  if (typeof item === 'string') return said(item, {}, query);
  if (!isJsonObject(item)) return { msg: `unexpected policy result of ${query}: ${JSON.stringify(item)}` };
  const { msg, _loc: _location, ...metadata } = item;
  if (typeof msg !== 'string') {
    const found = JSON.stringify(item);
    throw new SluiceError(
      'refused',
      `Expected every result of ${query} to have a text "msg", but found ${found}; correct the rule.`,
    );
  }
  return said(msg, metadata, query);
}

/** ec takes a result with an empty message for a pass; a rule that denies without a word still denies. */
function said(msg: string, metadata: { readonly [key: string]: Json }, query: string): Result {
  if (msg === '')
    throw new SluiceError(
      'refused',
      `Expected every result of ${query} to say something, but found an empty "msg"; correct the rule.`,
    );
  return Object.keys(metadata).length === 0 ? { msg } : { msg, metadata };
}

function json(value: Value | undefined): Json | undefined {
  return value === undefined ? undefined : jsonOfValue(value);
}
