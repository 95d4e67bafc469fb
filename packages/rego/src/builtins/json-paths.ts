// SPDX-License-Identifier: Apache-2.0
import { ObjectBuilder, type RegoObject } from '../value/object.ts';
import { print } from '../value/print.ts';
import { SetBuilder } from '../value/set.ts';
import { isArray, isObject, isSet, typeOf, type Value } from '../value/value.ts';
import type { BuiltinContext, Family } from './builtin.ts';
import { binary, object, refuse, wrongType } from './operands.ts';

export const jsonPaths: Family = {
  'json.filter': binary(object, pathTree, (value, tree, context) => filtered(value, tree, context)),
  'json.remove': binary(object, pathTree, (value, tree, context) => removed(value, tree, context)),
};

/** Paths put together by their common steps; `leaf` stands where a path ends. */
type Tree = 'leaf' | ValueMap;
type ValueMap = { readonly children: Map<string, readonly [Value, Tree]> };

function pathTree(value: Value, position: number): ValueMap {
  if (!isArray(value) && !isSet(value)) return wrongType(position, value, ['set', 'array']);
  const root: ValueMap = { children: new Map() };
  for (const path of isArray(value) ? value : value.items()) insert(root, parsePath(path));
  return root;
}

/** A path as JSON pointer (`a/b`, with or without a slash before it) or as the array of its steps. */
export function parsePath(path: Value): readonly Value[] {
  if (isArray(path)) return path;
  if (typeof path !== 'string') {
    return refuse(
      2,
      `must be one of {set, array} containing string paths or array of path segments but got ${typeOf(path)}`,
    );
  }
  if (path === '') return [];
  const steps = path.replace(/^\/+/, '').split('/');
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function insert(root: ValueMap, path: readonly Value[]): void {
  let node = root;
  for (const [at, step] of path.entries()) {
    const key = keyOf(step);
    const known = node.children.get(key)?.[1];
    // A shorter path covers all that are longer.
    if (known === 'leaf') return;
    if (at === path.length - 1) node.children.set(key, [step, 'leaf']);
    else {
      const next: ValueMap = known ?? { children: new Map() };
      if (!known) node.children.set(key, [step, next]);
      node = next;
    }
  }
}

function keyOf(step: Value): string {
  return typeof step === 'string' ? `"${step}` : print(step);
}

function childOf(tree: ValueMap, step: Value): Tree | undefined {
  return tree.children.get(keyOf(step))?.[1];
}

function filtered(value: Value, tree: Tree | undefined, context: BuiltinContext): Value | undefined {
  if (tree === 'leaf' || tree === undefined) return tree && value;
  context.tick(1);
  if (isObject(value)) return filteredObject(value, tree, context);
  if (isArray(value)) {
    const kept = value.map((item, at) => filtered(item, childOf(tree, String(at)), context));
    return kept.filter((item) => item !== undefined);
  }
  if (!isSet(value)) return value;
  const kept = new SetBuilder();
  for (const item of value.items()) {
    const rest = filtered(item, childOf(tree, item), context);
    if (rest !== undefined) kept.add(rest);
  }
  return kept.build();
}

function filteredObject(value: RegoObject, tree: ValueMap, context: BuiltinContext): Value {
  const kept = new ObjectBuilder();
  // The fewer of members and paths are gone through.
  const steps = tree.children.size < value.size ? [...tree.children.values()].map(([step]) => step) : value.keys();
  for (const step of steps) {
    const member = value.get(step);
    const rest = member === undefined ? undefined : filtered(member, childOf(tree, step), context);
    if (rest !== undefined) kept.set(step, rest);
  }
  return kept.build();
}

function removed(value: Value, tree: Tree | undefined, context: BuiltinContext): Value | undefined {
  if (tree === 'leaf') return undefined;
  if (tree === undefined) return value;
  context.tick(1);
  if (isArray(value)) {
    return value
      .map((item, at) => removed(item, childOf(tree, String(at)), context))
      .filter((item) => item !== undefined);
  }
  if (isObject(value)) {
    const kept = new ObjectBuilder();
    for (const [key, member] of value.entries()) {
      const rest = removed(member, childOf(tree, key), context);
      if (rest !== undefined) kept.set(key, rest);
    }
    return kept.build();
  }
  if (!isSet(value)) return value;
  const kept = new SetBuilder();
  for (const item of value.items()) {
    const rest = removed(item, childOf(tree, item), context);
    if (rest !== undefined) kept.add(rest);
  }
  return kept.build();
}
