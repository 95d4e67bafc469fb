// SPDX-License-Identifier: Apache-2.0
import type { Expr } from './ast.ts';
import type { Cursor, Mark } from './cursor.ts';
import { membershipArity, parseInfixTerm } from './parse-operator.ts';
import { T } from './token.ts';

/** Guesses that an import of a keyword is missing, added to the next error. */

const infixKeywords: ReadonlyMap<string, string> = new Map([
  ['in', 'x in xs'],
  ['and', 'x and y'],
  ['or', 'x or y'],
]);

/** Behind an expression stands a word, or a comma as in `k, v in xs`, that would be a keyword if it were imported. */
export function hintMissingKeyword(cursor: Cursor): void {
  if (cursor.hasHints) return;
  const word = missingKeyword(cursor);
  const example = word && infixKeywords.get(word);
  if (example) cursor.hint(`\`import future.keywords.${word}\` for \`${example}\` expressions`);
}

function missingKeyword(cursor: Cursor): string | undefined {
  if (cursor.token === T.ident) return cursor.word;
  if (cursor.token !== T.comma) return undefined;
  const mark = cursor.mark();
  cursor.next();
  const term = cursor.pretendFuture(() => parseInfixTerm(cursor));
  cursor.reset(mark);
  return term && membershipArity(term) ? 'in' : undefined;
}

/** `some x in xs` without the import; the cursor is on `some`. */
export function hintSomeIn(cursor: Cursor): void {
  const mark = cursor.mark();
  cursor.next();
  const term = cursor.pretendFuture(() => parseInfixTerm(cursor));
  cursor.reset(mark);
  if (term && membershipArity(term)) cursor.hint('`import future.keywords.in` for `some x in xs` expressions');
}

export function isPlainEvery(expr: Expr): boolean {
  return expr.kind === 'term-expr' && expr.term.kind === 'var' && expr.term.name === 'every';
}

/** `every x in xs { … }` without the import; the mark is on `every`. */
export function hintEvery(cursor: Cursor, mark: Mark, parseEvery: (cursor: Cursor) => Expr | undefined): void {
  const here = cursor.mark();
  cursor.reset(mark);
  const every = cursor.pretendFuture(() => parseEvery(cursor));
  cursor.reset(here);
  if (every) cursor.hint('`import future.keywords.every` for `every x in xs { ... }` expressions');
}
