// SPDX-License-Identifier: Apache-2.0
import { isObject } from '../value/value.ts';
import type { Body, EveryExpr, Expr, SomeExpr, Term } from './ast.ts';
import type { Cursor, Grammar } from './cursor.ts';
import { errorBracedOperand, errorWithOnOperand } from './logical-errors.ts';
import { attachWith, eatNot, notExpr, noWith, parseExpr, parseNotBody, place, plainBase } from './parse-expr.ts';
import { hintEvery, hintMissingKeyword, hintSomeIn, isPlainEvery } from './parse-hints.ts';
import {
  foldLogicalTail,
  isLogicalOperator,
  logicalKeywordsActive,
  parseBracedOperandFirst,
  parseLogicalChain,
  parseLogicalGroup,
} from './parse-logical.ts';
import { membershipArity, parseInfixTerm } from './parse-operator.ts';
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
  if (isPlainEvery(expr) && cursor.couldBeKeyword('every')) hintEvery(cursor, mark, parseEvery);
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

/** The grammar, for those who open a cursor. */
export const grammar: Grammar = { term: parseTerm, literal: parseLiteral, body: parseBody };
