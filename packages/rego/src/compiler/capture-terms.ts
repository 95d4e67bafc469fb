// SPDX-License-Identifier: Apache-2.0

import { errorAt, type RegoError } from '../error.ts';
import type { Source } from '../location.ts';
import type { Body, CallExpr, Expr, Ref, Rule, Term, With } from '../syntax/ast.ts';
import { printVar } from '../syntax/print.ts';
import { outputsOfBody } from './outputs.ts';
import { rebuildExpr, rebuildTerm } from './rebuild.ts';
import {
  constant,
  equate,
  isComprehension,
  isGenerated,
  isTrueBody,
  type LocalNames,
  operatorName,
  reference,
  termExpr,
  variable,
} from './terms.ts';
import { needed, varsOfBody, varsOfTerm } from './vars.ts';

/**
 * Lets `print` and templates speak of undefined: each argument becomes a set of at most one value,
 * `print(x.y)` is `internal.print([{l | l = x.y}])`, and `$"a {x.y}"` is `internal.template_string(["a ", {l | …}])`.
 */
export interface CaptureContext {
  readonly source: Source;
  readonly names: LocalNames;
  readonly errors: RegoError[];
  readonly arity: (call: CallExpr) => number | undefined;
  readonly isRelation: (name: string) => boolean;
  /** A rule that always has a value needs no capture. */
  readonly isAlwaysDefined: (ref: Ref) => boolean;
  /** Without it calls of print are left out. */
  readonly print: boolean;
}

const documents: ReadonlySet<string> = new Set(['data', 'input']);

export function captureInRule(rule: Rule, context: CaptureContext): Rule {
  if (!needsCapture(rule.body) && !headNeedsCapture(rule)) return rule;
  const bound = new Set(documents);
  for (const arg of rule.head.args ?? []) varsOfTerm(arg, {}, bound);
  const capturer = new Capturer(context);
  const body = capturer.body(rule.body, bound, bound);
  const safe = outputsOfBody(rule.body, bound, context.arity).union(bound);
  const term = (part: Term): Term => capturer.term(part, bound, safe);
  const { head } = rule;
  const captured = {
    ...head,
    ref: { ...head.ref, path: head.ref.path.map(term) },
    ...(head.args && { args: head.args.map(term) }),
    ...(head.key && { key: term(head.key) }),
    ...(head.value && { value: term(head.value) }),
  };
  return { ...rule, head: captured, body };
}

export function captureInBody(body: Body, context: CaptureContext): Body {
  return needsCapture(body) ? new Capturer(context).body(body, documents, documents) : body;
}

class Capturer {
  readonly #context: CaptureContext;

  constructor(context: CaptureContext) {
    this.#context = context;
  }

  /** `before` is bound for prints in front of the body, `around` for templates anywhere in the enclosing one. */
  body(body: Body, before: ReadonlySet<string>, around: ReadonlySet<string>): Body {
    const { arity } = this.#context;
    const safe = outputsOfBody(body, around, arity).union(around);
    const captured: Expr[] = [];
    body.forEach((expr, at) => {
      const bound = outputsOfBody(body.slice(0, at), before, arity).union(before);
      if (expr.kind === 'every') for (const part of [expr.key, expr.value]) if (part) varsOfTerm(part, {}, bound);
      const inner = safe.union(bound);
      const rebuilt = rebuildExpr(expr, {
        term: (term) => this.term(term, bound, safe),
        body: (nested) => this.body(nested, bound, inner),
      });
      if (!isPrint(rebuilt)) captured.push(rebuilt);
      else if (this.#context.print && rebuilt.kind === 'call-expr') {
        captured.push(this.#print(rebuilt, bound, body.slice(0, at)));
      }
    });
    return captured.length > 0 ? captured : [termExpr(constant(true, body[0]?.at ?? 0))];
  }

  term(term: Term, bound: ReadonlySet<string>, safe: ReadonlySet<string>): Term {
    if (term.kind === 'constant' || term.kind === 'var') return term;
    if (term.kind === 'template') return this.#template(term, bound, safe);
    if (!isComprehension(term)) return rebuildTerm(term, { term: (part) => this.term(part, bound, safe) });
    const inner = outputsOfBody(term.body, safe, this.#context.arity).union(safe);
    return rebuildTerm(term, {
      term: (part) => this.term(part, bound, inner),
      body: (body) => this.body(body, bound, safe),
    });
  }

  #print(call: CallExpr, bound: ReadonlySet<string>, before: Body): Expr {
    const safe = new Set(bound);
    for (const name of varsOfBody(before)) if (isGenerated(name)) safe.add(name);
    for (const arg of call.args) this.#checkDeclared(arg, safe);
    const items = call.args.map((arg) => this.#captured(arg, []));
    const operator = reference(variable('internal', call.at), [constant('print', call.at)], call.at);
    return { ...call, operator, args: [{ kind: 'array', items, at: call.at }] };
  }

  #template(
    template: Extract<Term, { kind: 'template' }>,
    bound: ReadonlySet<string>,
    safe: ReadonlySet<string>,
  ): Term {
    const items = template.parts.flatMap((part): readonly Term[] => {
      if (part.kind === 'constant') return [part];
      const term = this.#termOfPart(part);
      if (!term) return [];
      const inner = this.term(term, bound, safe);
      if (inner.kind === 'var' || (inner.kind === 'ref' && this.#context.isAlwaysDefined(inner))) {
        return [{ kind: 'set', items: [inner], at: inner.at }];
      }
      // What a template inside lacks is found where safety is checked.
      if (term.kind !== 'template') this.#checkDeclared(inner, safe);
      return [this.#captured(inner, part.with)];
    });
    const { at } = template;
    const parts = items.length > 0 ? items : [constant('', at)];
    const operator = reference(variable('internal', at), [constant('template_string', at)], at);
    return { kind: 'call', operator, args: [{ kind: 'array', items: parts, at }], at };
  }

  #termOfPart(part: Expr): Term | undefined {
    if (part.kind === 'term-expr') return part.term;
    if (part.kind !== 'call-expr') {
      this.#fail(part.at, `unexpected template-string expression type: ${part.kind}`);
      return undefined;
    }
    const name = operatorName(part.operator);
    if (this.#context.isRelation(name)) {
      this.#fail(part.at, `illegal call to relation built-in '${name}' that may cause multiple outputs`);
      return undefined;
    }
    return { kind: 'call', operator: part.operator, args: part.args, at: part.at };
  }

  #captured(term: Term, withs: readonly With[]): Term {
    const local = variable(this.#context.names.fresh(), term.at);
    const capture = { ...equate(local, term, withs), generated: false };
    return { kind: 'set-comprehension', term: local, body: [capture], at: term.at };
  }

  #checkDeclared(term: Term, safe: ReadonlySet<string>): void {
    const { original } = this.#context.names;
    const missing = [...varsOfTerm(term, needed)].filter((name) => !safe.has(name)).sort();
    for (const name of missing) this.#fail(term.at, `var ${printVar(original.get(name) ?? name)} is undeclared`);
  }

  #fail(at: number, reason: string): void {
    this.#context.errors.push(errorAt(this.#context.source, at, 'rego_compile_error', reason));
  }
}

function isPrint(expr: Expr): boolean {
  return expr.kind === 'call-expr' && operatorName(expr.operator) === 'print';
}

function headNeedsCapture(rule: Rule): boolean {
  const { head } = rule;
  const parts = [
    ...head.ref.path,
    ...(head.args ?? []),
    ...(head.key ? [head.key] : []),
    ...(head.value ? [head.value] : []),
  ];
  return parts.some(termNeedsCapture);
}

function needsCapture(body: Body): boolean {
  return !isTrueBody(body) && body.some(exprNeedsCapture);
}

function exprNeedsCapture(expr: Expr): boolean {
  if (isPrint(expr) || expr.with.some(({ value }) => termNeedsCapture(value))) return true;
  switch (expr.kind) {
    case 'term-expr':
      return termNeedsCapture(expr.term);
    case 'call-expr':
      return expr.args.some(termNeedsCapture);
    case 'some':
      return expr.symbols.some(termNeedsCapture);
    case 'every':
      return termNeedsCapture(expr.domain) || needsCapture(expr.body);
    case 'not':
      return needsCapture(expr.body);
    default:
      return needsCapture(expr.left) || needsCapture(expr.right);
  }
}

function termNeedsCapture(term: Term): boolean {
  switch (term.kind) {
    case 'constant':
    case 'var':
      return false;
    case 'template':
      return true;
    case 'ref':
      return termNeedsCapture(term.head) || term.path.some(termNeedsCapture);
    case 'call':
      return term.args.some(termNeedsCapture);
    case 'array':
    case 'set':
      return term.items.some(termNeedsCapture);
    case 'object':
      return term.entries.some(([key, value]) => termNeedsCapture(key) || termNeedsCapture(value));
    case 'object-comprehension':
      return termNeedsCapture(term.key) || termNeedsCapture(term.value) || needsCapture(term.body);
    default:
      return termNeedsCapture(term.term) || needsCapture(term.body);
  }
}
