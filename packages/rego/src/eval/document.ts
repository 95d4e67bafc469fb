// SPDX-License-Identifier: Apache-2.0
import type { RuleNode } from '../compiler/module-set.ts';
import type { NodePlan } from '../plan/once.ts';
import { compare } from '../value/compare.ts';
import { ObjectBuilder, type RegoObject } from '../value/object.ts';
import { isObject, type Value } from '../value/value.ts';
import { lookUpPath } from './look-up.ts';
import type { Run } from './run.ts';

/** Gives the plan of a node; the planner is one. */
interface Plans {
  plan(node: RuleNode): NodePlan;
}

/** `data.system` configures OPA itself and is left out when all of data is asked for. */
const hidden = 'system';

/** Whether `with` shows base data in place of a node's rules. */
export function isMasked(run: Run, node: RuleNode): boolean {
  return run.scope.masked?.has(node.id) ?? false;
}

/** The base document at the place of a node. */
export function baseAt(run: Run, node: RuleNode): Value | undefined {
  return lookUpPath(run.baseAt(node.path[1]), node.path.slice(1));
}

/** Everything below a node: what its rules say merged with base data. */
export function extentOf(run: Run, node: RuleNode, base: Value | undefined, plans: Plans): Value | undefined {
  if (isMasked(run, node)) return base;
  const virtual = leavesOf(run, node, plans);
  if (base === undefined) return virtual;
  const shown = node.path.length === 1 && isObject(base) ? base.toBuilder().delete(hidden).build() : base;
  return merge(shown, virtual);
}

function leavesOf(run: Run, node: RuleNode, plans: Plans): RegoObject {
  const builder = new ObjectBuilder();
  for (const key of [...node.children.keys()].sort(compare)) {
    const child = node.children.get(key);
    if (!child || isMasked(run, child) || (node.path.length === 1 && key === hidden)) continue;
    const value = child.entries.length > 0 ? plans.plan(child).value(run) : leavesOf(run, child, plans);
    if (value !== undefined) builder.set(key, value);
  }
  run.budget.value(builder.size);
  return builder.build();
}

/** Objects are merged; where anything else meets, base data wins. */
function merge(base: Value, virtual: RegoObject): Value {
  if (!isObject(base)) return base;
  const builder = base.toBuilder();
  for (const [key, value] of virtual.entries()) {
    const below = base.get(key);
    if (below === undefined) builder.set(key, value);
    else if (isObject(value)) builder.set(key, merge(below, value));
  }
  return builder.build();
}
