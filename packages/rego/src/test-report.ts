// SPDX-License-Identifier: Apache-2.0
import type { CaseResult, TestResult } from './test-runner.ts';
import type { Plain } from './value/json.ts';

export interface TestReportOptions {
  /** Shows tests that passed too. */
  readonly verbose?: boolean;
}

export interface TestCounts {
  readonly pass: number;
  readonly fail: number;
  readonly skip: number;
  readonly error: number;
}

const rule = '-'.repeat(80);

/** Results as `opa test` prints them, without the traces of failures. */
export function testReport(results: readonly TestResult[], { verbose = false }: TestReportOptions = {}): string {
  const lines: string[] = [];
  let lastFile = '';
  for (const result of results) {
    if (!verbose && result.outcome === 'pass') continue;
    const { file, row } = result.location;
    if (lastFile !== '' && lastFile !== file) lines.push('');
    lines.push(`${file}:${row}:`);
    lastFile = file;
    lines.push(...resultLines(result, verbose));
  }
  if (lines.length > 0) lines.push(rule);
  return [...lines, ...summary(countTests(results)), ''].join('\n');
}

/** How many tests had each outcome; of a test with parameters each case counts. */
export function countTests(results: readonly TestResult[]): TestCounts {
  const counts = { pass: 0, fail: 0, skip: 0, error: 0 };
  for (const { outcome, cases } of results) {
    if ((outcome === 'pass' || outcome === 'fail') && cases.length > 0) countCases(cases, counts);
    else counts[outcome]++;
  }
  return counts;
}

/** Results in the form of `opa test --format json`. */
export function testsToJson(results: readonly TestResult[]): Plain {
  return results.map((result) => ({
    location: { file: result.location.file, row: result.location.row, col: result.location.col },
    package: result.package,
    name: result.name,
    ...(result.outcome === 'fail' && { fail: true }),
    ...(result.error && { error: errorToJson(result.error) }),
    ...(result.outcome === 'skip' && { skip: true }),
    duration: Math.round(result.milliseconds * 1e6),
    ...(result.output !== '' && { output: Buffer.from(result.output).toString('base64') }),
    ...(result.cases.length > 0 && { sub_results: casesToJson(result.cases) }),
  }));
}

const outcomes = { pass: 'PASS', fail: 'FAIL', error: 'ERROR', skip: 'SKIPPED' } as const;

function resultLines(result: TestResult, verbose: boolean): readonly string[] {
  const duration = result.outcome === 'skip' ? '' : ` (${durationText(result.milliseconds)})`;
  const lines = [`${result.package}.${result.name}: ${outcomes[result.outcome]}${duration}`];
  lines.push(...caseLines(result.cases, verbose, '  '));
  const output = result.output.trim();
  if (output !== '') lines.push('', ...output.split('\n').map((line) => `  ${line}`), '');
  if (result.error) lines.push(`  ${result.error.message}`);
  return lines;
}

function caseLines(cases: readonly CaseResult[], verbose: boolean, indent: string): readonly string[] {
  return cases.flatMap(({ name, fail, cases: inner }) => [
    ...(fail || verbose ? [`${indent}${name}: ${fail ? 'FAIL' : 'PASS'}`] : []),
    ...caseLines(inner, verbose, `${indent}  `),
  ]);
}

function summary(counts: TestCounts): readonly string[] {
  const total = counts.pass + counts.fail + counts.skip + counts.error;
  const named = [
    ['PASS', counts.pass],
    ['FAIL', counts.fail],
    ['SKIPPED', counts.skip],
    ['ERROR', counts.error],
  ] as const;
  return named.filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}/${total}`);
}

function countCases(cases: readonly CaseResult[], counts: { pass: number; fail: number }): void {
  for (const { fail, cases: inner } of cases) {
    if (inner.length > 0) countCases(inner, counts);
    else if (fail) counts.fail++;
    else counts.pass++;
  }
}

/** Go's form of a duration below a minute: `654.576µs`, `1.2ms`, `2.5s`. */
function durationText(milliseconds: number): string {
  const nanoseconds = Math.round(milliseconds * 1e6);
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
  return nanoseconds < 1e9 ? `${nanoseconds / 1e6}ms` : `${nanoseconds / 1e9}s`;
}

function errorToJson({ code, reason, location }: NonNullable<TestResult['error']>): Plain {
  const place = location && { location: { file: location.file, row: location.row, col: location.col } };
  return { code, message: reason, ...place };
}

function casesToJson(cases: readonly CaseResult[]): { readonly [name: string]: Plain } {
  const named: Record<string, Plain> = Object.create(null);
  for (const { name, fail, cases: inner } of cases) {
    named[name] = { name, ...(fail && { fail }), ...(inner.length > 0 && { sub_results: casesToJson(inner) }) };
  }
  return named;
}
