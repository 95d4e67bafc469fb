// SPDX-License-Identifier: Apache-2.0
import { type RuleEntry, valueReference } from '../compiler/module-set.ts';
import type { RegoError } from '../error.ts';
import { conflict, type Run } from '../eval/run.ts';
import type { Rule, Term } from '../syntax/ast.ts';
import { printRef } from '../syntax/print.ts';
import { equal } from '../value/compare.ts';
import type { Value } from '../value/value.ts';
import { type Frame, linkAll, type Match, type Step } from './node.ts';
import { planLinks } from './plan-body.ts';
import { planFilter } from './plan-filter.ts';
import { planMatch } from './plan-pattern.ts';
import { planGetter } from './plan-term.ts';
import type { Planner } from './planner.ts';
import { newScope, type PlanScope } from './scope.ts';

/** Computes the value of a rule with its `else` branches; arguments only for functions. */
export type RuleValue = (run: Run, args: readonly Value[]) => Value | undefined;

/** Calls back with each solution of a rule's body. */
export type RuleSolutions = (run: Run) => void;

/** Two values where there must be one. */
export function conflictOf(entry: RuleEntry, rule: Rule): RegoError {
  const name = printRef(valueReference(entry.node.path));
  const isFunction = (entry.written.head.args?.length ?? 0) > 0;
  const reason = isFunction
    ? `function ${name} produced conflicting values for the same inputs`
    : `rule ${name} produced conflicting values`;
  return conflict(reason, entry.module.source, rule.at);
}

/** A rule with one value: complete or function. */
export function planRuleValue(entry: RuleEntry, planner: Planner): RuleValue {
  planner.prepare(entry);
  const branches: RuleValue[] = [];
  for (let rule: Rule | undefined = entry.rule; rule; rule = rule.else) {
    branches.push(planBranch(rule, entry.rule.head.args, entry, planner));
  }
  const [only] = branches;
  if (branches.length === 1 && only) return only;
  return (run, args) => {
    for (const branch of branches) {
      const value = branch(run, args);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

function planBranch(
  rule: Rule,
  argsOfFirst: readonly Term[] | undefined,
  entry: RuleEntry,
  planner: Planner,
): RuleValue {
  const scope = newScope(planner, entry.module.source);
  const matches = (rule.head.args ?? argsOfFirst)?.map((arg) => planMatch(arg, scope)) ?? [];
  const mayHold = planFilter(rule, scope);
  const links = planLinks(rule.body, scope);
  const head = rule.head.value ?? { kind: 'constant', value: true, at: rule.at };
  const get = planGetter(head, scope);
  const single = head.kind === 'constant';
  let result: Value | undefined;
  const body = linkAll(links, (run, frame) => {
    const value = get(run, frame);
    if (value === undefined) return false;
    if (result !== undefined && !equal(result, value)) {
      throw conflictOf(entry, rule);
    }
    result = value;
    return single;
  });
  const reached = planner.watch ? reachedRule(rule, scope) : undefined;
  return (run, args) => {
    const frame: Frame = [];
    if (!matchAll(run, frame, matches, args)) return undefined;
    if (mayHold && !mayHold(run, frame)) return undefined;
    const outer = result;
    result = undefined;
    body(run, frame);
    const value = result;
    result = outer;
    if (value !== undefined) reached?.(run);
    return value;
  };
}

function matchAll(run: Run, frame: Frame, matches: readonly Match[], args: readonly Value[]): boolean {
  for (let at = 0; at < matches.length; at++) {
    const arg = args[at];
    if (arg === undefined || !matches[at]?.(run, frame, arg)) return false;
  }
  return true;
}

function reachedRule(rule: Rule, scope: PlanScope): (run: Run) => void {
  const span = { at: rule.head.at, end: rule.head.end };
  return (run) => run.lent.reached?.(scope.source, span);
}

/** A rule with many values; `end` gets the head's parts when the body's variables are bound. */
export function planSolutions(
  entry: RuleEntry,
  planner: Planner,
  end: (scope: PlanScope, rule: Rule) => Step,
): RuleSolutions {
  planner.prepare(entry);
  const { rule } = entry;
  const scope = newScope(planner, entry.module.source);
  const mayHold = planFilter(rule, scope);
  const links = planLinks(rule.body, scope);
  const finish = end(scope, rule);
  const reached = planner.watch ? reachedRule(rule, scope) : undefined;
  const body = linkAll(links, (run, frame) => {
    reached?.(run);
    return finish(run, frame);
  });
  return (run) => {
    const frame: Frame = [];
    if (!mayHold || mayHold(run, frame)) body(run, frame);
  };
}

/** The same with the first parts of the head's reference given. */
export function planKeyedSolutions(
  entry: RuleEntry,
  parts: readonly Term[],
  planner: Planner,
  end: (scope: PlanScope, rule: Rule) => Step,
): (run: Run, keys: readonly Value[]) => void {
  const scope = newScope(planner, entry.module.source);
  const matches = parts.map((part) => planMatch(part, scope));
  const links = planLinks(entry.rule.body, scope);
  const finish = end(scope, entry.rule);
  const reached = planner.watch ? reachedRule(entry.rule, scope) : undefined;
  const body = linkAll(links, (run, frame) => {
    reached?.(run);
    return finish(run, frame);
  });
  return (run, keys) => {
    const frame: Frame = [];
    if (matchAll(run, frame, matches, keys)) body(run, frame);
  };
}
