// SPDX-License-Identifier: Apache-2.0
import { Coverage, type Policy, RegoError, runTests, type TestResult } from '@sluice/rego';
import type { Invocation } from '../command.ts';
import type { testFlags } from '../commands/policy-test.ts';
import { parseDuration } from '../duration.ts';
import type { ExitCode } from '../io.ts';
import { dialectOf, maxErrorsOf } from '../options/rego.ts';
import { painter } from '../terminal/style.ts';
import { UsageError } from '../usage-error.ts';
import { callBuiltin } from './builtin-call.ts';
import { firstProblems } from './check.ts';
import { compileLoaded } from './compile-loaded.ts';
import { indentJson } from './json-text.ts';
import { busy, clock, forReader, lend } from './lend.ts';
import { type Loaded, loadPaths } from './load.ts';
import { exitCodeOf, phaseOf, problemsOf, writeProblems } from './problem.ts';
import { requireModules } from './require-modules.ts';
import { createTestPrinter, testsJson } from './test-text.ts';

type TestInvocation = Invocation<typeof testFlags>;

interface Suite {
  readonly policy: Policy;
  readonly loaded: Loaded;
  readonly coverage: Coverage | undefined;
  readonly threshold: number;
  readonly timeout: number;
  readonly matches: (name: string) => boolean;
}

/** `sluice policy test`: runs the tests one after the other and prints them as OPA does. */
export async function runPolicyTests(invocation: TestInvocation): Promise<ExitCode> {
  const { flags, args, io } = invocation;
  const max = maxErrorsOf(flags);
  const threshold = thresholdOf(flags.threshold);
  const timeout = parseDuration('timeout', flags.timeout);
  if (flags.count < 1) throw new UsageError(`--count expects at least 1, but found ${flags.count}.`);
  const matches = matcherOf(flags.run);
  let loaded: Loaded | undefined;
  try {
    loaded = await loadPaths(args, { version: dialectOf(flags), ignore: flags.ignore, bundle: flags.bundle });
    requireModules(loaded, args);
    const covered = flags.coverage || threshold > 0;
    const policy = await compileLoaded(loaded, { tests: true, print: true, watch: covered });
    const coverage = covered ? new Coverage() : undefined;
    return repeated(invocation, { policy, loaded, coverage, threshold, timeout, matches });
  } catch (thrown) {
    const problems = firstProblems(problemsOf(thrown), max);
    writeProblems(problems, io, io.stderr, { form: 'pretty', phase: phaseOf(thrown), sourceOf: loaded?.sourceOf });
    return exitCodeOf(problems, 2);
  }
}

/** Until a round does not pass, as OPA. */
function repeated(invocation: TestInvocation, suite: Suite): ExitCode {
  for (let round = 0; round < invocation.flags.count; round++) {
    const exit = busy(invocation.io, () => oneRound(invocation, suite));
    if (exit !== 0) return exit;
  }
  return 0;
}

function oneRound({ flags, io, reporter }: TestInvocation, suite: Suite): ExitCode {
  const results: TestResult[] = [];
  const printer = createTestPrinter(flags.verbose, painter(io, io.stdout));
  const streams = flags.format === 'pretty' && !suite.coverage;
  for (const result of resultsOf(io, suite)) {
    const advised = withAdvice(result, flags.timeout);
    results.push(advised);
    if (streams) io.stdout.write(printer.add(advised));
  }
  if (suite.coverage) return reportCoverage({ flags, io, reporter }, suite, suite.coverage, results);
  io.stdout.write(streams ? printer.end() : forReader(io, testsJson(results)));
  if (results.length === 0) reporter.log.warn('No test was run.');
  if (results.length === 0 && flags['fail-on-empty']) return 1;
  const passes = ({ outcome }: TestResult): boolean =>
    outcome === 'pass' || (outcome === 'skip' && flags['exit-zero-on-skipped']);
  return results.every(passes) ? 0 : 1;
}

function resultsOf(io: TestInvocation['io'], { policy, loaded, coverage, timeout, matches }: Suite) {
  return runTests(policy, {
    ...lend(io),
    data: loaded.data,
    clock,
    timeout,
    matches,
    ...(coverage && { reached: coverage.reached }),
  });
}

/** Coverage of tests that do not pass means nothing: then they are shown, and not it. */
function reportCoverage(
  { flags, io, reporter }: Pick<TestInvocation, 'flags' | 'io' | 'reporter'>,
  { loaded, threshold }: Suite,
  coverage: Coverage,
  results: readonly TestResult[],
): ExitCode {
  const failures = results.filter(({ outcome }) => outcome === 'fail' || outcome === 'error');
  if (failures.length > 0) {
    const printer = createTestPrinter(flags.verbose, painter(io, io.stdout));
    for (const failure of failures) io.stdout.write(printer.add(failure));
    io.stdout.write(printer.end());
    return 1;
  }
  const report = coverage.report(loaded.modules);
  if (report.coverage < threshold) {
    if (flags.verbose) io.stdout.write(`${indentJson(JSON.stringify(report))}\n`);
    reporter.log.warn(
      `At least ${threshold.toFixed(2)} % of the lines were expected to be covered, but ${report.coverage.toFixed(2)} % are.`,
    );
    return 1;
  }
  io.stdout.write(forReader(io, `${indentJson(JSON.stringify(report))}\n`));
  if (results.length === 0 && flags['fail-on-empty']) return 1;
  const isSkipped = results.some(({ outcome }) => outcome === 'skip');
  return isSkipped && !flags['exit-zero-on-skipped'] ? 1 : 0;
}

function withAdvice(result: TestResult, timeout: string): TestResult {
  const { error } = result;
  if (error?.code !== 'eval_cancel_error') return result;
  const reason = `The test was expected to end within ${timeout}, but did not; raise --timeout.`;
  return { ...result, error: new RegoError(error.code, reason, { location: error.location, cause: error }) };
}

function thresholdOf(text: string | undefined): number {
  const threshold = text === undefined ? 0 : Number(text);
  if (text === '' || !(threshold >= 0 && threshold <= 100)) {
    throw new UsageError(`--threshold expects a number from 0 to 100, but found "${text}".`);
  }
  return threshold;
}

/** The syntax of Go's regular expressions, which Rego's have too. */
function matcherOf(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const matches = (name: string): boolean => {
    try {
      return callBuiltin('regex.match(input[0], input[1])', [pattern, name]) === true;
    } catch (error) {
      if (!(error instanceof RegoError)) throw error;
      throw new UsageError(`--run expects a regular expression, but "${pattern}" is none.`);
    }
  };
  matches('');
  return matches;
}
