// SPDX-License-Identifier: Apache-2.0
import { constantPath, findNode, isFunctionNode, type RuleNode } from '../compiler/module-set.ts';
import { operatorName, rootOf } from '../compiler/terms.ts';
import { replaceAt } from '../eval/look-up.ts';
import type { Run } from '../eval/run.ts';
import { type Replacement, Scope } from '../eval/scope.ts';
import type { Term, With } from '../syntax/ast.ts';
import { emptyObject } from '../value/object.ts';
import { isObject } from '../value/value.ts';
import { type Frame, type Link, linkAll } from './node.ts';
import { planGetter } from './plan-term.ts';
import type { Planner } from './planner.ts';
import type { PlanScope } from './scope.ts';

/** Changes a scope that is being made; false when a value is undefined. */
type Change = (draft: Draft, run: Run, frame: Frame) => boolean;

interface Draft {
  input: Scope['input'];
  data: Scope['data'];
  masked: Set<number> | undefined;
  replacements: Map<string, Replacement> | undefined;
}

/** Plans expressions under `with`: they see changed documents, what comes behind them sees those of before. */
export function planWith(withs: readonly With[], inside: () => readonly Link[], scope: PlanScope): Link {
  const changes = withs.map((modifier) => planChange(modifier, scope));
  const links = inside();
  return (next) => {
    const enclosed = linkAll(links, (run, frame) => {
      const inner = run.scope;
      run.scope = inner.outer ?? inner;
      const stop = next(run, frame);
      run.scope = inner;
      return stop;
    });
    return (run, frame) => {
      const outer = run.scope;
      const changed = changedScope(run, frame, changes);
      if (!changed) return false;
      run.scope = changed;
      const stop = enclosed(run, frame);
      run.scope = outer;
      return stop;
    };
  };
}

function changedScope(run: Run, frame: Frame, changes: readonly Change[]): Scope | undefined {
  const { input, data, masked, replacements } = run.scope;
  const draft: Draft = {
    input,
    data,
    masked: masked && new Set(masked),
    replacements: replacements && new Map(replacements),
  };
  for (const change of changes) if (!change(draft, run, frame)) return undefined;
  return new Scope({ ...draft, outer: run.scope });
}

function planChange(modifier: With, scope: PlanScope): Change {
  const { target } = modifier;
  const { planner } = scope;
  const path = target.kind === 'ref' ? constantPath(target) : [];
  const root = rootOf(target);
  const node = root === 'data' ? findNode(planner.set.root, path) : undefined;
  if (target.kind === 'ref' && (root === undefined || isFunctionNode(node))) {
    return planReplacement(operatorName(target), modifier.value, scope);
  }
  const get = planGetter(modifier.value, scope);
  if (root === 'input') {
    return (draft, run, frame) => {
      const value = get(run, frame);
      if (value === undefined) return false;
      draft.input = replaceAt(draft.input, path.slice(1), value);
      return true;
    };
  }
  const covered = node ? idsBelow(node) : [];
  return (draft, run, frame) => {
    const value = get(run, frame);
    if (value === undefined) return false;
    const data = replaceAt(draft.data, path.slice(1), value);
    draft.data = isObject(data) ? data : emptyObject;
    draft.masked ??= new Set();
    for (const id of covered) draft.masked.add(id);
    return true;
  };
}

function planReplacement(name: string, value: Term, scope: PlanScope): Change {
  const replacing = value.kind === 'ref' ? functionName(value, scope.planner) : undefined;
  if (replacing !== undefined) {
    return (draft) => {
      draft.replacements ??= new Map();
      draft.replacements.set(name, { kind: 'function', name: replacing });
      return true;
    };
  }
  const get = planGetter(value, scope);
  return (draft, run, frame) => {
    const result = get(run, frame);
    if (result === undefined) return false;
    draft.replacements ??= new Map();
    draft.replacements.set(name, { kind: 'value', value: result });
    return true;
  };
}

/** Name of the function a reference means; undefined for a rule, whose value is the result. */
function functionName(ref: Extract<Term, { kind: 'ref' }>, planner: Planner): string | undefined {
  const name = operatorName(ref);
  if (planner.builtins.has(name)) return name;
  return isFunctionNode(findNode(planner.set.root, constantPath(ref))) ? name : undefined;
}

function idsBelow(node: RuleNode): readonly number[] {
  return [node.id, ...[...node.children.values()].flatMap(idsBelow)];
}
