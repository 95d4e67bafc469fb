// SPDX-License-Identifier: Apache-2.0
import { type RuleNode, valueReference } from '../compiler/module-set.ts';
import { RegoError } from '../error.ts';
import type { Run } from '../eval/run.ts';
import { type Absent, absent, orAbsent } from '../eval/scope.ts';
import { printRef } from '../syntax/print.ts';
import { ValueTable } from '../value/table.ts';
import type { Value } from '../value/value.ts';

/** What the rules at one place of the tree come to. */
export interface NodePlan {
  /** The value, computed once per scope; undefined for functions. */
  readonly value: (run: Run) => Value | undefined;
  /** Calls the function. */
  readonly call?: (run: Run, args: readonly Value[]) => Value | undefined;
  /** What lies at some keys of a partial object, without computing the others. */
  readonly member?: (run: Run, keys: readonly Value[]) => Value | undefined;
}

/** Marks a rule whose value is being computed: only a rule that needs itself can see it. */
const computing: Absent = Object.freeze({ kind: 'absent' });

/** Computes a value at most once in each scope, and once for all evaluations over one data document if it needs no more than that. */
export function once(node: RuleNode, compute: (run: Run) => Value | undefined): (run: Run) => Value | undefined {
  const { id } = node;
  return (run) => {
    const { scope } = run;
    const { settled } = scope;
    // Who needs a known value needs what it needed.
    const shared = settled?.get(id);
    if (shared !== undefined) {
      if (!settled?.lasts(id)) run.lookAtPassing();
      return isAbsent(shared) ? undefined : shared;
    }
    const known = scope.values[id];
    if (known !== undefined) {
      if (known === computing) throw recursion(node);
      run.lookOutside();
      if (scope.unanswered.has(id)) run.lookAtUnanswered();
      return isAbsent(known) ? undefined : known;
    }
    scope.values[id] = computing;
    const { outsideLooks, passingLooks, unansweredLooks } = run;
    run.budget.enter();
    try {
      const value = compute(run);
      const kept = orAbsent(value);
      scope.values[id] = kept;
      if (run.unansweredLooks !== unansweredLooks) scope.unanswered.add(id);
      if (run.outsideLooks === outsideLooks) settled?.set(id, kept, run.passingLooks === passingLooks);
      return value;
    } catch (thrown) {
      // Asked again, the rule fails in the same way, and not as one that needs itself.
      scope.values[id] = undefined;
      throw thrown;
    } finally {
      run.budget.leave();
    }
  };
}

/**
 * Looks a result up in the table of a node, or computes it and puts it there. What any of the node's results looked at, all
 * of them count as having looked at.
 */
export function remembered(
  run: Run,
  { id }: RuleNode,
  key: Value,
  compute: () => Value | undefined,
): Value | undefined {
  const { scope } = run;
  const { outside, passing, settled } = scope;
  const shared = settled?.result(id, key);
  if (shared !== undefined) {
    if (settled?.resultsPass(id)) run.lookAtPassing();
    return isAbsent(shared) ? undefined : shared;
  }
  const answered = scope.tables[id]?.get(key);
  const known = answered ?? scope.unansweredTables[id]?.get(key);
  if (known !== undefined) {
    if (outside.has(id)) run.lookOutside();
    if (passing.has(id)) run.lookAtPassing();
    if (answered === undefined) run.lookAtUnanswered();
    return isAbsent(known) ? undefined : known;
  }
  const { outsideLooks, passingLooks, unansweredLooks } = run;
  run.budget.enter();
  const value = compute();
  run.budget.leave();
  const kept = orAbsent(value);
  const passes = run.passingLooks !== passingLooks;
  if (run.outsideLooks === outsideLooks) settled?.setResult(id, key, kept, passes);
  else {
    outside.add(id);
    settled?.giveUp(id);
  }
  if (passes) passing.add(id);
  const tables = run.unansweredLooks === unansweredLooks ? scope.tables : scope.unansweredTables;
  const table = tables[id] ?? new ValueTable();
  tables[id] = table;
  table.set(key, kept);
  return value;
}

export function isAbsent(value: Value | Absent): value is Absent {
  return value === absent || value === computing;
}

function recursion(node: RuleNode): RegoError {
  return new RegoError('rego_recursion_error', `rule ${printRef(valueReference(node.path))} is recursive`);
}
