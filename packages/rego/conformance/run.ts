// SPDX-License-Identifier: Apache-2.0
import { type Cases, readCases } from './cases.ts';
import { exemptions } from './exemptions.ts';
import { runCase, runCompileCase } from './run-case.ts';

/**
 * Runs OPA's cases: `node conformance/run.ts [part of an id or note]`. Prints each failure and the score; ends with 1
 * unless everything passes, or fails as exempted.
 */
function main(): void {
  const [only] = process.argv.slice(2);
  const cases = readCases(process.env['SLUICE_REGO_CASES']);
  const failures = [...failuresOf(cases, only)];
  for (const { id, reason } of failures) console.log(`FAIL ${id}\n  ${reason.slice(0, 600)}`);
  const exempted = new Set(exemptions.map(({ id }) => id));
  const failed = new Set(failures.map(({ id }) => id));
  const passing = only === undefined ? [...exempted].filter((id) => !failed.has(id)) : [];
  for (const id of passing) console.log(`PASSES though it is exempted: ${id}`);
  if (only === undefined) {
    const compileIds = new Set(cases.compileCases.map(({ id }) => id));
    const compileFailures = failures.filter(({ id }) => compileIds.has(id)).length;
    console.log(score(cases.cases.length - (failures.length - compileFailures), cases.cases.length, 'cases'));
    console.log(score(cases.compileCases.length - compileFailures, cases.compileCases.length, 'compiler cases'));
  }
  process.exitCode = passing.length > 0 || failures.some(({ id }) => !exempted.has(id)) ? 1 : 0;
}

interface Failure {
  readonly id: string;
  readonly reason: string;
}

function* failuresOf(cases: Cases, only: string | undefined): Generator<Failure> {
  for (const one of cases.cases) {
    if (only !== undefined && !`${one.id} ${one.note}`.includes(only)) continue;
    const reason = runCase(one);
    if (reason !== undefined) yield { id: one.id, reason: `${one.note}: ${reason}` };
  }
  for (const one of cases.compileCases) {
    if (only !== undefined && !one.id.includes(only)) continue;
    const reason = runCompileCase(one);
    if (reason !== undefined) yield { id: one.id, reason };
  }
}

function score(passed: number, all: number, what: string): string {
  return `${passed.toLocaleString('en')} of ${all.toLocaleString('en')} ${what}`;
}

main();
