// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Head, Ref, Rule, Term, With } from '../syntax/ast.ts';
import { rebuildTerm } from './rebuild.ts';
import { appendToBody, equate, type LocalNames, mapSame, variable } from './terms.ts';

/**
 * Takes calls out of terms: `f(g(x)) > 1` becomes `g(x, l0); f(l0, l1); gt(l1, 1)`. Terms of comprehensions, values
 * of `with` and parts of heads that need evaluation become locals in front. Afterwards a call is always an expression
 * of its own, its last argument the output when there is one more than the function's arity.
 */
export interface FlattenContext {
  readonly names: LocalNames;
  /** Checks the modifier; says whether its value is to be evaluated (a replacing function is not). */
  readonly checkWith: (modifier: With) => { readonly modifier: With; readonly evaluate: boolean };
}

export function flattenRule(rule: Rule, context: FlattenContext): Rule {
  const flattener = new Flattener(context);
  const { head, support } = flattener.head(rule.head);
  const body = appendToBody(flattener.body(appendToBody(rule.body, support.calls)), support.equations);
  return { ...rule, head, body };
}

export function flattenBody(body: Body, context: FlattenContext): Body {
  return new Flattener(context).body(body);
}

interface HeadSupport {
  readonly calls: Expr[];
  readonly equations: Expr[];
}

class Flattener {
  readonly #names: LocalNames;
  readonly #checkWith: FlattenContext['checkWith'];

  constructor(context: FlattenContext) {
    this.#names = context.names;
    this.#checkWith = context.checkWith;
  }

  body(body: Body): Body {
    const flat: Expr[] = [];
    for (const expr of body) this.#expr(expr, flat);
    return flat.length === body.length && flat.every((expr, at) => expr === body[at]) ? body : flat;
  }

  /** Values and keys are evaluated behind the body, parts of the reference too. */
  head(head: Head): { head: Head; support: HeadSupport } {
    const support: HeadSupport = { calls: [], equations: [] };
    const path = mapSame(head.ref.path, (part) => this.#headPart(part, support));
    const keyIsLast = head.key !== undefined && sameText(head.key, head.ref.path.at(-1));
    const lift = (term: Term): Term => this.#lifted(this.#term(term, support.calls), support.equations);
    const key = keyIsLast ? path.at(-1) : head.key && lift(head.key);
    const flat: Head = {
      ...head,
      ref: { ...head.ref, path },
      ...(head.args && { args: head.args.map(lift) }),
      ...(key && { key }),
      ...(head.value && { value: lift(head.value) }),
    };
    return { head: flat, support };
  }

  #headPart(part: Term, support: HeadSupport): Term {
    if (part.kind === 'var') return part;
    if (part.kind === 'constant' && (typeof part.value !== 'object' || part.value === null)) return part;
    const local = variable(this.#names.fresh(), part.at);
    support.calls.push(equate(local, part));
    return local;
  }

  #lifted(term: Term, into: Expr[]): Term {
    if (!needsEvaluation(term)) return term;
    const local = variable(this.#names.fresh(), term.at);
    into.push(equate(local, term));
    return local;
  }

  #expr(expr: Expr, out: Expr[]): void {
    const withs = this.#withs(expr.with, out);
    switch (expr.kind) {
      case 'term-expr': {
        const term = this.#term(expr.term, out, withs);
        out.push(term === expr.term && withs === expr.with ? expr : { ...expr, term, with: withs });
        return;
      }
      case 'call-expr': {
        const args = mapSame(expr.args, (arg) => this.#term(arg, out, withs));
        out.push(args === expr.args && withs === expr.with ? expr : { ...expr, args, with: withs });
        return;
      }
      case 'every': {
        const domain = variable(this.#names.fresh(), expr.domain.at);
        this.#expr(equate(domain, expr.domain, withs), out);
        out.push({ ...expr, domain, body: this.body(expr.body), with: withs });
        return;
      }
      case 'not':
        out.push({ ...expr, body: this.body(expr.body), with: withs });
        return;
      case 'and':
      case 'or':
        out.push({ ...expr, left: this.body(expr.left), right: this.body(expr.right), with: withs });
        return;
      case 'some':
        return;
    }
  }

  #withs(withs: readonly With[], out: Expr[]): readonly With[] {
    return mapSame(withs, (written) => {
      const value = this.#term(written.value, out);
      const checked = this.#checkWith(value === written.value ? written : { ...written, value });
      if (!checked.evaluate) return checked.modifier;
      const lifted = this.#lifted(checked.modifier.value, out);
      return lifted === checked.modifier.value ? checked.modifier : { ...checked.modifier, value: lifted };
    });
  }

  #term(term: Term, out: Expr[], withs: readonly With[] = []): Term {
    switch (term.kind) {
      case 'constant':
      case 'var':
        return term;
      case 'call': {
        const args = term.args.map((arg) => this.#term(arg, out, withs));
        const output = variable(this.#names.fresh(), term.at);
        const call = { kind: 'call-expr', operator: term.operator, args: [...args, output] } as const;
        out.push({ ...call, with: withs, negated: false, generated: true, at: term.at, end: term.at });
        return output;
      }
      case 'ref':
        return this.#ref(term, out, withs);
      case 'array-comprehension':
      case 'set-comprehension':
      case 'object-comprehension':
        return this.#comprehension(term);
      default:
        return rebuildTerm(term, { term: (part) => this.#term(part, out, withs) });
    }
  }

  /** One looks into a variable or a constant; anything else gets a name first: `[x, y][i]` is `l0 = [x, y]; l0[i]`. */
  #ref(ref: Ref, out: Expr[], withs: readonly With[]): Ref {
    let head = this.#term(ref.head, out, withs);
    const path = mapSame(ref.path, (part) => this.#term(part, out, withs));
    if (head.kind !== 'var' && head.kind !== 'constant') {
      const local = variable(this.#names.fresh(), head.at);
      out.push(equate(local, head, withs));
      head = local;
    }
    if (head.kind === 'var' && head !== ref.head) this.#names.standsFor.set(head.name, ref.head);
    return head === ref.head && path === ref.path ? ref : { ...ref, head, path };
  }

  #comprehension(term: Extract<Term, { readonly body: Body }>): Term {
    const calls: Expr[] = [];
    const equations: Expr[] = [];
    const lift = (part: Term): Term => this.#lifted(this.#term(part, calls), equations);
    const parts =
      term.kind === 'object-comprehension'
        ? { key: lift(term.key), value: lift(term.value) }
        : { term: lift(term.term) };
    // The calls stand behind the body, yet bodies are flattened in one go so that `true` is replaced.
    const body = appendToBody(this.body(appendToBody(term.body, calls)), equations);
    return { ...term, ...parts, body };
  }
}

/** Whether a term has to be evaluated before it can be a value: it holds a reference or a comprehension. */
export function needsEvaluation(term: Term): boolean {
  switch (term.kind) {
    case 'constant':
    case 'var':
      return false;
    case 'array':
    case 'set':
      return term.items.some(needsEvaluation);
    case 'object':
      return term.entries.some(([key, value]) => needsEvaluation(key) || needsEvaluation(value));
    default:
      return true;
  }
}

function sameText(a: Term, b: Term | undefined): boolean {
  if (a === b) return true;
  return a.kind === 'var' && b?.kind === 'var' && a.name === b.name;
}
