// SPDX-License-Identifier: Apache-2.0
import { type RuleNode, valueReference } from '../compiler/module-set.ts';
import { RegoError } from '../error.ts';
import type { Run } from '../eval/run.ts';
import { type Absent, absent, orAbsent } from '../eval/scope.ts';
import { printRef } from '../syntax/print.ts';
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

/** Computes a value at most once in each scope. */
export function once(node: RuleNode, compute: (run: Run) => Value | undefined): (run: Run) => Value | undefined {
  const { id } = node;
  return (run) => {
    const { scope } = run;
    const known = scope.values[id];
    if (known !== undefined) {
      if (known === computing) throw recursion(node);
      return isAbsent(known) ? undefined : known;
    }
    scope.values[id] = computing;
    run.budget.enter();
    try {
      const value = compute(run);
      scope.values[id] = orAbsent(value);
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

export function isAbsent(value: Value | Absent): value is Absent {
  return value === absent || value === computing;
}

function recursion(node: RuleNode): RegoError {
  return new RegoError('rego_recursion_error', `rule ${printRef(valueReference(node.path))} is recursive`);
}
