// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Rule, Term } from '../syntax/ast.ts';
import { bodiesOf, termsOf } from './expr-parts.ts';

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
  const terms = [head.ref, ...(head.args ?? []), ...(head.key ? [head.key] : []), ...(head.value ? [head.value] : [])];
  for (const term of terms) visitTerm(term, visitor);
  visitBody(rule.body, visitor);
  if (rule.else) visitRule(rule.else, visitor);
}

export function visitBody(body: Body, visitor: Visitor): void {
  for (const expr of body) visitExpr(expr, visitor);
}

export function visitExpr(expr: Expr, visitor: Visitor): void {
  if (visitor.expr?.(expr)) return;
  for (const term of termsOf(expr)) visitTerm(term, visitor);
  for (const body of bodiesOf(expr)) visitBody(body, visitor);
  for (const { target, value } of expr.with) for (const term of [target, value]) visitTerm(term, visitor);
}

export function visitTerm(term: Term, visitor: Visitor): void {
  visitor.term?.(term);
  switch (term.kind) {
    case 'ref':
      for (const part of [term.head, ...term.path]) visitTerm(part, visitor);
      return;
    case 'call':
      for (const arg of term.args) visitTerm(arg, visitor);
      return;
    case 'array':
    case 'set':
      for (const item of term.items) visitTerm(item, visitor);
      return;
    case 'object':
      for (const entry of term.entries) for (const part of entry) visitTerm(part, visitor);
      return;
    case 'array-comprehension':
    case 'set-comprehension':
      visitTerm(term.term, visitor);
      visitBody(term.body, visitor);
      return;
    case 'object-comprehension':
      for (const part of [term.key, term.value]) visitTerm(part, visitor);
      visitBody(term.body, visitor);
      return;
    case 'template':
      for (const part of term.parts) if (part.kind !== 'constant') visitExpr(part, visitor);
  }
}
