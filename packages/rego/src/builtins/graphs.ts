// SPDX-License-Identifier: Apache-2.0
import { equal } from '../value/compare.ts';
import type { RegoObject } from '../value/object.ts';
import { type RegoSet, SetBuilder } from '../value/set.ts';
import { isArray, isSet, type Value } from '../value/value.ts';
import type { BuiltinContext, Family } from './builtin.ts';
import { binary, object, wrongType } from './operands.ts';

export const graphs: Family = {
  'graph.reachable': binary(object, vertices, reachable),
  'graph.reachable_paths': binary(object, vertices, reachablePaths),
};

function vertices(value: Value, position: number): readonly Value[] {
  return neighbours(value) ?? wrongType(position, value, ['{array, set}']);
}

function neighbours(value: Value): readonly Value[] | undefined {
  if (isArray(value)) return value;
  return isSet(value) ? value.items() : undefined;
}

function reachable(graph: RegoObject, initial: readonly Value[], context: BuiltinContext): RegoSet {
  const reached = new SetBuilder();
  const open = [...initial];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    context.tick(1);
    const edges = reached.has(node) ? undefined : graph.get(node);
    if (edges === undefined) continue;
    reached.add(node);
    for (const next of neighbours(edges) ?? []) if (!reached.has(next)) open.push(next);
  }
  return reached.build();
}

/** Every path that ends at a node without edges, outside the graph, or before a node it already holds. */
function reachablePaths(graph: RegoObject, initial: readonly Value[], context: BuiltinContext): RegoSet {
  const paths = new SetBuilder();
  for (const root of initial) {
    const edges = graph.get(root);
    if (edges === undefined) continue;
    const next = neighbours(edges) ?? [];
    if (next.length === 0) paths.add([root]);
    const trail: Trail = { node: root, before: undefined, length: 1 };
    follow(
      graph,
      next.map((node) => ({ node, trail })),
      paths,
      context,
    );
  }
  return paths.build();
}

interface Trail {
  readonly node: Value;
  readonly before: Trail | undefined;
  readonly length: number;
}

interface Step {
  readonly node: Value;
  readonly trail: Trail;
}

function follow(graph: RegoObject, open: Step[], paths: SetBuilder, context: BuiltinContext): void {
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    context.tick(step.trail.length);
    const { node, trail } = step;
    const edges = graph.get(node);
    const seen = holds(trail, node);
    if (edges === undefined || seen) paths.add(nodesOf(trail));
    else {
      const longer: Trail = { node, before: trail, length: trail.length + 1 };
      const next = neighbours(edges) ?? [];
      if (next.length === 0) paths.add(nodesOf(longer));
      for (const one of next) open.push({ node: one, trail: longer });
    }
  }
}

function holds(trail: Trail, node: Value): boolean {
  for (let at: Trail | undefined = trail; at; at = at.before) if (equal(at.node, node)) return true;
  return false;
}

function nodesOf(trail: Trail): Value[] {
  const nodes: Value[] = [];
  for (let at: Trail | undefined = trail; at; at = at.before) nodes.push(at.node);
  return nodes.reverse();
}
