// SPDX-License-Identifier: Apache-2.0
import { isObject } from '../value/value.ts';
import type { Body, EveryExpr, Expr, SomeExpr, Term, With } from './ast.ts';
import type { Cursor } from './cursor.ts';
import {
  errorAmbiguousUnion,
  errorBracedOperand,
  errorNotValue,
  errorWithOnOperand,
  isAmbiguousUnion,
} from './logical-errors.ts';
import { hintEvery, hintMissingKeyword, hintSomeIn, isPlainEvery } from './parse-hints.ts';
import {
  foldLogicalTail,
  isLogicalOperator,
  logicalKeywordsActive,
  parseBracedOperandFirst,
  parseLogicalChain,
  parseLogicalGroup,
} from './parse-logical.ts';
import { membershipArity, operatorRef, parseInfixTerm } from './parse-operator.ts';
import { parseTerm, parseVar } from './parse-term.ts';
import { T, type Token, tokenName } from './token.ts';

/** The expressions of a body up to a closing token, on which the cursor stays; the opening one was eaten. */
export function parseBody(cursor: Cursor, end: Token): Body | undefined {
  if (!cursor.enter()) return undefined;
  const body = parseQuery(cursor, end, false);
  cursor.leave();
  return body;
}

/** Expressions separated by rows or semicolons. A statement is one expression, or several with semicolons. */
export function parseQuery(cursor: Cursor, end: Token, statement: boolean): Body | undefined {
  if (cursor.token === end) {
    cursor.error(cursor.start, 'found empty body');
    return undefined;
  }
  const body: Expr[] = [];
  for (;;) {
    const expr = parseLiteral(cursor);
    if (!expr) return undefined;
    body.push(expr);
    if (cursor.token === T.semicolon) {
      cursor.next();
      continue;
    }
    if (cursor.token === end || statement) return body;
    if (cursor.rowEnded) continue;
    if (!cursor.hasErrors) {
      hintMissingKeyword(cursor);
      cursor.unexpected(`expected \\n or ; or ${tokenName(end)}`);
    }
    return undefined;
  }
}

/** One expression of a body with everything that belongs to it. */
export function parseLiteral(cursor: Cursor): Expr | undefined {
  const at = cursor.start;
  const expr = readLiteral(cursor);
  if (!expr) return undefined;
  const placed = place(expr, at, cursor.lastEnd);
  // Under an unwritten body the inner expression is reported where its `not` is.
  if (placed.kind === 'not' && !placed.explicitBody) for (const inner of placed.body) place(inner, at, cursor.lastEnd);
  return placed;
}

/** Sets the range of an expression that nobody else has seen yet. */
export function place<E extends Expr>(expr: E, at: number, end: number): E {
  return Object.assign(expr, { at, end });
}

function readLiteral(cursor: Cursor): Expr | undefined {
  if (logicalKeywordsActive(cursor)) {
    if (cursor.token === T.leftBrace) {
      const first = parseBracedOperandFirst(cursor);
      if (first !== 'none') return first;
    }
    if (cursor.token === T.leftParen) {
      const group = parseLogicalGroup(cursor, false, '');
      if (group === 'failed') return undefined;
      if (group) return foldLogicalTail(cursor, group.body, group.explicit, group.at);
    }
  }
  if (cursor.eatRefKeyword()) return parseLiteralExpr(cursor, undefined);
  const notAt = eatNot(cursor);
  if (notAt !== undefined && cursor.notBodies && cursor.token === T.leftBrace) {
    const not = parseNotBody(cursor, notAt);
    return not && foldLogicalTail(cursor, [not], false, not.at);
  }
  if (cursor.token === T.some || cursor.token === T.every) {
    if (notAt !== undefined) {
      cursor.unexpected(`illegal negation of '${tokenName(cursor.token)}'`);
      return undefined;
    }
    return cursor.token === T.some ? parseSome(cursor) : parseEvery(cursor);
  }
  return parseLiteralExpr(cursor, notAt);
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

function parseLiteralExpr(cursor: Cursor, notAt: number | undefined): Expr | undefined {
  const mark = cursor.mark();
  if (notAt !== undefined && cursor.notBodies && cursor.token === T.leftParen) {
    const group = parseLogicalGroup(cursor, true, 'not ');
    if (group === 'failed') return undefined;
    if (group) return foldLogicalTail(cursor, [notExpr(cursor, notAt, group.body, group.explicit)], false, notAt);
  }
  const at = cursor.start;
  const plain = parseExpr(cursor);
  if (!plain) return undefined;
  const withAt = cursor.token === T.with ? cursor.start : undefined;
  let expr: Expr | undefined = attachWith(cursor, plain);
  if (!expr) return undefined;
  if (isPlainEvery(expr) && cursor.couldBeKeyword('every')) hintEvery(cursor, mark);
  if (notAt !== undefined) expr = negate(cursor, expr, notAt);
  if (!isLogicalOperator(cursor.token)) return expr;
  return continueLogical(cursor, expr, { at, notAt, withAt });
}

/** An `and` or `or` follows the first operand. */
function continueLogical(
  cursor: Cursor,
  expr: Expr,
  found: { readonly at: number; readonly notAt: number | undefined; readonly withAt: number | undefined },
): Expr | undefined {
  if (found.withAt !== undefined) {
    errorWithOnOperand(cursor, found.withAt, tokenName(cursor.token));
    return undefined;
  }
  const at = found.notAt !== undefined && cursor.notBodies ? found.notAt : found.at;
  const operand = place(expr, at, cursor.lastEnd);
  if (found.notAt === undefined && cursor.text(at, at + 1) === '{') {
    errorBracedFirst(cursor, operand);
    return undefined;
  }
  const outer = parseLogicalChain(cursor, [operand], false, at);
  return outer && attachWith(cursor, outer);
}

function errorBracedFirst(cursor: Cursor, operand: Expr): void {
  const isEmpty =
    operand.kind === 'term-expr' &&
    operand.term.kind === 'constant' &&
    isObject(operand.term.value) &&
    operand.term.value.size === 0;
  if (isEmpty) cursor.error(operand.at, 'found empty body');
  else errorBracedOperand(cursor, operand.at, cursor.text(operand.at, operand.end), tokenName(cursor.token));
}

/** `not` marks the expression, or wraps it with `future.keywords.not`; then `with` moves outside. */
function negate(cursor: Cursor, expr: Expr, notAt: number): Expr {
  if (!cursor.notBodies) return Object.assign(expr, { negated: true });
  const modifiers = expr.with;
  const inner = Object.assign(expr, { with: noWith });
  return Object.assign(notExpr(cursor, notAt, [inner], false), { with: modifiers });
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
  const body = parseBody(cursor, T.rightBrace);
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

const noWith: readonly With[] = [];

const plainBase = { with: noWith, negated: false, generated: false } as const;

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
  const target = parseTerm(cursor);
  if (target && target.kind !== 'ref' && target.kind !== 'var') cursor.unexpected('expected with target path');
  return target;
}

function parseSome(cursor: Cursor): Expr | undefined {
  const at = cursor.start;
  const mark = cursor.mark();
  cursor.next();
  const term = parseInfixTerm(cursor);
  if (term?.kind === 'call') return parseSomeIn(cursor, term, at);
  cursor.reset(mark);
  if (cursor.couldBeKeyword('in')) hintSomeIn(cursor);
  const symbols: Term[] = [];
  do {
    cursor.next();
    if (cursor.token !== T.ident) {
      cursor.unexpected('expected var');
      return undefined;
    }
    symbols.push(parseVar(cursor));
    cursor.next();
  } while (cursor.token === T.comma);
  return { kind: 'some', symbols, ...plainBase, at, end: cursor.lastEnd };
}

function parseSomeIn(cursor: Cursor, call: Term & { readonly kind: 'call' }, at: number): SomeExpr | undefined {
  const arity = membershipArity(call);
  if (arity !== call.args.length) {
    cursor.unexpected(arity ? 'illegal domain' : 'expected `x in xs` or `x, y in xs` expression');
    return undefined;
  }
  const expr: SomeExpr = { kind: 'some', symbols: [call], ...plainBase, at, end: cursor.lastEnd };
  return attachWith(cursor, expr);
}

export function parseEvery(cursor: Cursor): EveryExpr | undefined {
  const at = cursor.start;
  cursor.next();
  const term = parseInfixTerm(cursor);
  if (!term) return undefined;
  const arity = membershipArity(term);
  if (term.kind !== 'call' || arity === undefined || arity !== term.args.length) {
    cursor.unexpected(arity ? 'illegal domain' : 'expected `x[, y] in xs { ... }` expression');
    return undefined;
  }
  const [value, domain] = term.args.slice(-2);
  const key = arity === 3 ? term.args[0] : undefined;
  if (!value || !domain) return undefined;
  const odd = [key && key.kind !== 'var' ? 'key' : '', value.kind !== 'var' ? 'value' : ''].find((name) => name !== '');
  if (odd) {
    cursor.unexpected(`expected ${odd} to be a variable`);
    return undefined;
  }
  if (cursor.token !== T.leftBrace) {
    cursor.unexpected('missing body');
    return undefined;
  }
  cursor.next();
  const body = parseBody(cursor, T.rightBrace);
  if (!body) return undefined;
  cursor.next();
  const expr: EveryExpr = {
    kind: 'every',
    ...(key && { key }),
    value,
    domain,
    body,
    ...plainBase,
    at,
    end: cursor.lastEnd,
  };
  return attachWith(cursor, expr);
}
