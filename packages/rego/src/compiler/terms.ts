// SPDX-License-Identifier: Apache-2.0
import type { Body, CallExpr, Constant, Expr, Ref, Term, TermExpr, Var, With } from '../syntax/ast.ts';
import type { Value } from '../value/value.ts';

/**
 * Small makers and questions about nodes, shared by the stages of the compiler. The stages never change a node: they
 * build new ones and hand back the very same object where nothing changed, so that most of a module is not copied.
 */

/** A call as the stages leave it behind: `:=` has become an equation that remembers where it came from. */
export interface FlatCall extends CallExpr {
  /** The left side may only be written, never read: this was `left := right`. */
  readonly assigned?: boolean;
}

const noWith: readonly With[] = [];

/** Names for variables nobody wrote. They are unique within one compilation. */
export class LocalNames {
  #next = 0;
  /** What a local was called in the text; errors speak of that. */
  readonly original = new Map<string, string>();
  /** The term a local took the place of at the head of a reference: `f(x)` of `f(x)[0]`. */
  readonly standsFor = new Map<string, Term>();

  fresh(written?: string): string {
    // No text can spell this, so that a module may use names like `__local0__` itself.
    const name = `__local${this.#next++}~`;
    if (written !== undefined) this.original.set(name, written);
    return name;
  }
}

export function isGenerated(name: string): boolean {
  return name.startsWith('__local');
}

export function isWildcard(name: string): boolean {
  return name.startsWith('$');
}

export function variable(name: string, at: number): Var {
  return { kind: 'var', name, at };
}

export function constant(value: Value, at: number): Constant {
  return { kind: 'constant', value, at };
}

export function reference(head: Term, path: readonly Term[], at: number): Ref {
  return { kind: 'ref', head, path, at };
}

export const equation: Ref = reference(variable('eq', 0), [], 0);

/** `left = right`, made by the compiler. */
export function equate(left: Term, right: Term, withs: readonly With[] = noWith, end: number = right.at): FlatCall {
  return {
    kind: 'call-expr',
    operator: equation,
    args: [left, right],
    with: withs,
    negated: false,
    generated: true,
    at: right.at,
    end,
  };
}

export function termExpr(term: Term, at: number = term.at): TermExpr {
  return { kind: 'term-expr', term, with: noWith, negated: false, generated: true, at, end: at };
}

/** The dotted name of an operator: `plus`, `json.unmarshal`, `data.lib.f`. */
export function operatorName(operator: Ref): string {
  let name = operator.head.kind === 'var' ? operator.head.name : '';
  for (const part of operator.path) {
    name += part.kind === 'constant' && typeof part.value === 'string' ? `.${part.value}` : '[…]';
  }
  return name;
}

export function isEquation(expr: Expr): expr is FlatCall {
  return expr.kind === 'call-expr' && expr.operator.path.length === 0 && operatorName(expr.operator) === 'eq';
}

/** Whether a reference begins with a document: `data` or `input`. */
export function rootOf(term: Term): 'data' | 'input' | undefined {
  if (term.kind !== 'ref' || term.head.kind !== 'var') return undefined;
  return term.head.name === 'data' || term.head.name === 'input' ? term.head.name : undefined;
}

/** The leading parts of a reference that are strings, its head included: `data.a.b[x].c` gives `data`, `a`, `b`. */
export function groundStrings(ref: Ref): readonly string[] {
  const parts = ref.head.kind === 'var' ? [ref.head.name] : [];
  for (const part of ref.path) {
    if (part.kind !== 'constant' || typeof part.value !== 'string') break;
    parts.push(part.value);
  }
  return parts;
}

/** A body of `true`, which `p := 1` has; the first real expression takes its place. */
export function isTrueBody(body: Body): boolean {
  const [only] = body;
  return body.length === 1 && only?.kind === 'term-expr' && only.term.kind === 'constant' && only.term.value === true;
}

export function appendToBody(body: Body, added: Body): Body {
  if (added.length === 0) return body;
  return isTrueBody(body) && body[0]?.with.length === 0 ? added : [...body, ...added];
}

export function isComprehension(
  term: Term,
): term is Extract<Term, { kind: 'array-comprehension' | 'set-comprehension' | 'object-comprehension' }> {
  return (
    term.kind === 'array-comprehension' || term.kind === 'set-comprehension' || term.kind === 'object-comprehension'
  );
}

/** Applies a function to each item; hands back the same array when no item changed. */
export function mapSame<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (let at = 0; at < items.length; at++) {
    const item = items[at] as T; // at is below the length
    const next = change(item);
    if (changed) changed.push(next);
    else if (next !== item) changed = [...items.slice(0, at), next];
  }
  return changed ?? items;
}
