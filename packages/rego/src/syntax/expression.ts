// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, With } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { T } from './token.ts';

export const noWith: readonly With[] = [];

/** What every expression has before anything is added to it. */
export const plainBase = { with: noWith, negated: false, generated: false } as const;

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
