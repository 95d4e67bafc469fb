// SPDX-License-Identifier: Apache-2.0
import { isEquation, operatorName } from '../compiler/terms.ts';
import type { Run } from '../eval/run.ts';
import type { Expr, Ref, Rule, Term } from '../syntax/ast.ts';
import { equal } from '../value/compare.ts';
import type { Value } from '../value/value.ts';
import { isArray } from '../value/value.ts';
import type { Frame, Getter } from './node.ts';
import { planGetter } from './plan-term.ts';
import type { PlanScope } from './scope.ts';

/** Says of a rule that it cannot hold, before its body is tried. */
export type Filter = (run: Run, frame: Frame) => boolean;

interface Condition {
  readonly get: Getter;
  /** Undefined asks only that there be a value. */
  readonly wanted: Value | undefined;
}

/**
 * Plans the conditions of a body that can be looked up at once, wherever they stand in it: `input.kind == "Pod"`,
 * `input.spec`, and an argument compared with a constant. OPA's rule index leaves out the same rules, which is seen
 * in coverage.
 */
export function planFilter(rule: Rule, scope: PlanScope): Filter | undefined {
  const conditions = rule.body.flatMap((expr): readonly Condition[] => conditionOf(expr, scope) ?? []);
  if (conditions.length === 0) return undefined;
  return (run, frame) =>
    conditions.every(({ get, wanted }) => {
      const value = get(run, frame);
      return value !== undefined && (wanted === undefined || equal(value, wanted));
    });
}

function conditionOf(expr: Expr, scope: PlanScope): readonly Condition[] | undefined {
  if (expr.negated || expr.with.length > 0) return undefined;
  if (expr.kind === 'term-expr') {
    return isInputRef(expr.term, scope) ? [{ get: planGetter(expr.term, scope), wanted: undefined }] : undefined;
  }
  if (expr.kind !== 'call-expr' || expr.args.length !== 2) return undefined;
  if (!isEquation(expr) && operatorName(expr.operator) !== 'equal') return undefined;
  const [left, right] = expr.args;
  if (!left || !right) return undefined;
  return comparison(left, right, scope) ?? comparison(right, left, scope);
}

function comparison(side: Term, other: Term, scope: PlanScope): readonly Condition[] | undefined {
  if (other.kind !== 'constant' || !isPlain(other.value)) return undefined;
  const isArgument = side.kind === 'var' && scope.bound.has(side.name);
  if (!isArgument && !isInputRef(side, scope)) return undefined;
  return [{ get: planGetter(side, scope), wanted: other.value }];
}

function isInputRef(term: Term, scope: PlanScope): term is Ref {
  if (term.kind !== 'ref' || term.head.kind !== 'var' || term.head.name !== 'input') return false;
  return !scope.slots.has('input') && term.path.length > 0 && term.path.every(({ kind }) => kind === 'constant');
}

function isPlain(value: Value): boolean {
  return typeof value !== 'object' || value === null || (isArray(value) && value.length < 16);
}
