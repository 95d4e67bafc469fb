// SPDX-License-Identifier: Apache-2.0
import type { Body, CallExpr, Expr, Ref, Rule, Term } from '../syntax/ast.ts';
import { rebuildTerm } from './rebuild.ts';
import {
  equate,
  equation,
  isComprehension,
  isEquation,
  type LocalNames,
  mapSame,
  operatorName,
  variable,
} from './terms.ts';

/**
 * Takes references and comprehensions out of arguments: `f(input.x)` becomes `l0 = input.x; f(l0)`, as OPA does. It
 * runs when the order of the body is fixed, and it is why `not f(input.x)` is undefined when `input.x` is.
 */
export function liftRule(rule: Rule, names: LocalNames): Rule {
  const body = liftBody(rule.body, names);
  return body === rule.body ? rule : { ...rule, body };
}

export function liftBody(body: Body, names: LocalNames): Body {
  return new Lifter(names).body(body);
}

class Lifter {
  readonly #names: LocalNames;

  constructor(names: LocalNames) {
    this.#names = names;
  }

  body(body: Body): Body {
    const lifted: Expr[] = [];
    for (const expr of body) lifted.push(this.#expr(expr, lifted));
    return lifted.length === body.length && lifted.every((expr, at) => expr === body[at]) ? body : lifted;
  }

  #expr(expr: Expr, out: Expr[]): Expr {
    switch (expr.kind) {
      case 'term-expr': {
        const term = this.#outermost(expr.term, expr, out);
        return term === expr.term ? expr : { ...expr, term };
      }
      case 'call-expr': {
        const call = comparedAsEquation(expr);
        const sides = isEquation(call) && call.args.length === 2;
        const args = mapSame(call.args, (arg) =>
          sides ? this.#outermost(arg, call, out) : this.#nested(arg, call, out),
        );
        return args === call.args ? call : { ...call, args };
      }
      case 'every': {
        const domain = this.#nested(expr.domain, expr, out);
        const body = this.body(expr.body);
        return domain === expr.domain && body === expr.body ? expr : { ...expr, domain, body };
      }
      case 'not': {
        const body = this.body(expr.body);
        return body === expr.body ? expr : { ...expr, body };
      }
      case 'and':
      case 'or': {
        const left = this.body(expr.left);
        const right = this.body(expr.right);
        return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
      }
      case 'some':
        return expr;
    }
  }

  /** A side of an equation may be a reference or a comprehension itself; only what is inside is taken out. */
  #outermost(term: Term, origin: Expr, out: Expr[]): Term {
    if (term.kind === 'ref') return this.#ref(term, origin, out);
    if (isComprehension(term)) return this.#comprehension(term);
    return this.#nested(term, origin, out);
  }

  #nested(term: Term, origin: Expr, out: Expr[]): Term {
    if (term.kind === 'ref') return this.#named(this.#ref(term, origin, out), origin, out);
    if (isComprehension(term)) return this.#named(this.#comprehension(term), origin, out);
    if (term.kind === 'constant' || term.kind === 'var') return term;
    return rebuildTerm(term, { term: (part) => this.#nested(part, origin, out) });
  }

  #named(term: Term, origin: Expr, out: Expr[]): Term {
    const local = variable(this.#names.fresh(), term.at);
    out.push(equate(local, term, origin.with));
    return local;
  }

  #ref(ref: Ref, origin: Expr, out: Expr[]): Ref {
    const path = mapSame(ref.path, (part) => this.#nested(part, origin, out));
    return path === ref.path ? ref : { ...ref, path };
  }

  #comprehension(term: Term): Term {
    return rebuildTerm(term, { body: (body) => this.body(body) });
  }
}

/** From here on `==` is `=`: the order of the body has made sure that both sides have their values. */
function comparedAsEquation(expr: CallExpr): CallExpr {
  if (expr.args.length !== 2 || expr.operator.path.length > 0 || operatorName(expr.operator) !== 'equal') return expr;
  return { ...expr, operator: equation };
}
