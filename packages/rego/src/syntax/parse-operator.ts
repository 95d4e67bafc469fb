// SPDX-License-Identifier: Apache-2.0
import type { Call, Constant, Ref, Term } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { T, type Token, tokenName } from './token.ts';

/**
 * Operators between terms, from loosest to tightest. Each level is left-associative; `in` sits below all of them and
 * is read by its own function because it may have two terms before it.
 */
const levels: readonly (readonly Token[])[] = [
  [T.equal, T.notEqual, T.less, T.greater, T.lessOrEqual, T.greaterOrEqual],
  [T.pipe],
  [T.ampersand],
  [T.plus, T.minus],
  [T.mul, T.div, T.rem],
];

const levelOf: readonly number[] = Array.from({ length: 64 }, (_, token) =>
  levels.findIndex((tokens) => tokens.includes(token)),
);

/** A term with operators, `in` included: `x`, `a + b`, `k, v in xs`. */
export function parseInfixTerm(cursor: Cursor): Term | undefined {
  if (!cursor.enter()) return undefined;
  const term = parseMembership(cursor, true);
  cursor.leave();
  return term;
}

/** The same where a comma separates items, so that `k, v in xs` would be two of them. */
export function parseInfixItem(cursor: Cursor): Term | undefined {
  if (!cursor.enter()) return undefined;
  const term = parseMembership(cursor, false);
  cursor.leave();
  return term;
}

function parseMembership(cursor: Cursor, withKey: boolean): Term | undefined {
  let left = parseOperators(cursor, 0);
  while (left) {
    const call: Call | undefined =
      (withKey && cursor.token === T.comma ? parseKeyedMembership(cursor, left) : undefined) ??
      parsePlainMembership(cursor, left);
    if (!call) return left;
    cursor.note(call, cursor.beginOf(left));
    left = call;
    if (cursor.token !== T.in) return left;
  }
  return undefined;
}

/** `, value in domain` after a key; undefined, back at the comma, when that is not what follows. */
function parseKeyedMembership(cursor: Cursor, key: Term): Call | undefined {
  const mark = cursor.mark();
  cursor.next();
  const value = parseOperators(cursor, 0);
  if (value && cursor.token === T.in) {
    const operator = memberOperator('member_3', cursor.start);
    cursor.next();
    const domain = parseOperators(cursor, 0);
    if (domain) return { kind: 'call', operator, args: [key, value, domain], at: key.at };
  }
  cursor.reset(mark);
  return undefined;
}

function parsePlainMembership(cursor: Cursor, value: Term): Call | undefined {
  cursor.eatRefKeyword();
  if (cursor.token !== T.in) return undefined;
  const operator = memberOperator('member_2', cursor.start);
  cursor.next();
  const domain = parseOperators(cursor, 0);
  return domain && { kind: 'call', operator, args: [value, domain], at: value.at };
}

function parseOperators(cursor: Cursor, loosest: number): Term | undefined {
  let left = cursor.grammar.term(cursor);
  if (!left) return undefined;
  // Behind an operation only operators as loose or looser may follow; a tighter one there was left by a failed reading.
  let tightest = levels.length;
  for (;;) {
    const level = levelOf[cursor.token] ?? -1;
    if (level < loosest || level > tightest) return left;
    const operator = operatorRef(cursor.token, cursor.start);
    cursor.next();
    const right = parseOperators(cursor, level + 1);
    if (right) left = operation(cursor, operator, left, right);
    tightest = right ? level : level - 1;
  }
}

function operation(cursor: Cursor, operator: Ref, left: Term, right: Term): Call {
  const call: Call = { kind: 'call', operator, args: [left, right], at: left.at };
  cursor.note(call, cursor.beginOf(left));
  return call;
}

/** The built-in function an operator stands for, as the operator of a call. */
export function operatorRef(token: Token, at: number): Ref {
  return { kind: 'ref', head: { kind: 'var', name: tokenName(token), at }, path: [], at };
}

function memberOperator(name: 'member_2' | 'member_3', at: number): Ref {
  const part: Constant = { kind: 'constant', value: name, at };
  return { kind: 'ref', head: { kind: 'var', name: 'internal', at }, path: [part], at };
}

/** `internal.member_2` or `_3`, when the term is such a call. */
export function membershipArity(term: Term): 2 | 3 | undefined {
  if (term.kind !== 'call' || term.operator.path.length !== 1) return undefined;
  const { head, path } = term.operator;
  if (head.kind !== 'var' || head.name !== 'internal' || path[0]?.kind !== 'constant') return undefined;
  if (path[0].value === 'member_2') return 2;
  return path[0].value === 'member_3' ? 3 : undefined;
}
