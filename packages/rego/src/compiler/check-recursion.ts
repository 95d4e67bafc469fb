// SPDX-License-Identifier: Apache-2.0
import { errorAt } from '../error.ts';
import { type BranchEdges, type Dependencies, dependenciesOf } from './dependencies.ts';
import { ruleText } from './doubtful-edge.ts';
import type { RuleEntry } from './module-set.ts';
import type { CompileContext } from './stages.ts';

/**
 * Refuses rules that need themselves, each by its own row. References with variables count for every rule they could
 * mean, unless the variable's few possible values are known.
 */
export function checkRecursion(context: CompileContext): void {
  const graph = dependenciesOf(context);
  const suspects = inCycles(graph);
  for (const entry of suspects) {
    for (const branch of graph.get(entry) ?? []) {
      const path = pathToItself(branch, entry, graph);
      if (!path) continue;
      const steps = path.entries.map(ruleText).join(' -> ');
      const verb = path.sure ? 'is' : 'may be';
      const doubts = path.doubts.length > 0 ? ` (${path.doubts.join('; ')})` : '';
      const message = `rule ${ruleText(entry)} ${verb} recursive: ${steps}${doubts}`;
      context.errors.push(errorAt(entry.module.source, branchAt(branch), 'rego_recursion_error', message));
    }
  }
}

function branchAt({ branch }: BranchEdges): number {
  return branch.rule === branch.entry.rule ? branch.entry.written.at : branch.rule.at;
}

/** Rules that remain when those that need no other are taken away, again and again: nearly always none. */
function inCycles(graph: Dependencies): readonly RuleEntry[] {
  const waiting = new Map<RuleEntry, number>();
  const dependents = new Map<RuleEntry, RuleEntry[]>();
  for (const [entry, branches] of graph) {
    const needed = new Set(branches.flatMap(({ edges }) => edges.map(({ to }) => to)));
    waiting.set(entry, needed.size);
    for (const to of needed) dependents.set(to, [...(dependents.get(to) ?? []), entry]);
  }
  const free = [...graph.keys()].filter((entry) => waiting.get(entry) === 0);
  for (const entry of free) {
    waiting.delete(entry);
    for (const dependent of dependents.get(entry) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1;
      waiting.set(dependent, left);
      if (left === 0) free.push(dependent);
    }
  }
  return [...graph.keys()].filter((entry) => waiting.has(entry));
}

interface Path {
  readonly entries: readonly RuleEntry[];
  readonly sure: boolean;
  /** What must hold for the references that are not sure. */
  readonly doubts: readonly string[];
}

/** The shortest way from a branch back to its rule; one without doubtful references if there is one. */
function pathToItself(start: BranchEdges, entry: RuleEntry, graph: Dependencies): Path | undefined {
  const sure = search(start, entry, graph, true);
  if (sure) return { entries: sure, sure: true, doubts: [] };
  const any = search(start, entry, graph, false);
  return any && { entries: any, sure: false, doubts: doubtsOf(any, start, graph) };
}

function doubtsOf(path: readonly RuleEntry[], start: BranchEdges, graph: Dependencies): readonly string[] {
  return path.slice(1).flatMap((to, index) => {
    const from = index === 0 ? [start] : (graph.get(path[index] ?? to) ?? []);
    const edges = from.flatMap((branch) => branch.edges).filter((edge) => edge.to === to);
    return edges.some(({ sure }) => sure) ? [] : (edges[0]?.doubt?.(start.branch.entry) ?? []);
  });
}

function search(
  start: BranchEdges,
  goal: RuleEntry,
  graph: Dependencies,
  onlySure: boolean,
): readonly RuleEntry[] | undefined {
  const cameFrom = new Map<RuleEntry, RuleEntry | undefined>();
  const queue: RuleEntry[] = [];
  const follow = (branches: readonly BranchEdges[], from: RuleEntry | undefined): RuleEntry | undefined | 'found' => {
    for (const { edges } of branches) {
      for (const { to, sure } of edges) {
        if (onlySure && !sure) continue;
        if (to === goal) return 'found';
        if (cameFrom.has(to)) continue;
        cameFrom.set(to, from);
        queue.push(to);
      }
    }
    return undefined;
  };
  if (follow([start], undefined) === 'found') return [goal, goal];
  for (const next of queue) {
    if (follow(graph.get(next) ?? [], next) === 'found') return [goal, ...walkBack(next, cameFrom), goal];
  }
  return undefined;
}

function walkBack(from: RuleEntry, cameFrom: ReadonlyMap<RuleEntry, RuleEntry | undefined>): readonly RuleEntry[] {
  const path: RuleEntry[] = [];
  for (let step: RuleEntry | undefined = from; step; step = cameFrom.get(step)) path.unshift(step);
  return path;
}
