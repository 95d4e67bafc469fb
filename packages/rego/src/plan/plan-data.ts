// SPDX-License-Identifier: Apache-2.0
import type { RuleNode } from '../compiler/module-set.ts';
import { baseAt, extentOf, isMasked } from '../eval/document.ts';
import { lookUp, lookUpBase, lookUpPath } from '../eval/look-up.ts';
import type { Run } from '../eval/run.ts';
import type { Ref, Term } from '../syntax/ast.ts';
import { isObject, type Value } from '../value/value.ts';
import type { Frame, Getter, Step, Visit } from './node.ts';
import { followParts, forEachMember, type PathPart, planPart } from './plan-path.ts';
import { isBound, planGetter } from './plan-term.ts';
import type { Planner } from './planner.ts';
import type { PlanScope } from './scope.ts';

/**
 * References into data. As far as a path is constant it is followed when the plan is made; it ends at rules, at base
 * data, or at a place where both may lie and the rest is found out while running.
 */
interface Start {
  readonly node: RuleNode | undefined;
  /** Parts of the path that were followed. */
  readonly followed: number;
}

export function planDataGetter(ref: Ref, scope: PlanScope): Getter {
  const { planner } = scope;
  const start = findStart(ref.path, planner.set.root);
  const rest = ref.path.slice(start.followed).map((part) => planGetter(part, scope));
  const { node } = start;
  if (!node) return planBaseGetter(ref.path, scope);
  if (node.entries.length > 0) return planRuleGetter(node, rest, planner);
  if (rest.length === 0) return (run) => extentOf(run, node, baseAt(run, node), planner);
  const parts = rest.map((get): PathPart => ({ kind: 'key', get, constant: undefined }));
  let found: Value | undefined;
  const walk = planWalk(parts, planner, (_run, _frame, value) => {
    found = value;
    return true;
  });
  return (run, frame) => {
    found = undefined;
    walk(run, frame, node, baseAt(run, node));
    const value = found;
    found = undefined;
    return value;
  };
}

export function planDataVisit(ref: Ref, scope: PlanScope): (visit: Visit) => Step {
  const { planner } = scope;
  const start = findStart(ref.path, planner.set.root);
  const { node } = start;
  const bound = countBound(ref.path.slice(start.followed), scope);
  const parts = ref.path.slice(start.followed).map((part) => planPart(part, scope));
  if (node && node.entries.length === 0) {
    return (visit) => {
      const walk = planWalk(parts, planner, visit);
      return (run, frame) => walk(run, frame, node, baseAt(run, node));
    };
  }
  const keys = parts.slice(0, bound).flatMap((part) => (part.kind === 'key' ? [part.get] : []));
  const head = node
    ? planRuleGetter(node, keys, planner)
    : planBaseGetter(ref.path.slice(0, start.followed + bound), scope);
  return (visit) => {
    const follow = followParts(parts.slice(bound), visit);
    return (run, frame) => {
      const value = head(run, frame);
      return value !== undefined && follow(run, frame, value);
    };
  };
}

/** Goes down the tree of rules as long as the path is constant. Without a node nothing but base data can be meant. */
function findStart(path: readonly Term[], root: RuleNode): Start {
  let node = root;
  for (let at = 0; at < path.length; at++) {
    const part = path[at];
    if (node.entries.length > 0 || part?.kind !== 'constant') return { node, followed: at };
    const child = node.children.get(part.value);
    if (!child) return { node: undefined, followed: at };
    node = child;
  }
  return { node, followed: path.length };
}

function countBound(path: readonly Term[], scope: PlanScope): number {
  const first = path.findIndex((part) => !isBound(part, scope));
  return first < 0 ? path.length : first;
}

function planBaseGetter(path: readonly Term[], scope: PlanScope): Getter {
  const keys = path.map((part) => planGetter(part, scope));
  const constants = path.map((part) => (part.kind === 'constant' ? part.value : undefined));
  if (constants.every((key) => typeof key === 'string'))
    return (run) => lookUpPath(run.baseAt(constants[0]), constants);
  return (run, frame) => {
    let value: Value | undefined = run.baseAt(constants[0]);
    for (let at = 0; value !== undefined && at < keys.length; at++) {
      const key = keys[at]?.(run, frame);
      value = key === undefined ? undefined : lookUpBase(value, key);
    }
    return value;
  };
}

function planRuleGetter(node: RuleNode, keys: readonly Getter[], planner: Planner): Getter {
  return (run, frame) => {
    if (isMasked(run, node)) return follow(run, frame, baseAt(run, node), keys);
    const plan = planner.plan(node);
    if (keys.length > 0 && plan.member) return memberOf(run, frame, plan.member, keys);
    return keys.length === 0 ? plan.value(run) : follow(run, frame, plan.value(run), keys);
  };
}

function memberOf(
  run: Run,
  frame: Frame,
  member: (run: Run, keys: readonly Value[]) => Value | undefined,
  getters: readonly Getter[],
): Value | undefined {
  const keys: Value[] = [];
  for (const get of getters) {
    const key = get(run, frame);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return member(run, keys);
}

function follow(run: Run, frame: Frame, from: Value | undefined, keys: readonly Getter[]): Value | undefined {
  let value = from;
  for (let at = 0; value !== undefined && at < keys.length; at++) {
    const key = keys[at]?.(run, frame);
    value = key === undefined ? undefined : lookUp(value, key);
  }
  return value;
}

/** A place in data: the rules there, and the base document there. */
type Walk = (run: Run, frame: Frame, node: RuleNode | undefined, base: Value | undefined) => boolean;

function planWalk(parts: readonly PathPart[], planner: Planner, visit: Visit): Walk {
  const [part, ...others] = parts;
  if (!part) {
    return (run, frame, node, base) => {
      const value = node ? extentOf(run, node, base, planner) : base;
      return value !== undefined && visit(run, frame, value);
    };
  }
  const next = planWalk(others, planner, visit);
  const plain = followParts(others, visit);
  const enter = (run: Run, frame: Frame, key: Value, node: RuleNode | undefined, base: Value | undefined): boolean => {
    const child = node?.children.get(key);
    const below = base === undefined ? undefined : lookUpBase(base, key);
    if (!child || isMasked(run, child)) return below !== undefined && plainOrNext(run, frame, below);
    if (child.entries.length === 0) return next(run, frame, child, below);
    const value = planner.plan(child).value(run);
    return value !== undefined && plain(run, frame, value);
  };
  const plainOrNext = (run: Run, frame: Frame, value: Value): boolean => plain(run, frame, value);
  if (part.kind === 'key') {
    return (run, frame, node, base) => {
      const key = part.get(run, frame);
      return key !== undefined && enter(run, frame, key, node, base);
    };
  }
  const bind =
    part.kind === 'any'
      ? (_run: Run, frame: Frame, key: Value): boolean => {
          frame[part.slot] = key;
          return true;
        }
      : part.match;
  return (run, frame, node, base) => {
    const each = (key: Value): boolean => bind(run, frame, key) && enter(run, frame, key, node, base);
    if (base !== undefined && forEachMember(run, base, each)) return true;
    for (const key of virtualKeys(node, base)) if (each(key)) return true;
    return false;
  };
}

function virtualKeys(node: RuleNode | undefined, base: Value | undefined): readonly Value[] {
  const keys = [...(node?.children.keys() ?? [])];
  return base !== undefined && isObject(base) ? keys.filter((key) => !base.has(key)) : keys;
}
