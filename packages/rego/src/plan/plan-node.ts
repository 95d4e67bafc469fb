// SPDX-License-Identifier: Apache-2.0
import { isFunctionNode, type RuleEntry, type RuleNode } from '../compiler/module-set.ts';
import type { Run } from '../eval/run.ts';
import type { Rule } from '../syntax/ast.ts';
import { equal } from '../value/compare.ts';
import { SetBuilder } from '../value/set.ts';
import type { Value } from '../value/value.ts';
import { type NodePlan, once, remembered } from './once.ts';
import { planPartialObject } from './plan-partial-object.ts';
import { conflictOf, planRuleValue, planSolutions, type RuleValue } from './plan-rule.ts';
import { planGetter } from './plan-term.ts';
import type { Planner } from './planner.ts';

export function planNode(node: RuleNode, planner: Planner): NodePlan {
  if (isFunctionNode(node)) return planFunction(node, planner);
  if (node.entries.some(({ dynamic }) => dynamic)) return planPartialObject(node, planner);
  const [first] = node.entries;
  if (first?.written.head.key && !first.written.head.value) return { value: once(node, planSet(node, planner)) };
  return { value: once(node, planComplete(node, planner)) };
}

function planComplete(node: RuleNode, planner: Planner): (run: Run) => Value | undefined {
  const value = planEntries(node, planner);
  return (run) => value(run, []);
}

function planFunction(node: RuleNode, planner: Planner): NodePlan {
  const compute = planEntries(node, planner);
  return {
    value: () => undefined,
    call: (run, args) => {
      const key = args.length === 1 ? (args[0] as Value) : args; // just counted
      return remembered(run, node, key, () => compute(run, args));
    },
  };
}

/** All rules of one name: they must agree; a default speaks when none of them does. */
function planEntries(node: RuleNode, planner: Planner): RuleValue {
  const rules = node.entries.filter(({ written }) => !written.default);
  const planned = rules.map((entry): PlannedEntry => ({ entry, value: undefined }));
  const fallback = node.entries.find(({ written }) => written.default);
  const sameConstant = haveOneConstant(rules);
  let planDefault: RuleValue | undefined;
  return (run, args) => {
    let result: Value | undefined;
    for (const each of planned) {
      each.value ??= planRuleValue(each.entry, planner);
      const value = each.value(run, args);
      if (value === undefined) continue;
      if (result !== undefined && !equal(result, value)) {
        throw conflictOf(each.entry, each.entry.written);
      }
      result = value;
      if (sameConstant) break;
    }
    if (result !== undefined || !fallback) return result;
    planDefault ??= planRuleValue(fallback, planner);
    return planDefault(run, args);
  };
}

/** Whether all rules and branches give the same constant: then the first that holds decides. */
function haveOneConstant(entries: readonly RuleEntry[]): boolean {
  let found: Value | undefined;
  for (const { written } of entries) {
    for (let rule: Rule | undefined = written; rule; rule = rule.else) {
      const { value } = rule.head;
      if (value?.kind !== 'constant' || (found !== undefined && !equal(found, value.value))) return false;
      found = value.value;
    }
  }
  return found !== undefined;
}

interface PlannedEntry {
  readonly entry: RuleEntry;
  value: RuleValue | undefined;
}

function planSet(node: RuleNode, planner: Planner): (run: Run) => Value | undefined {
  let builder = new SetBuilder();
  let solutions: readonly ((run: Run) => void)[] | undefined;
  return (run) => {
    solutions ??= node.entries.map((entry) =>
      planSolutions(entry, planner, (scope, rule) => {
        const get = planGetter(rule.head.key ?? { kind: 'constant', value: true, at: rule.at }, scope);
        return (state, frame) => {
          const member = get(state, frame);
          if (member !== undefined) {
            state.budget.value();
            builder.add(member);
          }
          return false;
        };
      }),
    );
    const outer = builder;
    builder = new SetBuilder();
    for (const solve of solutions) solve(run);
    const built = builder.build();
    builder = outer;
    return built;
  };
}
