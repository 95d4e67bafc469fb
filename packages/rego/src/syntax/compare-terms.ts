// SPDX-License-Identifier: Apache-2.0
import { compare } from '../value/compare.ts';
import { isArray, typeOf, type Value } from '../value/value.ts';
import type { Body, Constant, Expr, Term } from './ast.ts';

/**
 * OPA's order over terms: by kind, then by content. Sets and objects that hold variables are printed and written to
 * JSON in this order, and equal members of a set literal are one.
 */
export function compareTerms(a: Term, b: Term): number {
  if (a === b) return 0;
  if (a.kind === 'constant' && b.kind === 'constant') return compare(a.value, b.value);
  const ranks = rank(a) - rank(b);
  if (ranks !== 0) return ranks;
  if (a.kind === 'var' && b.kind === 'var') return compare(a.name, b.name);
  if (a.kind === 'ref' && b.kind === 'ref') return compareLists([a.head, ...a.path], [b.head, ...b.path]);
  if (a.kind === 'call' && b.kind === 'call') return compareLists([a.operator, ...a.args], [b.operator, ...b.args]);
  const left = parts(a);
  const right = parts(b);
  return left && right ? compareLists(left, right) : compareClosures(a, b);
}

/** The members of a set literal: in order, equal ones once. */
export function sortedItems(items: readonly Term[]): readonly Term[] {
  const sorted = items.toSorted(compareTerms);
  return sorted.filter((item, index) => index === 0 || compareTerms(sorted[index - 1] ?? item, item) !== 0);
}

/** The entries of an object literal by key; entries with equal keys keep their order, and the last one counts. */
export function sortedEntries(
  entries: readonly (readonly [key: Term, value: Term])[],
): readonly (readonly [key: Term, value: Term])[] {
  return entries.toSorted(([a], [b]) => compareTerms(a, b));
}

/** A constant array, object or set taken apart into terms, as if its members had been written one by one. */
export function termOf(value: Value, at: number): Constant {
  return { kind: 'constant', value, at };
}

function compareLists(a: readonly Term[], b: readonly Term[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (!right) return 1;
    const order = compareTerms(left, right);
    if (order !== 0) return order;
  }
  return a.length === b.length ? 0 : -1;
}

/** Members of a collection in the order in which they are compared: keys before values, as OPA compares objects. */
function parts(term: Term): readonly Term[] | undefined {
  switch (term.kind) {
    case 'array':
      return term.items;
    case 'set':
      return sortedItems(term.items);
    case 'object':
      return sortedEntries(term.entries).flat();
    case 'constant':
      return constantParts(term.value, term.at);
    default:
      return undefined;
  }
}

function constantParts(value: Value, at: number): readonly Term[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isArray(value)) return value.map((item) => termOf(item, at));
  if (value.kind === 'set') return value.items().map((item) => termOf(item, at));
  if (value.kind === 'object') return value.entries().flatMap((entry) => entry.map((part) => termOf(part, at)));
  return undefined;
}

/** Comprehensions and templates: by what they collect, then expression by expression. */
function compareClosures(a: Term, b: Term): number {
  return compareLists(collected(a), collected(b)) || compareBodies(bodyOf(a), bodyOf(b));
}

function collected(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'array-comprehension':
    case 'set-comprehension':
      return [term.term];
    case 'object-comprehension':
      return [term.key, term.value];
    default:
      return [];
  }
}

function bodyOf(term: Term): Body {
  if ('body' in term) return term.body;
  return term.kind === 'template' ? term.parts.map(asExpr) : [];
}

function asExpr(part: Constant | Expr): Expr {
  if (part.kind !== 'constant') return part;
  return { kind: 'term-expr', term: part, with: [], negated: false, generated: false, at: part.at, end: part.at };
}

function compareBodies(a: Body, b: Body): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    const order = right ? compareExprs(left, right) : 1;
    if (order !== 0) return order;
  }
  return a.length === b.length ? 0 : -1;
}

function compareExprs(a: Expr, b: Expr): number {
  const kinds = exprKinds.indexOf(a.kind) - exprKinds.indexOf(b.kind);
  const withs = (expr: Expr): readonly Term[] => expr.with.flatMap(({ target, value }) => [target, value]);
  return (
    Number(a.negated) - Number(b.negated) ||
    kinds ||
    compareLists(exprTerms(a), exprTerms(b)) ||
    compareBodies(nestedBodies(a), nestedBodies(b)) ||
    compareLists(withs(a), withs(b))
  );
}

const exprKinds: readonly Expr['kind'][] = ['term-expr', 'call-expr', 'some', 'every', 'and', 'or', 'not'];

function exprTerms(expr: Expr): readonly Term[] {
  switch (expr.kind) {
    case 'term-expr':
      return [expr.term];
    case 'call-expr':
      return [expr.operator, ...expr.args];
    case 'some':
      return expr.symbols;
    case 'every':
      return [...(expr.key ? [expr.key] : []), expr.value, expr.domain];
    default:
      return [];
  }
}

function nestedBodies(expr: Expr): Body {
  switch (expr.kind) {
    case 'every':
    case 'not':
      return expr.body;
    case 'and':
    case 'or':
      return [...expr.left, ...expr.right];
    default:
      return [];
  }
}

const ranks = {
  null: 0,
  boolean: 1,
  number: 2,
  string: 3,
  template: 4,
  var: 5,
  ref: 6,
  array: 7,
  object: 8,
  set: 9,
  'array-comprehension': 10,
  'object-comprehension': 11,
  'set-comprehension': 12,
  call: 13,
} as const;

function rank(term: Term): number {
  return term.kind === 'constant' ? ranks[typeOf(term.value)] : ranks[term.kind];
}
