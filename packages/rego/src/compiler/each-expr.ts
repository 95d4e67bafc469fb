// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Rule, Term } from '../syntax/ast.ts';

/** Visits of a rule's parts. */
export interface Visitor {
  /** True leaves out what is inside. */
  readonly expr?: (expr: Expr) => boolean | undefined;
  readonly term?: (term: Term) => void;
}

/** Calls back with every expression of a rule: of its bodies, of comprehensions anywhere, of its `else`. */
export function eachExpr(rule: Rule, found: (expr: Expr) => void): void {
  visitRule(rule, {
    expr: (expr) => {
      found(expr);
      return false;
    },
  });
}

export function visitRule(rule: Rule, visitor: Visitor): void {
  const { head } = rule;
  visitTerm(head.ref, visitor);
  if (head.args) for (const arg of head.args) visitTerm(arg, visitor);
  if (head.key) visitTerm(head.key, visitor);
  if (head.value) visitTerm(head.value, visitor);
  visitBody(rule.body, visitor);
  if (rule.else) visitRule(rule.else, visitor);
}

export function visitBody(body: Body, visitor: Visitor): void {
  for (const expr of body) visitExpr(expr, visitor);
}

export function visitExpr(expr: Expr, visitor: Visitor): void {
  if (visitor.expr?.(expr)) return;
  switch (expr.kind) {
    case 'term-expr':
      visitTerm(expr.term, visitor);
      break;
    case 'call-expr':
      for (const arg of expr.args) visitTerm(arg, visitor);
      break;
    case 'some':
      for (const symbol of expr.symbols) visitTerm(symbol, visitor);
      break;
    case 'every':
      if (expr.key) visitTerm(expr.key, visitor);
      visitTerm(expr.value, visitor);
      visitTerm(expr.domain, visitor);
      visitBody(expr.body, visitor);
      break;
    case 'not':
      visitBody(expr.body, visitor);
      break;
    default:
      visitBody(expr.left, visitor);
      visitBody(expr.right, visitor);
  }
  for (const { target, value } of expr.with) {
    visitTerm(target, visitor);
    visitTerm(value, visitor);
  }
}

// These loops run over every term of every module several times; they make no lists on the way.
export function visitTerm(term: Term, visitor: Visitor): void {
  visitor.term?.(term);
  switch (term.kind) {
    case 'constant':
    case 'var':
      return;
    case 'ref':
      visitTerm(term.head, visitor);
      for (const part of term.path) visitTerm(part, visitor);
      return;
    case 'call':
      for (const arg of term.args) visitTerm(arg, visitor);
      return;
    case 'array':
    case 'set':
      for (const item of term.items) visitTerm(item, visitor);
      return;
    case 'object':
      for (const [key, value] of term.entries) {
        visitTerm(key, visitor);
        visitTerm(value, visitor);
      }
      return;
    case 'array-comprehension':
    case 'set-comprehension':
      visitTerm(term.term, visitor);
      visitBody(term.body, visitor);
      return;
    case 'object-comprehension':
      visitTerm(term.key, visitor);
      visitTerm(term.value, visitor);
      visitBody(term.body, visitor);
      return;
    case 'template':
      for (const part of term.parts) if (part.kind !== 'constant') visitExpr(part, visitor);
  }
}
