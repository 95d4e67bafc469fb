// SPDX-License-Identifier: Apache-2.0
import type { Body, CallExpr, Expr, Ref, Term } from '../syntax/ast.ts';
import { isArray, isObject } from '../value/value.ts';
import { type FlatCall, isComprehension, isEquation } from './terms.ts';
import { bindable, needed, varsOfTerm, varsOfWith } from './vars.ts';

/** What an expression binds, given what is bound already. */

type Arity = (call: CallExpr) => number | undefined;

export function outputsOfExpr(expr: Expr, safe: ReadonlySet<string>, arity: Arity): Set<string> {
  if (expr.negated || !withIsBound(expr, safe)) return new Set();
  switch (expr.kind) {
    case 'term-expr':
      return outputsOfTerm(expr.term, safe, new Set());
    case 'call-expr':
      return isEquation(expr) ? unifiedOutputs(expr, safe) : outputsOfCall(expr, safe, arity);
    case 'every':
      return outputsOfTerm(expr.domain, safe, new Set());
    default:
      return new Set();
  }
}

export function outputsOfBody(body: Body, safe: ReadonlySet<string>, arity: Arity): Set<string> {
  const all = new Set(safe);
  for (const expr of body) for (const name of outputsOfExpr(expr, all, arity)) all.add(name);
  return all.difference(safe);
}

export function unifiedOutputs(equation: FlatCall, safe: ReadonlySet<string>): Set<string> {
  const [left, right] = equation.args;
  if (!left || !right || equation.args.length !== 2) return new Set();
  const known = outputsOfTerm(right, safe, outputsOfTerm(left, safe, new Set()));
  const result = new Set(known);
  for (const name of safe) known.add(name);
  // The left side of `:=` is only written: nothing becomes known by unifying backwards through it.
  const base = equation.assigned ? known.difference(varsOfTerm(left)) : known;
  for (const name of unify(base, left, right)) result.add(name);
  return result.difference(safe);
}

/** Variables two terms bind in each other when those of `safe` are bound. */
export function unify(safe: ReadonlySet<string>, left: Term, right: Term): Set<string> {
  const unifier = new Unifier(safe);
  unifier.unify(left, right);
  return unifier.unified;
}

function withIsBound(expr: Expr, safe: ReadonlySet<string>): boolean {
  if (expr.with.length === 0) return true;
  const vars = new Set<string>();
  for (const modifier of expr.with) varsOfWith(modifier, needed, vars);
  return vars.isSubsetOf(safe);
}

function outputsOfCall(call: CallExpr, safe: ReadonlySet<string>, arity: Arity): Set<string> {
  const count = arity(call);
  if (count === undefined) return new Set();
  const outputs = new Set<string>();
  for (const arg of call.args) outputsOfTerm(arg, safe, outputs);
  if (count >= call.args.length) return outputs;
  const choice = { ...bindable, skipSets: true };
  for (const arg of call.args.slice(0, count)) {
    for (const name of varsOfTerm(arg, choice)) if (!outputs.has(name) && !safe.has(name)) return new Set();
  }
  for (const arg of call.args.slice(count)) varsOfTerm(arg, choice, outputs);
  return outputs;
}

/** A reference into something bound binds the variables in its path. */
function outputsOfTerm(term: Term, safe: ReadonlySet<string>, outputs: Set<string>): Set<string> {
  switch (term.kind) {
    case 'ref':
      if (!isRefSafe(term, safe)) return outputs;
      for (const part of term.path) varsOfTerm(part, { skipRefHead: true }, outputs);
      for (const part of term.path) outputsOfTerm(part, safe, outputs);
      break;
    case 'array':
    case 'set':
      for (const item of term.items) outputsOfTerm(item, safe, outputs);
      break;
    case 'object':
      for (const [key, value] of term.entries) outputsOfTerm(value, safe, outputsOfTerm(key, safe, outputs));
      break;
    case 'call':
      for (const arg of term.args) outputsOfTerm(arg, safe, outputs);
      break;
  }
  return outputs;
}

function isRefSafe(ref: Ref, safe: ReadonlySet<string>): boolean {
  if (ref.head.kind === 'var') return safe.has(ref.head.name);
  return varsOfTerm(ref.head, needed).isSubsetOf(safe);
}

class Unifier {
  readonly #safe: ReadonlySet<string>;
  readonly unified = new Set<string>();
  /** A variable and those it waits for. */
  readonly #waiting = new Map<string, Set<string>>();

  constructor(safe: ReadonlySet<string>) {
    this.#safe = safe;
  }

  unify(a: Term, b: Term): void {
    if (a.kind === 'var') this.#variable(a.name, b);
    else if (b.kind === 'var') this.#variable(b.name, a);
    else if (isSource(a)) this.#source(a, b);
    else if (isSource(b)) this.#source(b, a);
    else if (a.kind === 'array') this.#arrays(a.items, b);
    else if (b.kind === 'array') this.#arrays(b.items, a);
    else if (a.kind === 'object') this.#objects(a, b);
    else if (b.kind === 'object') this.#objects(b, a);
  }

  #variable(name: string, other: Term): void {
    if (other.kind === 'var') this.#variables(name, other.name);
    else if (other.kind === 'array' || other.kind === 'object') this.#all(name, other);
    else if (other.kind === 'ref') {
      if (isRefSafe(other, this.#safe)) this.#mark(name);
    } else if (other.kind === 'call') {
      if (varsOfTerm(other, needed).isSubsetOf(this.#safe)) this.#mark(name);
    } else this.#mark(name);
  }

  #variables(a: string, b: string): void {
    if (this.#isSafe(b)) this.#mark(a);
    else if (this.#isSafe(a)) this.#mark(b);
    else {
      this.#wait(a, b);
      this.#wait(b, a);
    }
  }

  /** References, calls and comprehensions give a value whatever stands on the other side. */
  #source(source: Term, other: Term): void {
    if (source.kind === 'ref' && !isRefSafe(source, this.#safe)) return;
    if (source.kind === 'call' && !varsOfTerm(source, needed).isSubsetOf(this.#safe)) return;
    if (other.kind === 'array' || other.kind === 'object') this.#markAll(other);
  }

  #arrays(items: readonly Term[], other: Term): void {
    if (other.kind === 'array' && other.items.length === items.length) {
      items.forEach((item, at) => {
        const partner = other.items[at];
        if (partner) this.unify(item, partner);
      });
    }
    // A ground array is one constant here, yet its items bind as written ones do.
    if (other.kind === 'constant' && isArray(other.value) && other.value.length === items.length) {
      for (const item of items) this.#markAll(item);
    }
  }

  #objects(object: Extract<Term, { kind: 'object' }>, other: Term): void {
    if (other.kind === 'constant' && isObject(other.value) && other.value.size === object.entries.length) {
      for (const [key, value] of object.entries) {
        if (key.kind === 'constant' && other.value.has(key.value)) this.#markAll(value);
      }
    }
    if (other.kind !== 'object' || other.entries.length !== object.entries.length) return;
    for (const [key, value] of object.entries) {
      const partner = other.entries.find(([candidate]) => sameKey(key, candidate));
      if (partner) this.unify(value, partner[1]);
    }
  }

  #all(name: string, pattern: Term): void {
    if (this.#isSafe(name)) {
      this.#markAll(pattern);
      return;
    }
    const missing = [...varsOfTerm(pattern, bindable)].filter((other) => !this.#isSafe(other));
    if (missing.length === 0) this.#mark(name);
    for (const other of missing) this.#wait(name, other);
  }

  #markAll(pattern: Term): void {
    for (const name of varsOfTerm(pattern, bindable)) this.#mark(name);
  }

  #mark(name: string): void {
    this.unified.add(name);
    const waitedFor = this.#waiting.get(name);
    this.#waiting.delete(name);
    for (const other of waitedFor ?? []) if (!this.unified.has(other)) this.#mark(other);
    for (const [other, names] of this.#waiting) {
      if (!names.delete(name) || names.size > 0) continue;
      this.#waiting.delete(other);
      this.#mark(other);
    }
  }

  #wait(name: string, forName: string): void {
    const names = this.#waiting.get(name);
    if (names) names.add(forName);
    else this.#waiting.set(name, new Set([forName]));
  }

  #isSafe(name: string): boolean {
    return this.#safe.has(name) || this.unified.has(name);
  }
}

function isSource(term: Term): boolean {
  return term.kind === 'ref' || term.kind === 'call' || isComprehension(term);
}

function sameKey(a: Term, b: Term): boolean {
  if (a.kind === 'constant' && b.kind === 'constant') return a.value === b.value;
  return a.kind === 'var' && b.kind === 'var' && a.name === b.name;
}
