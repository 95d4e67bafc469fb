// SPDX-License-Identifier: Apache-2.0
import { errorAt } from '../error.ts';
import type { Body, Expr, Ref, Rule, Term } from '../syntax/ast.ts';
import { print } from '../value/print.ts';
import type { Value } from '../value/value.ts';
import { entriesBelow, type RuleEntry, type RuleNode, ruleName } from './module-set.ts';
import type { CompileContext } from './stages.ts';
import { rootOf } from './terms.ts';

/** Refuses rules that need themselves. References with variables count for every rule they could mean. */
export function checkRecursion(context: CompileContext): void {
  const edges = new Map<RuleEntry, ReadonlySet<RuleEntry>>();
  for (const entry of context.set.entries) edges.set(entry, dependencies(entry, context.set.root));
  const reported = new Set<RuleEntry>();
  for (const entry of context.set.entries) {
    if (reported.has(entry)) continue;
    const path = pathToItself(entry, edges);
    if (!path) continue;
    for (const step of path) reported.add(step);
    const steps = [...path, entry].map(refText).join(' -> ');
    const reason = `rule ${refText(entry)} is recursive: ${steps}`;
    context.errors.push(errorAt(entry.module.source, entry.written.at, 'rego_recursion_error', reason));
  }
}

function dependencies(entry: RuleEntry, root: RuleNode): ReadonlySet<RuleEntry> {
  const found = new Set<RuleEntry>();
  refsOfRule(entry.rule, (ref) => {
    for (const other of entriesOfRef(ref, root)) found.add(other);
  });
  return found;
}

/** Every rule a reference to data could mean. */
export function entriesOfRef(ref: Ref, root: RuleNode): readonly RuleEntry[] {
  if (rootOf(ref) !== 'data') return [];
  const found: RuleEntry[] = [];
  descend(root, ref.path, 0, found);
  return found;
}

function descend(node: RuleNode, path: readonly Term[], at: number, found: RuleEntry[]): void {
  if (at >= path.length) {
    found.push(...entriesBelow(node));
    return;
  }
  for (const entry of node.entries) if (mayMean(entry, path, at)) found.push(entry);
  const part = path[at];
  if (part?.kind === 'constant') {
    const child = node.children.get(part.value);
    if (child) descend(child, path, at + 1, found);
    return;
  }
  for (const child of node.children.values()) descend(child, path, at + 1, found);
}

/** Compares the parts behind the node; only two different constants tell a reference from a rule. */
function mayMean(entry: RuleEntry, path: readonly Term[], at: number): boolean {
  const behind = entry.rule.head.ref.path.slice(entry.node.path.length - entry.module.package.path.length - 1);
  return behind.every((part, index) => {
    const wanted = path[at + index];
    return wanted?.kind !== 'constant' || part.kind !== 'constant' || wanted.value === part.value;
  });
}

function pathToItself(
  start: RuleEntry,
  edges: ReadonlyMap<RuleEntry, ReadonlySet<RuleEntry>>,
): readonly RuleEntry[] | undefined {
  const cameFrom = new Map<RuleEntry, RuleEntry | undefined>([[start, undefined]]);
  const queue = [start];
  for (const entry of queue) {
    for (const next of edges.get(entry) ?? []) {
      if (next === start) return walkBack(entry, cameFrom);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, entry);
      queue.push(next);
    }
  }
  return undefined;
}

function walkBack(from: RuleEntry, cameFrom: ReadonlyMap<RuleEntry, RuleEntry | undefined>): readonly RuleEntry[] {
  const path: RuleEntry[] = [];
  for (let step: RuleEntry | undefined = from; step; step = cameFrom.get(step)) path.unshift(step);
  return path;
}

function refText(entry: RuleEntry): string {
  const parts: string[] = [...entry.module.package.path, ruleName(entry.written)];
  const dynamic = entry.written.head.ref.path.map((part) => {
    if (part.kind === 'constant') return isIdentifier(part.value) ? `.${part.value}` : `[${print(part.value)}]`;
    return part.kind === 'var' ? `[${part.name}]` : '[_]';
  });
  return parts.join('.') + dynamic.join('');
}

function isIdentifier(value: Value): value is string {
  return typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value);
}

/** Calls back with every reference of a rule, called functions included. */
export function refsOfRule(rule: Rule, found: (ref: Ref) => void): void {
  for (const part of rule.head.ref.path) refsOfTerm(part, found);
  if (rule.head.key) refsOfTerm(rule.head.key, found);
  if (rule.head.value) refsOfTerm(rule.head.value, found);
  refsOfBody(rule.body, found);
  if (rule.else) refsOfRule(rule.else, found);
}

export function refsOfBody(body: Body, found: (ref: Ref) => void): void {
  for (const expr of body) refsOfExpr(expr, found);
}

function refsOfExpr(expr: Expr, found: (ref: Ref) => void): void {
  for (const { value } of expr.with) refsOfTerm(value, found);
  switch (expr.kind) {
    case 'term-expr':
      refsOfTerm(expr.term, found);
      return;
    case 'call-expr':
      found(expr.operator);
      for (const arg of expr.args) refsOfTerm(arg, found);
      return;
    case 'some':
      for (const symbol of expr.symbols) refsOfTerm(symbol, found);
      return;
    case 'every':
      refsOfTerm(expr.domain, found);
      refsOfBody(expr.body, found);
      return;
    case 'not':
      refsOfBody(expr.body, found);
      return;
    default:
      refsOfBody(expr.left, found);
      refsOfBody(expr.right, found);
  }
}

function refsOfTerm(term: Term, found: (ref: Ref) => void): void {
  switch (term.kind) {
    case 'ref':
      found(term);
      refsOfTerm(term.head, found);
      for (const part of term.path) refsOfTerm(part, found);
      return;
    case 'call':
      found(term.operator);
      for (const arg of term.args) refsOfTerm(arg, found);
      return;
    case 'array':
    case 'set':
      for (const item of term.items) refsOfTerm(item, found);
      return;
    case 'object':
      for (const [key, value] of term.entries) {
        refsOfTerm(key, found);
        refsOfTerm(value, found);
      }
      return;
    case 'array-comprehension':
    case 'set-comprehension':
      refsOfTerm(term.term, found);
      refsOfBody(term.body, found);
      return;
    case 'object-comprehension':
      refsOfTerm(term.key, found);
      refsOfTerm(term.value, found);
      refsOfBody(term.body, found);
  }
}
