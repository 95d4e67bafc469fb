// SPDX-License-Identifier: Apache-2.0
import { testPath } from './compiler/test-rules.ts';
import { RegoError } from './error.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import { type Location, locate } from './location.ts';
import type { Policy } from './policy.ts';
import type { Module, Rule } from './syntax/ast.ts';
import { printPath } from './syntax/print.ts';
import { toJson } from './value/json.ts';
import type { RegoObject } from './value/object.ts';
import { isArray, isObject, type Value } from './value/value.ts';

export interface TestOptions extends EvaluateOptions {
  readonly data?: RegoObject;
  /** Runs only tests whose full name, `data.pkg.test_name`, matches. */
  readonly matches?: (name: string) => boolean;
  /** Milliseconds on a clock that only goes forward, for durations and the limit of each test. */
  readonly clock: () => number;
  /** Milliseconds a test may take; five seconds unless told otherwise, as `opa test` has it. */
  readonly timeout?: number;
}

export interface TestResult {
  readonly location: Location;
  /** Such as `data.lib.strings_test`. */
  readonly package: string;
  readonly name: string;
  readonly outcome: 'pass' | 'fail' | 'error' | 'skip';
  readonly error?: RegoError;
  readonly milliseconds: number;
  /** What the test printed. */
  readonly output: string;
  /** One result for each case of a test with parameters. */
  readonly cases: readonly CaseResult[];
}

export interface CaseResult {
  readonly name: string;
  readonly fail: boolean;
  readonly cases: readonly CaseResult[];
}

/**
 * Runs the tests of a policy that was compiled with `tests: true`, one after the other in the order of the modules;
 * each sees only its own evaluation.
 */
export function* runTests(policy: Policy, options: TestOptions): Generator<TestResult> {
  for (const module of policy.modules) {
    for (const rule of module.rules) {
      const path = testPath(rule);
      if (!path || !(options.matches?.(printPath([...module.package.path, ...path])) ?? true)) continue;
      yield runTest(policy, module, rule, path, options);
    }
  }
}

function runTest(
  policy: Policy,
  module: Module,
  rule: Rule,
  path: readonly string[],
  options: TestOptions,
): TestResult {
  const output: string[] = [];
  const announced: Value[] = [];
  const start = options.clock();
  const about = {
    location: locate(module.source, rule.at),
    package: printPath(module.package.path),
    name: printPath(path),
  };
  const finish = (outcome: TestResult['outcome'], rest: Partial<TestResult> = {}): TestResult => ({
    ...about,
    outcome,
    cases: [],
    milliseconds: options.clock() - start,
    output: output.map((text) => `${text}\n`).join(''),
    ...rest,
  });
  if (path.at(-1)?.startsWith('todo_')) return finish('skip');
  const evaluation = evaluate(policy, options.data ? { data: options.data } : {}, {
    ...options,
    deadline: { clock: options.clock, until: start + (options.timeout ?? 5_000) },
    print: (text) => output.push(text),
    testCase: (names) => announced.push(names),
  });
  try {
    const value = evaluation.value([...module.package.path.slice(1), ...path]);
    if (rule.head.ref.path.length < path.length) return finish(value === true ? 'pass' : 'fail');
    const cases = caseResults(value, announced);
    return finish(value === undefined || cases.some(({ fail }) => fail) ? 'fail' : 'pass', { cases });
  } catch (thrown) {
    if (thrown instanceof RegoError) return finish('error', { error: thrown });
    throw thrown;
  }
}

interface Draft {
  fail: boolean;
  readonly cases: Map<string, Draft>;
}

/** Cases that gave a value, and those that were announced and gave none. */
function caseResults(value: Value | undefined, announced: readonly Value[]): readonly CaseResult[] {
  const drafts = draftsOf(value);
  for (const names of announced) if (isArray(names)) markAnnounced(drafts, names.map(caseName));
  return finished(drafts);
}

function draftsOf(value: Value | undefined): Map<string, Draft> {
  const drafts = new Map<string, Draft>();
  if (value === undefined || !isObject(value)) return drafts;
  for (const [key, member] of value.entries()) {
    const cases = draftsOf(member);
    const fail = isObject(member) ? [...cases.values()].some((inner) => inner.fail) : member !== true;
    drafts.set(caseName(key), { fail, cases });
  }
  return drafts;
}

function markAnnounced(drafts: Map<string, Draft>, names: readonly string[]): boolean {
  const [name, ...rest] = names;
  if (name === undefined) return true;
  let draft = drafts.get(name);
  if (!draft) {
    draft = { fail: true, cases: new Map() };
    drafts.set(name, draft);
  }
  if (rest.length > 0 && markAnnounced(draft.cases, rest)) draft.fail = true;
  return draft.fail;
}

function finished(drafts: ReadonlyMap<string, Draft>): readonly CaseResult[] {
  return [...drafts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { fail, cases }]) => ({ name, fail, cases: finished(cases) }));
}

function caseName(value: Value): string {
  return typeof value === 'string' ? value : toJson(value);
}
