// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { Coverage, type CoverageRange } from './coverage.ts';
import { evaluate } from './evaluate.ts';
import { parseModule } from './parse.ts';
import { fromJson } from './value/json.ts';

interface Recorded {
  readonly covered: string;
  readonly not_covered: string;
  readonly covered_lines: number;
  readonly not_covered_lines: number;
  readonly coverage: number;
}

interface RecordedModule {
  readonly text: string;
  readonly withInput: Recorded;
  readonly withoutInput: Recorded;
}

const file = join(import.meta.dirname, '../test/data/coverage.json');
// The file is ours; it holds what `opa eval --coverage` answered.
const recorded = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly input: unknown;
  readonly modules: Readonly<Record<string, RecordedModule>>;
};

function coverageOf(name: string, text: string, input: string | undefined): Recorded {
  const module = parseModule(`${name}.rego`, text);
  const coverage = new Coverage();
  const documents = input === undefined ? {} : { input: fromJson(input) };
  evaluate(compile([module], { watch: true, print: true }), documents, { reached: coverage.reached }).results(
    `data.${name}`,
  );
  const { files, ...totals } = coverage.report([module]);
  const found = files[module.source.file];
  return { covered: shown(found?.covered), not_covered: shown(found?.not_covered), ...totals };
}

function shown(ranges: readonly CoverageRange[] = []): string {
  return ranges.map(({ start, end }) => `${start.row}:${start.col}-${end.row}:${end.col}`).join(' ');
}

describe('coverage has the ranges and lines of opa eval', () => {
  test.each(Object.entries(recorded.modules))('%s', (name, { text, withInput, withoutInput }) => {
    expect(coverageOf(name, text, JSON.stringify(recorded.input))).toEqual(withInput);
    expect(coverageOf(name, text, undefined)).toEqual(withoutInput);
  });
});
