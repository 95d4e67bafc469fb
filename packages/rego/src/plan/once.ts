// SPDX-License-Identifier: Apache-2.0
import { type RuleNode, valueReference } from '../compiler/module-set.ts';
import { RegoError } from '../error.ts';
import { Look } from '../eval/look.ts';
import type { Run } from '../eval/run.ts';
import { computing, isAbsent, orAbsent } from '../eval/scope.ts';
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

/** Computes a value at most once in each scope, and once for all evaluations over one data document if it needs no more than that. */
export function once(node: RuleNode, compute: (run: Run) => Value | undefined): (run: Run) => Value | undefined {
  const { id } = node;
  return (run) => {
    const { scope } = run;
    const { settled } = scope;
    // Who needs a known value needs what it needed.
    const shared = settled?.get(id);
    if (shared !== undefined) {
      run.look(settled?.looks(id) ?? 0);
      return isAbsent(shared) ? undefined : shared;
    }
    const known = scope.values[id];
    if (known !== undefined) {
      if (known === computing) throw recursion(node);
      run.look(scope.looks[id] ?? 0);
      return isAbsent(known) ? undefined : known;
    }
    scope.values[id] = computing;
    const outerLooks = run.looks;
    run.looks = 0;
    run.budget.enter();
    try {
      const value = compute(run);
      const kept = orAbsent(value);
      scope.values[id] = kept;
      scope.looks[id] = (scope.looks[id] ?? 0) | run.looks;
      if ((run.looks & Look.outside) === 0) settled?.set(id, kept, run.looks);
      return value;
    } catch (thrown) {
      // Asked again, the rule fails in the same way, and not as one that needs itself.
      scope.values[id] = undefined;
      throw thrown;
    } finally {
      run.looks |= outerLooks;
      run.budget.leave();
    }
  };
}

/**
 * Looks a result up in the table of a node, or computes it and puts it there. What any of the node's results needed, all
 * of them count as having needed, but for answers that have not come.
 */
export function remembered(
  run: Run,
  { id }: RuleNode,
  key: Value,
  compute: () => Value | undefined,
): Value | undefined {
  const { scope } = run;
  const { settled } = scope;
  const shared = settled?.result(id, key);
  if (shared !== undefined) {
    run.look(settled?.resultLooks(id) ?? 0);
    return isAbsent(shared) ? undefined : shared;
  }
  const answered = scope.tables[id]?.get(key);
  const known = answered ?? scope.unansweredTables[id]?.get(key);
  if (known !== undefined) {
    run.look((scope.looks[id] ?? 0) | (answered === undefined ? Look.unanswered : 0));
    return isAbsent(known) ? undefined : known;
  }
  const outerLooks = run.looks;
  run.looks = 0;
  run.budget.enter();
  const value = compute();
  run.budget.leave();
  const { looks } = run;
  run.looks |= outerLooks;
  const kept = orAbsent(value);
  if ((looks & Look.outside) === 0) settled?.setResult(id, key, kept, looks);
  else settled?.giveUp(id);
  scope.looks[id] = (scope.looks[id] ?? 0) | (looks & ~Look.unanswered);
  const tables = (looks & Look.unanswered) === 0 ? scope.tables : scope.unansweredTables;
  const table = tables[id] ?? new ValueTable();
  tables[id] = table;
  table.set(key, kept);
  return value;
}

function recursion(node: RuleNode): RegoError {
  return new RegoError('rego_recursion_error', `rule ${printRef(valueReference(node.path))} is recursive`);
}
