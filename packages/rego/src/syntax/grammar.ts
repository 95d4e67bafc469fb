// SPDX-License-Identifier: Apache-2.0
import type { Body, EveryExpr, Expr, Term } from './ast.ts';
import type { Cursor } from './cursor.ts';
import type { Token } from './token.ts';

/**
 * The parts of the grammar that contain each other: terms hold bodies (comprehensions) and bodies hold terms. A file
 * imports what is below it; what is above it is reached through the cursor, which carries this table (see parse.ts).
 * From below: collections, terms, operators, logical keywords, bodies.
 */
export interface Grammar {
  term(cursor: Cursor): Term | undefined;
  infixTerm(cursor: Cursor): Term | undefined;
  infixItem(cursor: Cursor): Term | undefined;
  expr(cursor: Cursor): Expr | undefined;
  every(cursor: Cursor): EveryExpr | undefined;
  literal(cursor: Cursor): Expr | undefined;
  body(cursor: Cursor, end: Token): Body | undefined;
  notBody(cursor: Cursor, notAt: number): Expr | undefined;
  attachWith<E extends Expr>(cursor: Cursor, expr: E): E | undefined;
}
