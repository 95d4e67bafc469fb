// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { capturedIo } from '../src/captured-io.ts';
import { runCli } from '../src/cli.ts';
import { policyFolder } from './policy-folder.ts';
import { sluice, sluiceProcess } from './sluice.ts';

const policy = 'package main\n\nallow if input.user == "ann"\n\nother := 1\n';
const passing = `package main_test

import data.main

test_ann if {
	print("user", "ann")
	main.allow with input as {"user": "ann"}
}
`;
const failing = `${passing}
test_bob if main.allow with input as {"user": "bob"}

todo_test_eve if false

test_users[name] if {
	some name, ok in {"a": 1, "b": 2}
	ok == 1
}
`;

const withoutTimes = (text: string) => text.replaceAll(/\(\d[\d.]*(ns|µs|ms|s)\)/g, '(T)');

test('tests that pass end with 0 and their count, in the real process', async () => {
  const at = policyFolder({ 'main.rego': policy, 'main_test.rego': passing });
  expect(await sluiceProcess(['policy', 'test', at()])).toEqual({ exit: 0, out: 'PASS: 1/1\n', err: '' });
});

test('tests that fail are listed and end with 1', async () => {
  const at = policyFolder({ 'main.rego': policy, 'main_test.rego': failing });
  const run = await sluice(['policy', 'test', at()]);
  expect(run.exit).toBe(1);
  const file = at('main_test.rego');
  expect(withoutTimes(run.out)).toBe(`${file}:10:
data.main_test.test_bob: FAIL (T)
${file}:12:
data.main_test.todo_test_eve: SKIPPED
${file}:14:
data.main_test.test_users: FAIL (T)
  b: FAIL
${'-'.repeat(80)}
PASS: 2/5
FAIL: 2/5
SKIPPED: 1/5
`);
});

test('the JSON is that of opa test', async () => {
  const at = policyFolder({ 'main.rego': policy, 'main_test.rego': failing });
  const run = await sluice(['policy', 'test', '--format', 'json', at()]);
  expect(run).toMatchObject({ exit: 1, err: '' });
  const location = { file: at('main_test.rego'), col: 1 };
  const about = { package: 'data.main_test', duration: expect.any(Number) };
  expect(JSON.parse(run.out)).toEqual([
    { ...about, location: { ...location, row: 5 }, name: 'test_ann', output: btoa('user ann\n') },
    { ...about, location: { ...location, row: 10 }, name: 'test_bob', fail: true },
    { ...about, location: { ...location, row: 12 }, name: 'todo_test_eve', skip: true, duration: 0 },
    {
      ...about,
      location: { ...location, row: 14 },
      name: 'test_users',
      fail: true,
      sub_results: { a: { name: 'a' }, b: { name: 'b', fail: true } },
    },
  ]);
});

test('--verbose shows what passes and what it prints', async () => {
  const at = policyFolder({ 'main.rego': policy, 'main_test.rego': passing });
  const run = await sluice(['policy', 'test', '--verbose', at()]);
  expect(withoutTimes(run.out)).toContain('data.main_test.test_ann: PASS (T)\n\n  user ann\n\n');
});

test('--run chooses tests by a regular expression over their full name', async () => {
  const at = policyFolder({ 'main.rego': policy, 'main_test.rego': failing });
  expect(await sluice(['policy', 'test', '--run', '^data.main_test.test_a', at()])).toMatchObject({ exit: 0 });
  const none = await sluice(['policy', 'test', '--run', 'nothing', at()]);
  expect(none).toEqual({ exit: 0, out: '', err: 'warning No test was run.\n' });
  expect((await sluice(['policy', 'test', '--run', 'nothing', '--fail-on-empty', at()])).exit).toBe(1);
});

test('a skipped test does not pass, unless that is asked for', async () => {
  const at = policyFolder({ 'main.rego': policy, 'main_test.rego': failing });
  expect((await sluice(['policy', 'test', '-r', 'todo', at()])).exit).toBe(1);
  expect((await sluice(['policy', 'test', '-r', 'todo', '-z', at()])).exit).toBe(0);
});

test('--count repeats the tests', async () => {
  const at = policyFolder({ 'main.rego': policy, 'main_test.rego': passing });
  expect((await sluice(['policy', 'test', '--count', '2', at()])).out).toBe('PASS: 1/1\nPASS: 1/1\n');
});

test('coverage is a report, and a threshold above it ends with 1', async () => {
  const at = policyFolder({ 'main.rego': policy, 'main_test.rego': passing });
  const report = await sluice(['policy', 'test', '--coverage', at()]);
  expect(report.exit).toBe(0);
  expect(JSON.parse(report.out)).toMatchObject({ covered_lines: 4, not_covered_lines: 1, coverage: 80 });
  expect((await sluice(['policy', 'test', '--threshold', '80', at()])).exit).toBe(0);
  const below = await sluice(['policy', 'test', '--threshold', '80.1', at()]);
  expect(below).toMatchObject({ exit: 1, out: '' });
  expect(below.err).toContain('At least 80.10 % of the lines were expected to be covered, but 80.00 % are.');
});

test('a failing test hides the coverage', async () => {
  const at = policyFolder({ 'main.rego': policy, 'main_test.rego': failing });
  const run = await sluice(['policy', 'test', '--coverage', at()]);
  expect(run.exit).toBe(1);
  expect(run.out).not.toContain('covered');
});

test('a rule with two values is the error of its test', async () => {
  const at = policyFolder({ 'e_test.rego': 'package e\n\ntest_e if p == 1\n\np := 1\n\np := 2\n' });
  const run = await sluice(['policy', 'test', at()]);
  expect(run.exit).toBe(1);
  expect(run.out).toContain('data.e.test_e: ERROR');
  expect(run.out).toContain('eval_conflict_error');
  expect(run.out).toContain('ERROR: 1/1');
});

test('a test that loops is stopped by its own time', async () => {
  const loop = 'numbers.range(1, 99999)[_] + numbers.range(1, 99999)[_] + numbers.range(1, 99999)[_] < 0';
  const at = policyFolder({ 'l_test.rego': `package l\n\ntest_l if ${loop}\n\ntest_m if true\n` });
  const run = await sluice(['policy', 'test', '--timeout', '200ms', at()]);
  expect(run.exit).toBe(1);
  expect(run.out).toContain('The test was expected to end within 200ms, but did not; raise --timeout.');
  expect(run.out).toContain('PASS: 1/2\nERROR: 1/2\n');
});

test('colours are for a terminal', async () => {
  const at = policyFolder({ 'main.rego': policy, 'main_test.rego': passing });
  const io = capturedIo({});
  await runCli(['policy', 'test', at()], { ...io, stdout: { ...io.stdout, isTerminal: true } });
  expect(io.out()).toBe('\u001b[32mPASS\u001b[0m: 1/1\n');
});

test.each([
  [{ 'bad_test.rego': 'package bad\n\ntest_a if {' }, 2, 'rego_parse_error'],
  [{ 'bad_test.rego': 'package bad\n\ntest_a if nothing(1)' }, 2, 'undefined function nothing'],
  [{ 'data.json': '{}' }, 2, 'At least one .rego file was expected'],
])('a suite that cannot run is no failing test: %j', async (files, exit, sentence) => {
  const at = policyFolder(files);
  const run = await sluice(['policy', 'test', at()]);
  expect(run).toMatchObject({ exit, out: '' });
  expect(run.err).toContain(sentence);
});

test.each([
  [['--threshold', '101'], '--threshold expects a number from 0 to 100'],
  [['--count', '0'], '--count expects at least 1'],
  [['--run', '('], '--run expects a regular expression'],
  [['--max-errors', '11'], '--max-errors expects 1 to 10'],
  [['--var-values'], 'Flag --var-values is not known here'],
  [['--bench'], 'Flag --bench is not known here'],
])('%j is wrong usage', async (flags, sentence) => {
  const run = await sluice(['policy', 'test', ...flags, 'x']);
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toContain(sentence);
});
