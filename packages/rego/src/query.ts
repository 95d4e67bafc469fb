// SPDX-License-Identifier: Apache-2.0
import { captureValues } from './compiler/capture-values.ts';
import { prepareQuery } from './compiler/query.ts';
import { arityOfCall } from './compiler/stages.ts';
import { isGenerated, isWildcard, operatorName } from './compiler/terms.ts';
import { varsOfBody } from './compiler/vars.ts';
import type { Run } from './eval/run.ts';
import { locate, type Source } from './location.ts';
import { parseQuery } from './parse.ts';
import { type Frame, linkAll } from './plan/node.ts';
import { planLinks } from './plan/plan-body.ts';
import { newScope, type PlanScope } from './plan/scope.ts';
import type { Policy } from './policy.ts';
import type { Body, CallExpr, Expr } from './syntax/ast.ts';
import type { Value } from './value/value.ts';

/** One solution of a query: the values of its variables. */
export type Bindings = ReadonlyMap<string, Value>;

/** One solution of a query as `opa eval` shows it. */
export interface QueryResult {
  readonly bindings: Bindings;
  readonly expressions: readonly ExpressionValue[];
}

export interface ExpressionValue {
  readonly value: Value;
  /** As written. */
  readonly text: string;
  readonly row: number;
  readonly col: number;
}

/** Plans a query for its bindings. */
export function planQuery(policy: Policy, text: string): (run: Run) => readonly Bindings[] {
  const { source, body } = parseQuery(text);
  return planSolutions(policy, body, source, (scope, prepared) => bindingsOf(policy, scope, prepared));
}

/** Plans a query for its bindings and the values of its expressions. */
export function planResults(policy: Policy, text: string): (run: Run) => readonly QueryResult[] {
  const { source, body } = parseQuery(text);
  const hasResult = (call: CallExpr): boolean => {
    const builtin = policy.context.builtins.get(operatorName(call.operator));
    return !builtin?.isVoid && arityOfCall(call, policy.context) === call.args.length;
  };
  const query = captureValues(body, policy.context.names, hasResult);
  return planSolutions(policy, query.body, source, (scope, prepared) => {
    const bind = bindingsOf(policy, scope, prepared);
    const shown = body.map((expr) => shownExpression(expr, source));
    const slots = query.captured.map((name) => (name === undefined ? undefined : scope.slots.get(name)));
    return (frame) => ({
      bindings: bind(frame),
      expressions: shown.map((about, at): ExpressionValue => {
        const slot = slots[at];
        const value = slot === undefined ? undefined : frame[slot];
        return { ...about, value: value === undefined ? true : value };
      }),
    });
  });
}

function planSolutions<T>(
  policy: Policy,
  body: Body,
  source: Source,
  collect: (scope: PlanScope, prepared: Body) => (frame: Frame) => T,
): (run: Run) => readonly T[] {
  const prepared = prepareQuery(body, source, new Map(), policy.context);
  const scope = newScope(policy.planner, source);
  const links = planLinks(prepared, scope);
  const read = collect(scope, prepared);
  return (run) => {
    const solutions: T[] = [];
    const step = linkAll(links, (_run, frame) => {
      run.budget.value();
      solutions.push(read(frame));
      return false;
    });
    step(run, []);
    return solutions;
  };
}

/** Reads the variables somebody wrote; those inside comprehensions are not the query's. */
function bindingsOf(policy: Policy, scope: PlanScope, prepared: Body): (frame: Frame) => Bindings {
  const { original } = policy.context.names;
  const visible = varsOfBody(prepared, { skipClosures: true, skipCallHead: true });
  const named = [...scope.slots].flatMap(([name, slot]) => {
    const shown = original.get(name) ?? name;
    const hidden = !visible.has(name) || isGenerated(shown) || isWildcard(shown) || shown.startsWith(' ');
    return hidden ? [] : [[shown, slot] as const];
  });
  return (frame) => {
    const bindings = new Map<string, Value>();
    for (const [name, slot] of named) {
      const value = frame[slot];
      if (value !== undefined) bindings.set(name, value);
    }
    return bindings;
  };
}

function shownExpression(expr: Expr, source: Source): Omit<ExpressionValue, 'value'> {
  const { row, col } = locate(source, expr.at);
  return { text: source.text.slice(expr.at, expr.end), row, col };
}
