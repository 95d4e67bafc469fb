// SPDX-License-Identifier: Apache-2.0
import type { Classified } from './classification.ts';
import type { Json } from './exact-json.ts';
import type { Result } from './result.ts';
import type { RuleInfo } from './rule-info.ts';
import type { ResultFilter } from './selection.ts';

/** A "Pass" for every annotated rule of the package that said nothing, whatever its name: helpers count too. */
export function successesOf(
  namespace: string,
  said: Classified,
  rules: ReadonlyMap<string, RuleInfo>,
  filter: ResultFilter,
): Result[] {
  const seen = codesOf([said.failures, said.warnings, said.skipped, said.exceptions]);
  const passes: Result[] = [];
  for (const rule of rules.values()) {
    if (rule.package !== namespace || seen.has(rule.code)) continue;
    const { judged, shown } = passOf(rule);
    if (filter.keeps(judged)) passes.push(shown);
  }
  return passes;
}

export function codesOf(lists: readonly (readonly Result[])[]): Set<string> {
  const codes = new Set<string>();
  for (const result of lists.flat()) {
    const code = result.metadata?.code;
    if (typeof code === 'string') codes.add(code);
  }
  return codes;
}

interface Pass {
  /** What is selected or not: without a date. */
  readonly judged: Result;
  readonly shown: Result;
}

/** The same for every image, so that a thousand of them share it. */
const knownPasses = new WeakMap<RuleInfo, Pass>();

function passOf(rule: RuleInfo): Pass {
  const known = knownPasses.get(rule);
  if (known !== undefined) return known;
  const judged = newPass(rule);
  const made = { judged, shown: rule.effectiveOn === '' ? judged : dated(judged, rule.effectiveOn) };
  knownPasses.set(rule, made);
  return made;
}

function newPass(rule: RuleInfo): Result {
  const metadata: { [key: string]: Json } = { code: rule.code };
  if (rule.title !== '') metadata.title = rule.title;
  if (rule.description !== '') metadata.description = rule.description;
  if (rule.collections.length > 0) metadata.collections = rule.collections;
  if (rule.dependsOn.length === 0) return { msg: 'Pass', metadata };
  metadata.depends_on = rule.dependsOn;
  return { msg: 'Pass', metadata, dependsOn: rule.dependsOn };
}

function dated(pass: Result, effectiveOn: string): Result {
  return { ...pass, metadata: { ...pass.metadata, effective_on: effectiveOn } };
}
