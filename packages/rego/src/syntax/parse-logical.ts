// SPDX-License-Identifier: Apache-2.0
import type { AndExpr, Body, Expr, OrExpr } from './ast.ts';
import type { Cursor } from './cursor.ts';
import {
  errorAmbiguousUnion,
  errorBracedOperand,
  errorParensAroundBody,
  errorVoidOperand,
  errorWithOnOperand,
  isAmbiguousUnion,
  voidCall,
} from './logical-errors.ts';
import { attachWith, eatNot, notExpr, parseExpr, parseNotBody, place } from './parse-expr.ts';
import { parseInfixTerm } from './parse-operator.ts';
import { T, type Token } from './token.ts';

/**
 * `and`, `or` and the braces and parentheses around their operands (`future.keywords.and`, `future.keywords.or`).
 *
 * An operand is one expression or a body in braces. `and` binds tighter than `or`. Braces that could as well be a set
 * or an object are a body in an operand's place; parentheses group operands, and when what they hold turns out to be a
 * term, the term is read instead.
 */
export interface Operand {
  readonly body: Body;
  /** The braces were written. */
  readonly explicit: boolean;
  readonly at: number;
}

export function logicalKeywordsActive(cursor: Cursor): boolean {
  return cursor.scanner.keywords.has('and') || cursor.scanner.keywords.has('or');
}

export function isLogicalOperator(token: Token): boolean {
  return token === T.and || token === T.or;
}

/** `{ … } and …` at the start of an expression; `none` when the braces are something else. */
export function parseBracedOperandFirst(cursor: Cursor): Expr | undefined | 'none' {
  const mark = cursor.mark();
  const terms = cursor.knownTerms();
  const at = cursor.start;
  cursor.next();
  const body = cursor.grammar.body(cursor, T.rightBrace);
  if (body) {
    cursor.next();
    if (isLogicalOperator(cursor.token)) {
      if (isAmbiguousUnion(cursor, body)) {
        errorAmbiguousUnion(cursor, at, body, '');
        return undefined;
      }
      return foldLogicalTail(cursor, body, true, at);
    }
  }
  cursor.reset(mark);
  cursor.restoreKnownTerms(terms);
  return 'none';
}

/** Goes on with operators behind an operand, if there are any, and with the `with` of the whole. */
export function foldLogicalTail(cursor: Cursor, body: Body, explicit: boolean, at: number): Expr | undefined {
  const whole = isLogicalOperator(cursor.token) ? parseLogicalChain(cursor, body, explicit, at) : body[0];
  return whole && attachWith(cursor, whole);
}

/** A chain of `or` whose links may be chains of `and`; the cursor is on the first operator. */
export function parseLogicalChain(cursor: Cursor, body: Body, explicit: boolean, at: number): Expr | undefined {
  if (!cursor.enter()) return undefined;
  const chain = parseOrChain(cursor, { body, explicit, at });
  cursor.leave();
  return chain;
}

function parseOrChain(cursor: Cursor, first: Operand): Expr | undefined {
  let left: Operand | undefined = parseAndChain(cursor, first);
  while (left && cursor.token === T.or) {
    cursor.next();
    const operand = parseOperand(cursor, 'or');
    const right = operand && parseAndChain(cursor, operand);
    if (!right) return undefined;
    left = join(cursor, 'or', left, right);
  }
  return left?.body[0];
}

function parseAndChain(cursor: Cursor, first: Operand): Operand | undefined {
  let left: Operand = first;
  while (cursor.token === T.and) {
    cursor.next();
    const right = parseOperand(cursor, 'and');
    if (!right) return undefined;
    left = join(cursor, 'and', left, right);
  }
  return left;
}

function join(cursor: Cursor, kind: 'and' | 'or', left: Operand, right: Operand): Operand {
  for (const { body } of [left, right]) {
    const call = voidCall(body);
    if (call) errorVoidOperand(cursor, call, kind);
  }
  const expr: AndExpr | OrExpr = {
    kind,
    left: left.body,
    right: right.body,
    explicitLeft: left.explicit,
    explicitRight: right.explicit,
    with: [],
    negated: false,
    generated: false,
    at: left.at,
    end: cursor.lastEnd,
  };
  return { body: [expr], explicit: false, at: left.at };
}

/** One operand; without an operator the caller only tries, and takes the errors back. */
function parseOperand(cursor: Cursor, operator: 'and' | 'or' | undefined): Operand | undefined {
  if (cursor.token === T.leftBrace) return parseBracedOperand(cursor, operator);
  const notAt = eatNot(cursor);
  const mayWrap = notAt === undefined || cursor.notBodies;
  if (notAt !== undefined && mayWrap && cursor.token === T.leftBrace) {
    const not = parseNotBody(cursor, notAt);
    return not && { body: [not], explicit: false, at: not.at };
  }
  if (cursor.token === T.leftParen && logicalKeywordsActive(cursor) && mayWrap) {
    const group = parseLogicalGroup(cursor, true, notAt === undefined ? '' : 'not ');
    if (group === 'failed') return undefined;
    if (group) return notAt === undefined ? group : negatedGroup(cursor, group, notAt);
  }
  return parsePlainOperand(cursor, notAt);
}

function negatedGroup(cursor: Cursor, group: Operand, notAt: number): Operand {
  return { body: [notExpr(cursor, notAt, group.body, group.explicit)], explicit: false, at: notAt };
}

function parsePlainOperand(cursor: Cursor, notAt: number | undefined): Operand | undefined {
  const at = cursor.start;
  const expr = parseExpr(cursor);
  if (!expr) return undefined;
  place(expr, at, cursor.lastEnd);
  if (notAt === undefined) return { body: [expr], explicit: false, at };
  if (!cursor.notBodies) return { body: [Object.assign(expr, { negated: true })], explicit: false, at };
  return { body: [notExpr(cursor, notAt, [expr], false)], explicit: false, at: notAt };
}

function parseBracedOperand(cursor: Cursor, operator: 'and' | 'or' | undefined): Operand | undefined {
  const at = cursor.start;
  const mark = cursor.mark();
  cursor.next();
  const isEmpty = cursor.token === T.rightBrace;
  const body = cursor.grammar.body(cursor, T.rightBrace);
  if (!body) {
    if (isEmpty || operator === undefined) return undefined;
    const failed = cursor.mark();
    cursor.reset(mark);
    if (parseInfixTerm(cursor)) errorBracedOperand(cursor, at, cursor.text(at, cursor.lastEnd), operator);
    else cursor.reset(failed);
    return undefined;
  }
  cursor.next();
  if (isAmbiguousUnion(cursor, body)) errorAmbiguousUnion(cursor, at, body, '');
  return { body, explicit: true, at };
}

/**
 * Parentheses around operands. Undefined, with the cursor back on the parenthesis, means that they hold a term.
 * `asOperand` says that the parenthesis already stands where only an operand can.
 */
export function parseLogicalGroup(cursor: Cursor, asOperand: boolean, prefix: string): Operand | undefined | 'failed' {
  if (!cursor.enter()) return 'failed';
  const group = readGroup(cursor, asOperand, prefix);
  cursor.leave();
  return group;
}

function readGroup(cursor: Cursor, asOperand: boolean, prefix: string): Operand | undefined | 'failed' {
  const mark = cursor.mark();
  const at = cursor.start;
  const giveUp = (): undefined => {
    cursor.reset(mark);
  };
  cursor.next();
  if (cursor.token === T.rightParen) {
    if (!asOperand) return giveUp();
    cursor.error(at, 'empty parenthesized group');
    return 'failed';
  }
  const first = parseOperand(cursor, undefined);
  if (!first) return giveUp();
  if (isLogicalOperator(cursor.token)) return finishGroup(cursor, first, at);
  if (cursor.token === T.with && !first.explicit && first.body.length === 1) {
    const withAt = cursor.start;
    const modified = attachWith(cursor, first.body[0] as Expr); // the body has one expression
    if (!modified) return 'failed';
    return finishModified(cursor, modified, { withAt, at, asOperand }) ?? giveUp();
  }
  if (first.explicit) {
    const braces = cursor.text(first.at, cursor.lastEnd);
    cursor.reset(mark);
    cursor.next();
    const term = cursor.grammar.term(cursor);
    cursor.reset(mark);
    if (term) return undefined;
    errorParensAroundBody(cursor, at, braces, prefix);
    return 'failed';
  }
  if (!isGroupAlone(first.body)) return giveUp();
  return eatRightParen(cursor) ? { body: first.body, explicit: false, at } : 'failed';
}

/** `(a or b …)`; a `with` before the parenthesis belongs to the whole group. */
function finishGroup(cursor: Cursor, first: Operand, at: number): Operand | 'failed' {
  const chain = parseLogicalChain(cursor, first.body, first.explicit, first.at);
  const whole = chain && attachWith(cursor, chain);
  if (!whole || !eatRightParen(cursor)) return 'failed';
  return { body: [whole], explicit: false, at };
}

/** `(a with x as y)`: an operand where one is asked for, else a term in parentheses. */
function finishModified(
  cursor: Cursor,
  expr: Expr,
  found: { readonly withAt: number; readonly at: number; readonly asOperand: boolean },
): Operand | 'failed' | undefined {
  if (isLogicalOperator(cursor.token)) {
    errorWithOnOperand(cursor, found.withAt, cursor.token === T.and ? 'and' : 'or');
    return 'failed';
  }
  if (!eatRightParen(cursor)) return 'failed';
  if (!found.asOperand && !isLogicalOperator(cursor.token)) return undefined;
  return { body: [expr], explicit: false, at: found.at };
}

/** What may stand alone in parentheses and still be a group: a nested group, or something negated. */
function isGroupAlone(body: Body): boolean {
  const [expr] = body;
  if (!expr || body.length !== 1) return false;
  return expr.negated || expr.kind === 'and' || expr.kind === 'or' || expr.kind === 'not';
}

function eatRightParen(cursor: Cursor): boolean {
  if (cursor.token !== T.rightParen) {
    cursor.error(cursor.start, 'expected ) to close parenthesized group');
    return false;
  }
  cursor.next();
  return true;
}
