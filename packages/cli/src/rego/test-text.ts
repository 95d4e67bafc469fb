// SPDX-License-Identifier: Apache-2.0
import { type CaseResult, errorsToJson, type RegoError, type TestResult } from '@sluice/rego';
import { clean } from '../terminal/clean.ts';
import type { Paint } from '../terminal/style.ts';
import { goDuration } from './go-duration.ts';
import { arrayText, indentJson, objectText } from './json-text.ts';

export type Outcome = TestResult['outcome'];

const WORDS: Readonly<Record<Outcome, string>> = { pass: 'PASS', fail: 'FAIL', skip: 'SKIPPED', error: 'ERROR' };
const LINE = `${'-'.repeat(80)}\n`;

/** Test results for people, as `opa test` lays them out, one at a time. */
export interface TestPrinter {
  add(result: TestResult): string;
  /** The counts. */
  end(): string;
}

export function createTestPrinter(verbose: boolean, paint: Paint): TestPrinter {
  const counts: Record<Outcome, number> = { pass: 0, fail: 0, skip: 0, error: 0 };
  const word = (outcome: Outcome): string => paint(colourOf(outcome), WORDS[outcome]);
  let lastFile: string | undefined;
  let isDirty = false;
  return {
    add(result) {
      count(result, counts);
      if (result.outcome === 'pass' && !verbose) return '';
      isDirty = true;
      const { file, row } = result.location;
      const gap = lastFile !== undefined && lastFile !== file ? '\n' : '';
      lastFile = file;
      return `${gap}${clean(`${file}:${row}:`)}\n${resultText(result, verbose, word)}`;
    },
    end() {
      const total = counts.pass + counts.fail + counts.skip + counts.error;
      const outcomes: readonly Outcome[] = ['pass', 'fail', 'skip', 'error'];
      const rows = outcomes.filter((one) => counts[one] > 0).map((one) => `${word(one)}: ${counts[one]}/${total}\n`);
      return (isDirty ? LINE : '') + rows.join('');
    },
  };
}

function colourOf(outcome: Outcome): 'green' | 'yellow' | 'red' {
  if (outcome === 'pass') return 'green';
  return outcome === 'skip' ? 'yellow' : 'red';
}

function resultText(result: TestResult, verbose: boolean, word: (outcome: Outcome) => string): string {
  const { outcome, output, error } = result;
  const time = outcome === 'skip' ? '' : ` (${goDuration(nanoseconds(result))})`;
  const title = `${clean(`${result.package}.${result.name}`)}: ${word(outcome)}${time}\n`;
  const cases = casesText(result.cases, verbose, word, 1);
  const printed = output === '' ? '' : `\n${indented(clean(output.trim()))}\n\n`;
  return `${title}${cases}${printed}${error ? `  ${clean(error.message)}\n` : ''}`;
}

function casesText(
  cases: readonly CaseResult[],
  verbose: boolean,
  word: (outcome: Outcome) => string,
  depth: number,
): string {
  return cases
    .map(({ name, fail, cases: inner }) => {
      const own = fail || verbose ? `${'  '.repeat(depth)}${clean(name)}: ${word(fail ? 'fail' : 'pass')}\n` : '';
      return own + casesText(inner, verbose, word, depth + 1);
    })
    .join('');
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

/** A test with cases counts as many times as it has them. */
function count(result: TestResult, counts: Record<Outcome, number>): void {
  if (result.cases.length === 0 || result.outcome === 'error') counts[result.outcome]++;
  else countCases(result.cases, counts);
}

function countCases(cases: readonly CaseResult[], counts: Record<Outcome, number>): void {
  for (const { fail, cases: inner } of cases) {
    if (inner.length > 0) countCases(inner, counts);
    else counts[fail ? 'fail' : 'pass']++;
  }
}

function nanoseconds({ milliseconds }: TestResult): number {
  return Math.max(0, Math.round(milliseconds * 1_000_000));
}

/** Test results in the shape of `opa test --format json`. */
export function testsJson(results: readonly TestResult[]): string {
  return `${indentJson(arrayText(results.map(testText)))}\n`;
}

function testText(result: TestResult): string {
  const { location, outcome, output, error, cases } = result;
  const { file, row, col } = location;
  return objectText({
    location: JSON.stringify({ file, row, col }),
    package: JSON.stringify(result.package),
    name: JSON.stringify(result.name),
    fail: outcome === 'fail' ? 'true' : undefined,
    error: error && errorText(error),
    skip: outcome === 'skip' ? 'true' : undefined,
    duration: String(outcome === 'skip' ? 0 : nanoseconds(result)),
    output: output === '' ? undefined : JSON.stringify(Buffer.from(output, 'utf8').toString('base64')),
    sub_results: cases.length > 0 ? casesJson(cases) : undefined,
  });
}

/** As `errorsToJson` has it, with the code first. */
function errorText(error: RegoError): string {
  return JSON.stringify({ code: error.code, ...Object(errorsToJson(error).errors[0]) });
}

function casesJson(cases: readonly CaseResult[]): string {
  return objectText(
    Object.fromEntries(
      cases.map(({ name, fail, cases: inner }) => [
        name,
        objectText({
          name: JSON.stringify(name),
          fail: fail ? 'true' : undefined,
          sub_results: inner.length > 0 ? casesJson(inner) : undefined,
        }),
      ]),
    ),
  );
}
