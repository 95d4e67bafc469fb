// SPDX-License-Identifier: Apache-2.0
import { errorAt } from '../error.ts';
import { rowOf } from '../location.ts';
import type { Module, Ref } from '../syntax/ast.ts';
import { printPath, printRef } from '../syntax/print.ts';
import { entriesBelow, type RuleEntry, type RuleNode } from './module-set.ts';
import type { CompileContext } from './stages.ts';
import type { LocalNames } from './terms.ts';
import { writtenRef } from './written-ref.ts';

/**
 * Rules that cannot live together: different kinds of document at one place, a single value with rules below it, two
 * defaults, and a rule where another module has its package.
 */
export function checkConflicts(context: CompileContext): void {
  checkNode(context.set.root, context);
  checkPackages(context);
}

function checkNode(node: RuleNode, context: CompileContext): void {
  if (node.entries.length > 0) checkRules(node, context);
  for (const child of node.children.values()) checkNode(child, context);
}

function checkRules(node: RuleNode, context: CompileContext): void {
  const { entries } = node;
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last) return;
  const { names } = context;
  const name = ruleText(last, names);
  const below = conflictsBelow(node, names);
  const defaults = entries.filter(({ written }) => written.default);
  if (below.length > 0) {
    const list = below.map((entry) => `  rule ${ruleText(entry, names)} at ${place(entry)}`).join('\n');
    fail(first, `rule ${name} conflicts with:\n${list}`, context);
  } else if (areMixed(entries)) fail(first, `conflicting rules ${name} found`, context);
  else if (defaults.length > 1) {
    const places = defaults.map(place).join(', ');
    const [found] = defaults;
    const at = found?.module.package.at ?? 0;
    const source = (found ?? first).module.source;
    context.errors.push(errorAt(source, at, 'rego_type_error', `multiple default rules ${name} found at ${places}`));
  }
}

/** Rules below a rule: any below a ground one, functions below one with variables in its reference. */
function conflictsBelow(node: RuleNode, names: LocalNames): readonly RuleEntry[] {
  const all = [...node.children.values()].flatMap(entriesBelow);
  const isGround = node.entries.some(({ dynamic }) => !dynamic);
  const found = isGround ? all : all.filter(isFunction);
  const sorted = found.toSorted((a, b) => (ruleText(a, names) < ruleText(b, names) ? -1 : 1));
  // Of rules below each other the topmost is enough.
  return sorted.filter(
    (entry, index) => !sorted.some((other, at) => at < index && isPrefix(other.node.path, entry.node.path)),
  );
}

function isPrefix(shorter: RuleNode['path'], longer: RuleNode['path']): boolean {
  return shorter.length <= longer.length && shorter.every((part, index) => part === longer[index]);
}

function areMixed(entries: readonly RuleEntry[]): boolean {
  const isSet = ({ written }: RuleEntry): boolean => !written.head.value;
  const sets = entries.filter(isSet);
  const arities = new Set(entries.map(({ written }) => written.head.args?.length ?? 0));
  const complete = entries.some((entry) => !isSet(entry) && !entry.dynamic);
  const partial = entries.some((entry) => isSet(entry) || entry.dynamic);
  const bothSets = sets.some(({ dynamic }) => dynamic) && sets.some(({ dynamic }) => !dynamic);
  return (sets.length > 0 && sets.length < entries.length) || arities.size > 1 || (complete && partial) || bothSets;
}

function isFunction({ written }: RuleEntry): boolean {
  return (written.head.args?.length ?? 0) > 0;
}

/** A rule at a path that is another module's package. */
function checkPackages(context: CompileContext): void {
  const packages = Map.groupBy(context.set.modules, (module) => printPath(module.package.path));
  for (const entry of context.set.entries) {
    if (entry.dynamic || !entry.node.path.every((part) => typeof part === 'string')) continue;
    for (const other of packages.get(printPath(entry.node.path)) ?? []) {
      if (other === entry.module) continue;
      const home = printPath(other.package.path.slice(1));
      const message = `package ${home} conflicts with rule ${printRef(entry.written.head.ref)} defined at ${place(entry)}`;
      context.errors.push(errorAt(entry.module.source, entry.module.package.at, 'rego_type_error', message));
    }
  }
}

/** The reference of a rule with its package, variables as they were written. */
function ruleText({ module, written, rule }: RuleEntry, names: LocalNames): string {
  const { path: home } = module.package;
  const ref: Ref = writtenRef(rule.head.ref, names);
  const head = written.head.ref.head.kind === 'var' ? written.head.ref.head.name : '';
  return printRef({
    ...ref,
    head: { kind: 'var', name: home[0] ?? 'data', at: ref.at },
    path: [...[...home.slice(1), head].map((value) => ({ kind: 'constant' as const, value, at: ref.at })), ...ref.path],
  });
}

function place({ module, written }: RuleEntry): string {
  return rowText(module, written.at);
}

function rowText({ source }: Module, at: number): string {
  return source.file === '' ? `${rowOf(source, at)}` : `${source.file}:${rowOf(source, at)}`;
}

function fail(entry: RuleEntry, message: string, context: CompileContext): void {
  context.errors.push(errorAt(entry.module.source, entry.written.at, 'rego_type_error', message));
}
