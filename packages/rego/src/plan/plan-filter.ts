// SPDX-License-Identifier: Apache-2.0
import { rebuildExpr } from '../compiler/rebuild.ts';
import { isEquation, operatorName } from '../compiler/terms.ts';
import type { Run } from '../eval/run.ts';
import type { Body, Expr, Ref, Rule, Term } from '../syntax/ast.ts';
import { equal } from '../value/compare.ts';
import type { Value } from '../value/value.ts';
import { isArray } from '../value/value.ts';
import type { Frame, Getter } from './node.ts';
import { forEachMember } from './plan-path.ts';
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
  const body = scope.planner.watch ? withLookedUp(rule.body, scope) : rule.body;
  const conditions = body.flatMap((expr): readonly Condition[] => conditionOf(expr, scope) ?? []);
  if (conditions.length === 0) return undefined;
  return (run, frame) =>
    conditions.every(({ get, wanted }) => {
      const value = get(run, frame);
      return value !== undefined && (wanted === undefined || equal(value, wanted));
    });
}

/** `a := input.a; a.b == 1` asks for `input.a.b`, as it does in OPA's index. */
function withLookedUp(body: Body, scope: PlanScope): Body {
  const known = new Map<string, Ref>();
  return body.map((expr) => {
    const plugged = rebuildExpr(expr, { term: (term) => plug(term, known) });
    if (isEquation(expr) && !expr.negated && expr.with.length === 0) {
      const [left, right] = expr.args;
      if (left?.kind === 'var' && right && isLookedUp(right, scope)) known.set(left.name, right);
    }
    return plugged;
  });
}

function plug(term: Term, known: ReadonlyMap<string, Ref>): Term {
  if (term.kind !== 'ref' || term.head.kind !== 'var') return term;
  const start = known.get(term.head.name);
  return start ? { ...term, head: start.head, path: [...start.path, ...term.path] } : term;
}

function conditionOf(expr: Expr, scope: PlanScope): readonly Condition[] | undefined {
  if (expr.negated || expr.with.length > 0) return undefined;
  if (expr.kind === 'term-expr') {
    return isLookedUp(expr.term, scope) ? [{ get: planGetter(expr.term, scope), wanted: undefined }] : undefined;
  }
  if (expr.kind !== 'call-expr' || expr.args.length !== 2) return undefined;
  if (!isEquation(expr) && operatorName(expr.operator) !== 'equal') return undefined;
  const [left, right] = expr.args;
  if (!left || !right) return undefined;
  const compared = comparison(left, right, scope) ?? comparison(right, left, scope);
  if (compared || !scope.planner.watch) return compared;
  const membership = holding(left, right, scope) ?? holding(right, left, scope);
  return membership ?? definition(left, right, scope) ?? definition(right, left, scope);
}

function comparison(side: Term, other: Term, scope: PlanScope): readonly Condition[] | undefined {
  if (other.kind !== 'constant' || !isPlain(other.value)) return undefined;
  const isArgument = side.kind === 'var' && scope.bound.has(side.name);
  if (!isArgument && !isLookedUp(side, scope)) return undefined;
  return [{ get: planGetter(side, scope), wanted: other.value }];
}

/** `input.list[_] == "a"` cannot hold when the list has no such member. */
function holding(side: Term, other: Term, scope: PlanScope): readonly Condition[] | undefined {
  if (other.kind !== 'constant' || !isScalar(other.value) || side.kind !== 'ref') return undefined;
  const { value } = other;
  const whole: Ref = { ...side, path: side.path.slice(0, -1) };
  if (side.path.at(-1)?.kind === 'constant' || !isLookedUp(whole, scope)) return undefined;
  const get = planGetter(whole, scope);
  const isHeld = (run: Run, frame: Frame): Value | undefined => {
    const collection = get(run, frame);
    if (collection === undefined) return undefined;
    return forEachMember(run, collection, (_key, member) => equal(member, value));
  };
  return [{ get: isHeld, wanted: true }];
}

function isScalar(value: Value): boolean {
  return typeof value !== 'object' || value === null || (!isArray(value) && value.kind === 'number');
}

/** `x := input.y` cannot hold without `input.y`; asked beforehand only where the difference is seen. */
function definition(side: Term, other: Term, scope: PlanScope): readonly Condition[] | undefined {
  if (other.kind !== 'var' || !isLookedUp(side, scope)) return undefined;
  return [{ get: planGetter(side, scope), wanted: undefined }];
}

function isInputRef(term: Term, scope: PlanScope): term is Ref {
  if (term.kind !== 'ref' || term.head.kind !== 'var' || term.head.name !== 'input') return false;
  return !scope.slots.has('input') && isGround(term);
}

/** The documents OPA's index looks into: the input, and data that no module has a part in. */
function isLookedUp(term: Term, scope: PlanScope): term is Ref {
  return isInputRef(term, scope) || (scope.planner.watch && isDataRef(term, scope));
}

function isDataRef(term: Term, scope: PlanScope): term is Ref {
  if (term.kind !== 'ref' || term.head.kind !== 'var' || term.head.name !== 'data' || !isGround(term)) return false;
  const [first] = term.path;
  return first?.kind === 'constant' && !scope.planner.set.root.children.has(first.value);
}

function isGround(ref: Ref): boolean {
  return ref.path.length > 0 && ref.path.every(({ kind }) => kind === 'constant');
}

function isPlain(value: Value): boolean {
  return typeof value !== 'object' || value === null || (isArray(value) && value.length < 16);
}
