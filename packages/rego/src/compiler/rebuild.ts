// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Ref, Term, With } from '../syntax/ast.ts';
import { mapSame } from './terms.ts';

/** What to do with the parts of a node. A part that is left out stays as it is. */
export interface Rebuild {
  readonly term?: (term: Term) => Term;
  readonly body?: (body: Body) => Body;
}

/** Rebuilds a term from its direct parts; bodies of comprehensions go to `body`, everything else to `term`. */
export function rebuildTerm(term: Term, rebuild: Rebuild): Term {
  const change = rebuild.term ?? same;
  const changeBody = rebuild.body ?? same;
  switch (term.kind) {
    case 'constant':
    case 'var':
      return term;
    case 'ref':
      return rebuildRef(term, change);
    case 'call': {
      const args = mapSame(term.args, change);
      return args === term.args ? term : { ...term, args };
    }
    case 'array':
    case 'set': {
      const items = mapSame(term.items, change);
      return items === term.items ? term : { ...term, items };
    }
    case 'object': {
      const entries = mapSame(term.entries, (entry) => {
        const key = change(entry[0]);
        const value = change(entry[1]);
        return key === entry[0] && value === entry[1] ? entry : ([key, value] as const);
      });
      return entries === term.entries ? term : { ...term, entries };
    }
    case 'array-comprehension':
    case 'set-comprehension': {
      const item = change(term.term);
      const body = changeBody(term.body);
      return item === term.term && body === term.body ? term : { ...term, term: item, body };
    }
    case 'object-comprehension': {
      const key = change(term.key);
      const value = change(term.value);
      const body = changeBody(term.body);
      return key === term.key && value === term.value && body === term.body ? term : { ...term, key, value, body };
    }
    case 'template': {
      const parts = mapSame(term.parts, (part) => (part.kind === 'constant' ? part : rebuildExpr(part, rebuild)));
      return parts === term.parts ? term : { ...term, parts };
    }
  }
}

export function rebuildRef(ref: Ref, change: (term: Term) => Term): Ref {
  const head = change(ref.head);
  const path = mapSame(ref.path, change);
  return head === ref.head && path === ref.path ? ref : { ...ref, head, path };
}

/** Rebuilds an expression from its direct parts: terms, targets and values of `with`, nested bodies. */
export function rebuildExpr(expr: Expr, rebuild: Rebuild): Expr {
  const withs = mapSame(expr.with, (modifier) => rebuildWith(modifier, rebuild.term ?? same));
  const rebuilt = rebuildStatement(expr, rebuild);
  return withs === expr.with ? rebuilt : { ...rebuilt, with: withs };
}

function rebuildWith(modifier: With, change: (term: Term) => Term): With {
  const target = change(modifier.target);
  const value = change(modifier.value);
  return target === modifier.target && value === modifier.value ? modifier : { ...modifier, target, value };
}

function rebuildStatement(expr: Expr, rebuild: Rebuild): Expr {
  const change = rebuild.term ?? same;
  const changeBody = rebuild.body ?? same;
  switch (expr.kind) {
    case 'term-expr': {
      const term = change(expr.term);
      return term === expr.term ? expr : { ...expr, term };
    }
    case 'call-expr': {
      const args = mapSame(expr.args, change);
      return args === expr.args ? expr : { ...expr, args };
    }
    case 'some': {
      const symbols = mapSame(expr.symbols, change);
      return symbols === expr.symbols ? expr : { ...expr, symbols };
    }
    case 'every': {
      const domain = change(expr.domain);
      const body = changeBody(expr.body);
      return domain === expr.domain && body === expr.body ? expr : { ...expr, domain, body };
    }
    case 'not': {
      const body = changeBody(expr.body);
      return body === expr.body ? expr : { ...expr, body };
    }
    case 'and':
    case 'or': {
      const left = changeBody(expr.left);
      const right = changeBody(expr.right);
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
  }
}

function same<T>(part: T): T {
  return part;
}
