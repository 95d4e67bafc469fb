// SPDX-License-Identifier: Apache-2.0
import type { Body, CallExpr, Expr } from '../syntax/ast.ts';
import { equate, type LocalNames, operatorName, termExpr, variable } from './terms.ts';

/** A query whose expressions tell their values. */
export interface CapturingQuery {
  readonly body: Body;
  /** For each expression as written, the variable that holds its value; without one it is true. */
  readonly captured: readonly (string | undefined)[];
}

/**
 * Gives each term and each call of a query a variable for its value, as `opa eval` does: `data.p` becomes
 * `l0 = data.p`, so that `false` is shown and does not end the query, unless the query has other expressions.
 */
export function captureValues(body: Body, names: LocalNames, hasResult: (call: CallExpr) => boolean): CapturingQuery {
  const checks: Expr[] = [];
  const captured: (string | undefined)[] = [];
  const needsCheck = body.length > 1;
  const rewritten = body.map((expr) => {
    const name = capturable(expr, hasResult) ? names.fresh() : undefined;
    captured.push(name);
    if (name === undefined) return expr;
    if (needsCheck) checks.push(termExpr(variable(name, expr.at)));
    return capturing(expr, name);
  });
  return { body: [...rewritten, ...checks], captured };
}

function capturable(expr: Expr, hasResult: (call: CallExpr) => boolean): boolean {
  if (expr.negated) return false;
  if (expr.kind === 'term-expr') return true;
  if (expr.kind !== 'call-expr') return false;
  const name = operatorName(expr.operator);
  return name !== 'assign' && name !== 'eq' && hasResult(expr);
}

function capturing(expr: Expr, name: string): Expr {
  const output = variable(name, expr.at);
  if (expr.kind === 'term-expr') return { ...equate(output, expr.term, expr.with, expr.end), at: expr.at };
  return expr.kind === 'call-expr' ? { ...expr, args: [...expr.args, output] } : expr;
}
