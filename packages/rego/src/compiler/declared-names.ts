// SPDX-License-Identifier: Apache-2.0
import type { Body, Term } from '../syntax/ast.ts';
import { operatorName } from './terms.ts';
import { varsOfTerm } from './vars.ts';

/** Variables a pattern of an argument binds. */
export function argumentNames(term: Term, into: Set<string>): void {
  if (term.kind === 'var') into.add(term.name);
  else if (term.kind === 'array') for (const item of term.items) argumentNames(item, into);
  else if (term.kind === 'object') for (const [, value] of term.entries) argumentNames(value, into);
  else if (term.kind === 'ref') for (const part of [term.head, ...term.path]) argumentNames(part, into);
}

/** Names that `:=` and `some` of a body declare, nested bodies included, comprehensions not. */
export function declaredNames(body: Body, into: Set<string> = new Set()): Set<string> {
  for (const expr of body) {
    switch (expr.kind) {
      case 'call-expr':
        if (operatorName(expr.operator) === 'assign' && expr.args[0]) varsOfTerm(expr.args[0], {}, into);
        break;
      case 'some':
        for (const symbol of expr.symbols) declaredBySymbol(symbol, into);
        break;
      case 'every':
      case 'not':
        declaredNames(expr.body, into);
        break;
      case 'and':
      case 'or':
        declaredNames(expr.left, into);
        declaredNames(expr.right, into);
        break;
    }
  }
  return into;
}

function declaredBySymbol(symbol: Term, into: Set<string>): void {
  if (symbol.kind === 'var') into.add(symbol.name);
  if (symbol.kind === 'call') for (const arg of symbol.args.slice(0, -1)) varsOfTerm(arg, {}, into);
}
