// SPDX-License-Identifier: Apache-2.0
import { nodeOfRef } from '../compiler/module-set.ts';
import { operatorName } from '../compiler/terms.ts';
import { RegoError } from '../error.ts';
import { Look } from '../eval/look.ts';
import type { Run } from '../eval/run.ts';
import type { Replacement } from '../eval/scope.ts';
import { locate, type Source } from '../location.ts';
import type { CallExpr } from '../syntax/ast.ts';
import { compare, equal } from '../value/compare.ts';
import { isArray, isObject, isSet, type Value } from '../value/value.ts';
import type { Frame, Getter, Link } from './node.ts';
import { planMatch } from './plan-pattern.ts';
import { planGetter } from './plan-term.ts';
import type { Callable, Planner } from './planner.ts';
import type { PlanScope } from './scope.ts';

/** Computes a call from its arguments. */
type Invoke = (run: Run, args: readonly Value[]) => Value | undefined;

/** Plans a call: of a function of a module, of a built-in, or of what `with` has put in its place. */
export function planCall(expr: CallExpr, scope: PlanScope): Link {
  const name = operatorName(expr.operator);
  const target = findTarget(name, expr, scope);
  const args = expr.args.slice(0, target.arity).map((arg) => planGetter(arg, scope));
  const quick = expr.args.length === target.arity ? planQuickTest(name, args) : undefined;
  if (quick) return quick;
  const output = expr.args[target.arity];
  const invoke = replaceable(name, target.invoke, scope);
  const match = output && planMatch(output, scope);
  const accept = match ?? ((_run: Run, _frame: Frame, value: Value): boolean => value !== false);
  if (target.relation) return planRelation(invoke, args, accept);
  return (next) => (run, frame) => {
    const values = collect(run, frame, args);
    if (!values) return false;
    const value = invoke(run, values);
    return value !== undefined && accept(run, frame, value) && next(run, frame);
  };
}

/** A relation answers with an array of results, each a solution of its own. */
function planRelation(
  invoke: Invoke,
  args: readonly Getter[],
  accept: (run: Run, frame: Frame, value: Value) => boolean,
): Link {
  return (next) => (run, frame) => {
    const values = collect(run, frame, args);
    const results = values && invoke(run, values);
    if (results === undefined || !isArray(results)) return false;
    for (const result of results) {
      run.budget.step();
      if (accept(run, frame, result) && next(run, frame)) return true;
    }
    return false;
  };
}

function collect(run: Run, frame: Frame, getters: readonly Getter[]): Value[] | undefined {
  const values: Value[] = [];
  for (const get of getters) {
    const value = get(run, frame);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

interface Target {
  readonly arity: number;
  readonly relation: boolean;
  readonly invoke: Invoke;
}

function findTarget(name: string, expr: CallExpr, scope: PlanScope): Target {
  const { planner, source } = scope;
  const node = nodeOfRef(planner.set.root, expr.operator);
  if (node && node.entries.length > 0) {
    const arity = node.entries[0]?.written.head.args?.length ?? 0;
    return { arity, relation: false, invoke: (run, args) => planner.plan(node).call?.(run, args) };
  }
  if (name === 'internal.test_case') return { arity: 1, relation: false, invoke: announce };
  const builtin = planner.builtins.get(name);
  if (builtin) {
    const { arity, relation } = builtin;
    return { arity, relation, invoke: planBuiltin(builtin, source, expr.at) };
  }
  throw new RegoError('rego_type_error', `undefined function ${name}`, { location: locate(source, expr.at) });
}

function announce(run: Run, args: readonly Value[]): Value {
  const [names] = args;
  run.look(Look.outside);
  if (names !== undefined) run.lent.testCase?.(names);
  return true;
}

function planBuiltin(builtin: Callable, source: Source, at: number): Invoke {
  const { name, run: implementation, isVoid } = builtin;
  return (run, args) => {
    run.budget.step();
    try {
      const value = implementation(run.contextAt(source, at), args);
      return isVoid ? true : value;
    } catch (thrown) {
      return run.builtinFailed(thrown, name, source, at);
    }
  };
}

/** Looks whether `with` has replaced the function, which is known only while running. */
function replaceable(name: string, invoke: Invoke, scope: PlanScope): Invoke {
  const { planner } = scope;
  return (run, args) => {
    const replacement = run.scope.replacements?.get(name);
    return replacement ? callReplacement(replacement, run, args, planner) : invoke(run, args);
  };
}

function callReplacement(
  replacement: Replacement,
  run: Run,
  args: readonly Value[],
  planner: Planner,
): Value | undefined {
  if (replacement.kind === 'value') return replacement.value;
  const outer = run.scope;
  run.scope = outer.unreplaced();
  const value = callByName(replacement.name, run, args, planner);
  run.scope = outer;
  return value;
}

function callByName(name: string, run: Run, args: readonly Value[], planner: Planner): Value | undefined {
  const builtin = planner.builtins.get(name);
  if (builtin) return planBuiltin(builtin, noSource, 0)(run, args);
  let node = planner.set.root;
  for (const part of name.split('.').slice(1)) {
    const child = node.children.get(part);
    if (!child) return undefined;
    node = child;
  }
  return planner.plan(node).call?.(run, args);
}

const noSource: Source = { file: '', text: '' };

type Test = (a: Value, b: Value) => boolean;

const comparisons: Readonly<Record<string, Test>> = {
  equal,
  neq: (a, b) => !equal(a, b),
  lt: (a, b) => compare(a, b) < 0,
  lte: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  gte: (a, b) => compare(a, b) >= 0,
  'internal.member_2': isMember,
};

/** Comparisons and `in` as statements need no context and cannot fail. */
function planQuickTest(name: string, args: readonly Getter[]): Link | undefined {
  const test = Object.hasOwn(comparisons, name) ? comparisons[name] : undefined;
  const [getLeft, getRight] = args;
  if (!test || !getLeft || !getRight) return undefined;
  return (next) => (run, frame) => {
    const left = getLeft(run, frame);
    if (left === undefined) return false;
    const right = getRight(run, frame);
    if (right === undefined) return false;
    run.budget.step();
    const replacement = run.scope.replacements?.get(name);
    if (replacement?.kind === 'value') return replacement.value !== false && next(run, frame);
    return test(left, right) && next(run, frame);
  };
}

function isMember(item: Value, collection: Value): boolean {
  if (isSet(collection)) return collection.has(item);
  if (typeof collection !== 'object' || collection === null) return false;
  if (isArray(collection)) return collection.some((other) => equal(item, other));
  return isObject(collection) && collection.values().some((other) => equal(item, other));
}
