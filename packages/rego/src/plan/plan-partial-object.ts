// SPDX-License-Identifier: Apache-2.0
import { entriesBelow, type RuleEntry, type RuleNode } from '../compiler/module-set.ts';
import { constant } from '../compiler/terms.ts';
import { lookUpPath } from '../eval/look-up.ts';
import { conflict, type Run } from '../eval/run.ts';
import { isAbsent } from '../eval/scope.ts';
import type { Rule, Term } from '../syntax/ast.ts';
import { equal } from '../value/compare.ts';
import { ObjectBuilder } from '../value/object.ts';
import { SetBuilder } from '../value/set.ts';
import { ValueTable } from '../value/table.ts';
import type { Value } from '../value/value.ts';
import type { Getter, Step } from './node.ts';
import { type NodePlan, once, remembered } from './once.ts';
import { planKeyedSolutions, planSolutions } from './plan-rule.ts';
import { planGetter } from './plan-term.ts';
import type { Planner } from './planner.ts';
import type { PlanScope } from './scope.ts';

/**
 * Rules with variables in their reference, `p.q[x].r := y`, and everything below them: together they make one object,
 * whose leaves are values or sets.
 */
export function planPartialObject(node: RuleNode, planner: Planner): NodePlan {
  const entries = entriesBelow(node);
  let draft = new Draft();
  const collect = (entry: RuleEntry) => (scope: PlanScope, rule: Rule) =>
    planLeaf(entry, scope, rule, partsBelow(node, entry, rule), () => draft);
  let solutions: readonly ((run: Run) => void)[] | undefined;
  const within = (run: Run, solve: () => void): Value => {
    const outer = draft;
    draft = new Draft();
    solve();
    const built = draft.build();
    draft = outer;
    run.budget.step();
    return built;
  };
  const value = once(node, (run) => {
    solutions ??= entries.map((entry) => planSolutions(entry, planner, collect(entry)));
    return within(run, () => {
      for (const solve of solutions ?? []) solve(run);
    });
  });
  const keyed = new Map<number, readonly ((run: Run, keys: readonly Value[]) => void)[]>();
  const solveKeyed = (run: Run, keys: readonly Value[]): Value => {
    let plans = keyed.get(keys.length);
    if (!plans) {
      plans = entries.map((entry) => {
        planner.prepare(entry);
        const parts = partsBelow(node, entry, entry.rule).slice(0, keys.length);
        return planKeyedSolutions(entry, parts, planner, collect(entry));
      });
      keyed.set(keys.length, plans);
    }
    const chosen = plans;
    return within(run, () => {
      for (const solve of chosen) solve(run, keys);
    });
  };
  return { value, member: rememberMembers(node, value, solveKeyed) };
}

/** Answers from the whole object when it is known, else computes the part at the keys and remembers it. */
function rememberMembers(
  node: RuleNode,
  whole: (run: Run) => Value | undefined,
  solve: (run: Run, keys: readonly Value[]) => Value,
): (run: Run, keys: readonly Value[]) => Value | undefined {
  return (run, keys) => {
    const { scope } = run;
    const all = scope.settled?.get(node.id) ?? scope.values[node.id];
    if (all !== undefined && !isAbsent(all)) return lookUpPath(whole(run), keys);
    return remembered(run, node, keys, () => lookUpPath(solve(run, keys), keys));
  };
}

/** Parts of a rule's reference behind the node. */
function partsBelow(node: RuleNode, entry: RuleEntry, rule: Rule): readonly Term[] {
  const { ref } = rule.head;
  const name = ref.head.kind === 'var' ? ref.head.name : '';
  const all: readonly Term[] = [
    ...entry.module.package.path.map((part) => constant(part, 0)),
    constant(name, 0),
    ...ref.path,
  ];
  return all.slice(node.path.length);
}

/** Plans putting one solution of a rule in its place. */
function planLeaf(entry: RuleEntry, scope: PlanScope, rule: Rule, parts: readonly Term[], draft: () => Draft): Step {
  const path = parts.map((part) => planGetter(part, scope));
  const { head } = rule;
  const isSet = head.key !== undefined && head.value === undefined;
  const leaf = planGetter((isSet ? head.key : head.value) ?? constant(true, rule.at), scope);
  const { source } = entry.module;
  return (run, frame) => {
    const keys = valuesOf(path, run, frame);
    const value = leaf(run, frame);
    if (!keys || value === undefined) return false;
    run.budget.value();
    if (!draft().put(keys, value, isSet)) throw conflict('object keys must be unique', source, head.at);
    return false;
  };
}

function valuesOf(getters: readonly Getter[], ...state: Parameters<Getter>): readonly Value[] | undefined {
  const values: Value[] = [];
  for (const get of getters) {
    const value = get(...state);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** An object on its way: inner objects and sets stay open until all rules have spoken. */
class Draft {
  readonly #members = new ValueTable<Member>();

  /** False when something else lies at the place, above it or below it. */
  put(keys: readonly Value[], value: Value, isSet: boolean): boolean {
    const [key, ...rest] = keys;
    if (key === undefined) return false;
    const member = this.#members.get(key);
    if (rest.length > 0) {
      if (member !== undefined && member.kind !== 'inner') return false;
      const inner = member ?? { kind: 'inner', draft: new Draft() };
      if (!member) this.#members.set(key, inner);
      return inner.draft.put(rest, value, isSet);
    }
    if (isSet) return this.#add(key, member, value);
    if (member !== undefined) return member.kind === 'leaf' && equal(member.value, value);
    this.#members.set(key, { kind: 'leaf', value });
    return true;
  }

  build(): Value {
    const builder = new ObjectBuilder();
    for (const [key, member] of this.#members.entries()) builder.set(key, memberValue(member));
    return builder.build();
  }

  #add(key: Value, member: Member | undefined, value: Value): boolean {
    if (member !== undefined && member.kind !== 'set') return false;
    if (member) member.items.add(value);
    else this.#members.set(key, { kind: 'set', items: new SetBuilder().add(value) });
    return true;
  }
}

type Member =
  | { readonly kind: 'inner'; readonly draft: Draft }
  | { readonly kind: 'set'; readonly items: SetBuilder }
  | { readonly kind: 'leaf'; readonly value: Value };

function memberValue(member: Member): Value {
  switch (member.kind) {
    case 'leaf':
      return member.value;
    case 'set':
      return member.items.build();
    case 'inner':
      return member.draft.build();
  }
}
