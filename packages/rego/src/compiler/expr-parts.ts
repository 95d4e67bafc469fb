// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Term } from '../syntax/ast.ts';

/** The terms an expression holds itself. */
export function termsOf(expr: Expr): readonly Term[] {
  switch (expr.kind) {
    case 'term-expr':
      return [expr.term];
    case 'call-expr':
      return expr.args;
    case 'some':
      return expr.symbols;
    case 'every':
      return [...(expr.key ? [expr.key] : []), expr.value, expr.domain];
    default:
      return [];
  }
}

/** The bodies an expression holds itself. */
export function bodiesOf(expr: Expr): readonly Body[] {
  switch (expr.kind) {
    case 'every':
    case 'not':
      return [expr.body];
    case 'and':
    case 'or':
      return [expr.left, expr.right];
    default:
      return [];
  }
}
