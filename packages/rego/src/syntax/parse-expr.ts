// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Term, With } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { errorAmbiguousUnion, errorNotValue, isAmbiguousUnion } from './logical-errors.ts';
import { operatorRef, parseInfixTerm } from './parse-operator.ts';
import { T } from './token.ts';

/** Sets the range of an expression that nobody else has seen yet. */
export function place<E extends Expr>(expr: E, at: number, end: number): E {
  return Object.assign(expr, { at, end });
}

/** Eats `not` and says where it stood; `not.x` is a reference. */
export function eatNot(cursor: Cursor): number | undefined {
  if (cursor.token !== T.not) return undefined;
  const following = cursor.peekOrSpace();
  if (following === T.dot || following === T.leftBracket) return undefined;
  const at = cursor.start;
  cursor.next();
  return at;
}

export function notExpr(cursor: Cursor, at: number, body: Body, explicitBody: boolean): Expr {
  return { kind: 'not', body, explicitBody, ...plainBase, at, end: cursor.lastEnd };
}

/** `not { … }`; the cursor is on the brace. */
export function parseNotBody(cursor: Cursor, notAt: number): Expr | undefined {
  const braceAt = cursor.start;
  const mark = cursor.mark();
  cursor.next();
  const isEmpty = cursor.token === T.rightBrace;
  const body = cursor.grammar.body(cursor, T.rightBrace);
  if (!body) {
    if (!isEmpty) errorNotValue(cursor, mark, braceAt);
    return undefined;
  }
  cursor.next();
  if (isAmbiguousUnion(cursor, body)) {
    errorAmbiguousUnion(cursor, braceAt, body, 'not ');
    return undefined;
  }
  return notExpr(cursor, notAt, body, true);
}

/** The terms on both sides of `=` or `:=`, or a term alone; a call alone becomes the expression itself. */
export function parseExpr(cursor: Cursor): Expr | undefined {
  const left = parseInfixTerm(cursor);
  if (!left) return undefined;
  const base = { ...plainBase, at: left.at, end: cursor.lastEnd };
  if (cursor.token === T.assign || cursor.token === T.unify) {
    const operator = operatorRef(cursor.token, cursor.start);
    cursor.next();
    const right = parseInfixTerm(cursor);
    return right && { kind: 'call-expr', operator, args: [left, right], ...base };
  }
  if (left.kind === 'call') return { kind: 'call-expr', operator: left.operator, args: left.args, ...base };
  return { kind: 'term-expr', term: left, ...base };
}

export const noWith: readonly With[] = [];

export const plainBase = { with: noWith, negated: false, generated: false } as const;

/** Adds the `with` modifiers that follow; undefined when one of them is malformed. */
export function attachWith<E extends Expr>(cursor: Cursor, expr: E): E | undefined {
  if (cursor.token !== T.with) return expr;
  const modifiers = parseWith(cursor);
  return modifiers && Object.assign(expr, { with: modifiers });
}

function parseWith(cursor: Cursor): readonly With[] | undefined {
  const modifiers: With[] = [];
  while (cursor.token === T.with) {
    const at = cursor.start;
    cursor.next();
    const target = parseWithTarget(cursor);
    if (!target) return undefined;
    if (cursor.token !== T.as) {
      cursor.unexpected('expected as keyword');
      return undefined;
    }
    cursor.next();
    const value = parseInfixTerm(cursor);
    if (!value) return undefined;
    modifiers.push({ kind: 'with', target, value, at, end: cursor.lastEnd });
  }
  return modifiers;
}

function parseWithTarget(cursor: Cursor): Term | undefined {
  if (cursor.token !== T.ident) {
    cursor.unexpected('expected ident');
    return undefined;
  }
  const target = cursor.grammar.term(cursor);
  if (target && target.kind !== 'ref' && target.kind !== 'var') cursor.unexpected('expected with target path');
  return target;
}
