// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Term } from './ast.ts';
import type { Cursor, Mark } from './cursor.ts';
import { parseInfixTerm } from './parse-operator.ts';
import { kindName, printRef } from './print.ts';

/** What OPA says about operands of `and`, `or` and `not` that can be read in two ways. */

export function errorWithOnOperand(cursor: Cursor, at: number, operator: string): void {
  cursor.hint(
    `Wrap the operand in \`(...)\` or \`{...}\` to scope, or move \`with\` after the \`${operator}\` expression to apply it to the whole expression`,
  );
  cursor.error(at, `\`with\` modifier is not allowed on operand of \`${operator}\``);
}

/** The operand begins with `{` that opens a value, not a body. */
export function errorBracedOperand(cursor: Cursor, at: number, operand: string, operator: string): void {
  cursor.hint(`wrap the operand to keep the value: \`(${operand}) ${operator} ...\``);
  cursor.error(at, `operand of \`${operator}\` cannot begin with \`{\` unless the braces hold a body`);
}

export function errorParensAroundBody(cursor: Cursor, at: number, braces: string, prefix: string): void {
  cursor.hint(`drop the parens to keep the body: \`${prefix}${braces}\``);
  cursor.error(at, '`(...)` in an operand position cannot contain a body');
}

/** The braces behind `not` hold no body; when they hold a value, says so in place of the body's errors. */
export function errorNotValue(cursor: Cursor, mark: Mark, braceAt: number): void {
  const failed = cursor.mark();
  cursor.reset(mark);
  const term = parseInfixTerm(cursor);
  if (!term) {
    cursor.reset(failed);
    return;
  }
  const operand = cursor.text(braceAt, cursor.lastEnd);
  cursor.hint(`write \`not (${operand})\` to negate the value, or \`not {${operand}}\` for a body holding it`);
  const kind = kindName(leadingTerm(term));
  cursor.error(braceAt, `\`{...}\` in an operand position must contain expression(s), got: ${kind}`);
}

/** The term the leading brace opens: operators are printed behind their first operand. */
function leadingTerm(term: Term): Term {
  const [first] = term.kind === 'call' ? term.args : [];
  if (term.kind !== 'call' || !first) return term;
  return infixArity.get(printRef(term.operator)) === term.args.length ? leadingTerm(first) : term;
}

const infixArity: ReadonlyMap<string, number> = new Map([
  ...['and', 'assign', 'div', 'eq', 'equal', 'gt', 'gte', 'internal.member_2', 'lt', 'lte'].map(
    (name) => [name, 2] as const,
  ),
  ...['minus', 'mul', 'neq', 'or', 'plus', 'rem'].map((name) => [name, 2] as const),
  ['internal.member_3', 3],
]);

/** `{ a | b; … }`: a body whose first expression is a union written with a bar could be a comprehension too. */
export function isAmbiguousUnion(cursor: Cursor, body: Body): boolean {
  const [expr] = body;
  if (expr?.kind !== 'call-expr' || printRef(expr.operator) !== 'or') return false;
  return cursor.text(expr.operator.at, expr.operator.at + 1) === '|' && cursor.text(expr.at, expr.at + 1) !== '(';
}

export function errorAmbiguousUnion(cursor: Cursor, at: number, body: Body, prefix: string): void {
  const braces = cursor.text(at, cursor.lastEnd);
  const [expr] = body;
  const from = expr ? expr.at - at : 0;
  const to = expr ? expr.end - at : 0;
  const union = `${braces.slice(0, from)}(${braces.slice(from, to)})${braces.slice(to)}`;
  cursor.hint(`write \`${prefix}(${braces})\` for the comprehension, or \`${prefix}${union}\` for the set union`);
  cursor.error(
    at,
    'ambiguous `{ ... | ... }` operand: read as a body holding a set-union expression, not as a comprehension',
  );
}

/** The first call of an operand that does nothing but call built-ins without a result. */
export function voidCall(body: Body): { readonly name: string; readonly at: number } | undefined {
  if (!body.every(isVoidCall)) return undefined;
  const [expr] = body;
  return expr?.kind === 'call-expr' ? { name: printRef(expr.operator), at: expr.at } : undefined;
}

function isVoidCall(expr: Expr): boolean {
  return expr.kind === 'call-expr' && !expr.negated && voidBuiltins.has(printRef(expr.operator));
}

const voidBuiltins: ReadonlySet<string> = new Set(['print', 'internal.print', 'internal.test_case']);

export function errorVoidOperand(
  cursor: Cursor,
  call: { readonly name: string; readonly at: number },
  operator: string,
): void {
  cursor.hint(
    `\`${call.name}\` produces no value and always succeeds, so the operand can never fail; move it out of the operand, or add an expression that can fail`,
  );
  cursor.error(call.at, `operand of \`${operator}\` cannot consist only of calls to \`${call.name}\``);
}
