// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Module, Ref, Rule, Term } from '../syntax/ast.ts';
import { printPath } from '../syntax/print.ts';
import { constant, equate, groundStrings, isGenerated, type LocalNames, reference, variable } from './terms.ts';
import { varsOfExpr, varsOfTerm } from './vars.ts';

/** Rules whose name begins with `test_` are tests, with `todo_test_` tests to skip. */
export function isTestName(name: string): boolean {
  return name.startsWith('test_') || name.startsWith('todo_test_');
}

/** Path of a test within its package, up to the part that makes it one; undefined for any other rule. */
export function testPath(rule: Rule): readonly string[] | undefined {
  const parts = groundStrings(rule.head.ref);
  const last = parts.findIndex(isTestName);
  return last < 0 ? undefined : parts.slice(0, last + 1);
}

/** Gives tests of one name numbers, `test_a`, `test_a#01`, because each is run by itself. */
export function separateTests(modules: readonly Module[]): readonly Module[] {
  const counts = new Map<string, number>();
  return modules.map((module) => {
    const rules = module.rules.map((rule) => {
      const path = testPath(rule);
      if (!path?.at(-1)?.startsWith('test_')) return rule;
      const key = printPath([...module.package.path, ...path]);
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      return count === 0 ? rule : renamed(rule, path, `#${String(count).padStart(2, '0')}`);
    });
    return rules.some((rule, at) => rule !== module.rules[at]) ? { ...module, rules } : module;
  });
}

function renamed(rule: Rule, path: readonly string[], suffix: string): Rule {
  const { ref } = rule.head;
  const at = path.length - 1;
  const name = `${path.at(-1)}${suffix}`;
  const changed: Ref =
    at === 0
      ? { ...ref, head: variable(name, ref.head.at) }
      : { ...ref, path: ref.path.map((part, index) => (index === at - 1 ? constant(name, part.at) : part)) };
  return { ...rule, head: { ...rule.head, ref: changed, name: at === 0 ? name : rule.head.name } };
}

/**
 * Lets a test with parameters, `test_concat[tc.note] if { some tc in … }`, say which case it is at as early as it
 * can: `internal.test_case([tc.note])` goes behind the first place where the names are known. A case that fails later
 * was then heard of.
 */
export function announceTestCase(rule: Rule, names: LocalNames): Rule {
  const path = testPath(rule);
  if (!path?.at(-1)?.startsWith('test_')) return rule;
  const { ref } = rule.head;
  const parts = ref.path.slice(path.length - 1);
  if (parts.length === 0) return rule;
  let body: Body = rule.body;
  let announceAt = 0;
  const named = parts.map((part): Term => {
    const known = part.kind === 'var' || part.kind === 'constant' ? part : variable(names.fresh(), part.at);
    if (known !== part) {
      const place = earliest(body, [...varsOfTerm(part)].filter(isGenerated));
      body = [...body.slice(0, place), equate(known, part), ...body.slice(place)];
    }
    return known;
  });
  for (const part of named) {
    if (part.kind === 'var') announceAt = Math.max(announceAt, earliest(body, [part.name]));
  }
  const call: Expr = {
    kind: 'call-expr',
    operator: reference(variable('internal', rule.at), [constant('test_case', rule.at)], rule.at),
    args: [{ kind: 'array', items: named, at: rule.at }],
    with: [],
    negated: false,
    generated: false,
    at: rule.at,
    end: rule.at,
  };
  const announced = [...body.slice(0, announceAt), call, ...body.slice(announceAt)];
  const head = { ...rule.head, ref: { ...ref, path: [...ref.path.slice(0, path.length - 1), ...named] } };
  return { ...rule, head, body: announced };
}

/** Index behind the expressions in which each variable is first seen. */
function earliest(body: Body, names: readonly string[]): number {
  const places = names.map((name) => body.findIndex((expr) => varsOfExpr(expr).has(name)) + 1);
  return Math.max(0, ...places);
}
