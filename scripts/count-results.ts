// SPDX-License-Identifier: Apache-2.0
// Sums the runners' reports into one line. Arguments: the steps of .ci/run that failed; each counts as one failure
// unless a report already tells of failures.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const failedSteps = process.argv.slice(2);
let passed = 0;
let failed = 0;

for (const file of globSync('{packages/*,actions}/reports/vitest.json', { cwd: root })) {
  const report = JSON.parse(readFileSync(join(root, file), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // A suite that could not be loaded has no tests to count, and a skipped test is not a passed one.
  if (!report.success && report.numFailedTests === 0) failed += 1;
  if (report.numPendingTests > 0) {
    console.log(`${file}: ${report.numPendingTests} tests were skipped; each test runs or is deleted`);
    failed += report.numPendingTests;
  }
}

const expected = globSync('{packages/*,actions}/package.json', { cwd: root }).length;
const reports = globSync('{packages/*,actions}/reports/vitest.json', { cwd: root }).length;
if (reports < expected) {
  console.log(`test reports were expected from ${expected} packages, but found ${reports}`);
  failed += expected - reports;
}

const interop = join(root, 'interop/reports/interop.json');
if (existsSync(interop)) {
  const counts = JSON.parse(readFileSync(interop, 'utf8'));
  passed += counts.passed;
  failed += counts.failed;
} else {
  console.log('interop left no report');
  failed += 1;
}

for (const step of failedSteps) console.log(`step failed: ${step}`);
if (failed === 0) failed = failedSteps.length;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
