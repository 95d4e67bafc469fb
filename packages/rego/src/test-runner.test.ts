// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { Coverage } from './coverage.ts';
import { parseModule } from './parse.ts';
import { testReport, testsToJson } from './test-report.ts';
import { runTests, type TestOptions } from './test-runner.ts';

const clock = (): number => 0;

function run(text: string, options: Partial<TestOptions> = {}, watch = false) {
  const policy = compile([parseModule('a_test.rego', `package a_test\n${text}`)], { tests: true, print: true, watch });
  return [...runTests(policy, { clock, ...options })];
}

describe('tests', () => {
  test('pass, fail, are skipped and err as opa test has it', () => {
    const text = `test_good if 1 == 1
test_bad if 1 == 2
test_false := false
todo_test_later if false
test_conflict := x if some x in [1, 2]
helper if true`;
    expect(run(text).map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'test_good pass',
      'test_bad fail',
      'test_false fail',
      'todo_test_later skip',
      'test_conflict error',
    ]);
  });

  test('of one name are run one by one', () => {
    expect(run('test_a if true\ntest_a if false').map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'test_a pass',
      'test_a#01 fail',
    ]);
  });

  test('can be chosen by their full name', () => {
    const chosen = run('test_a if true\ntest_b if true', { matches: (name) => /^data\.a_test\.test_b$/.test(name) });
    expect(chosen.map(({ name }) => name)).toEqual(['test_b']);
  });

  test('show what they print', () => {
    expect(run('test_a if { print("x is", input.x); 1 == 2 }')[0]?.output).toBe('x is <undefined>\n');
  });

  test('with parameters tell which case failed, even where it gave no value', () => {
    const text = `test_sum[tc.note] if {
  some tc in [{"note": "good", "x": 1, "want": 2}, {"note": "bad", "x": 2, "want": 2}]
  got := tc.x + 1
  got == tc.want
}`;
    const [result] = run(text);
    expect(result?.outcome).toBe('fail');
    expect(result?.cases.map(({ name, fail }) => [name, fail])).toEqual([
      ['bad', true],
      ['good', false],
    ]);
  });

  test('that take too long are errors', () => {
    let now = 0;
    const slow = 'test_a if count([1 | some x in numbers.range(1, 1000); some y in numbers.range(1, 1000)]) == 1';
    const [result] = run(slow, { clock: () => now++, timeout: 2 });
    expect(result?.error?.code).toBe('eval_cancel_error');
  });
});

describe('the report', () => {
  const text = `test_good if { print("hello"); true }
test_bad if 1 == 2
todo_test_later if false
test_conflict := x if some x in [1, 2]
test_each[n] if {
  some n, x in {"one": 1, "two": 2}
  x == 1
}`;

  test('reads like that of opa test', () => {
    let now = 0;
    const report = testReport(run(text, { clock: () => now++ / 4 }), { verbose: true });
    expect(report.split('\n')).toEqual([
      'a_test.rego:2:',
      'data.a_test.test_good: PASS (250µs)',
      '',
      '  hello',
      '',
      'a_test.rego:3:',
      'data.a_test.test_bad: FAIL (250µs)',
      'a_test.rego:4:',
      'data.a_test.todo_test_later: SKIPPED',
      'a_test.rego:5:',
      'data.a_test.test_conflict: ERROR (250µs)',
      '  a_test.rego:5: eval_conflict_error: rule data.a_test.test_conflict produced conflicting values',
      'a_test.rego:6:',
      'data.a_test.test_each: FAIL (250µs)',
      '  one: PASS',
      '  two: FAIL',
      '-'.repeat(80),
      'PASS: 2/6',
      'FAIL: 2/6',
      'SKIPPED: 1/6',
      'ERROR: 1/6',
      '',
    ]);
  });

  test('leaves out what passed unless asked', () => {
    expect(testReport(run('test_good if true'))).toBe('PASS: 1/1\n');
  });

  test('has the members of opa test --format json', () => {
    const [good, bad, later] = JSON.parse(JSON.stringify(testsToJson(run(text))));
    expect(good).toEqual({
      location: { file: 'a_test.rego', row: 2, col: 1 },
      package: 'data.a_test',
      name: 'test_good',
      duration: 0,
      output: Buffer.from('hello\n').toString('base64'),
    });
    expect(bad.fail).toBe(true);
    expect(later.skip).toBe(true);
  });
});

describe('coverage', () => {
  test('counts the rows that were reached, and those that were not', () => {
    const coverage = new Coverage();
    const text = `test_a if {
  f(1) == 2
}

f(x) := y if {
  x == 1
  y := x + 1
} else := 3 if {
  x == 2
}

never := 1`;
    run(text, { reached: coverage.reached }, true);
    const policy = parseModule('a_test.rego', `package a_test\n${text}`);
    const report = coverage.report([policy]);
    // The modules differ as objects, so nothing of this one was reached.
    expect(report.covered_lines).toBe(0);
    const again = new Coverage();
    const compiled = compile([policy], { tests: true, watch: true });
    for (const result of runTests(compiled, { clock, reached: again.reached })) expect(result.outcome).toBe('pass');
    const found = again.report([policy]);
    expect(found.covered_lines).toBe(5);
    expect(found.files['a_test.rego']?.not_covered?.map(({ start }) => start.row)).toEqual([9, 10, 13, 13]);
    expect(found.coverage).toBe(62.5);
  });
});
