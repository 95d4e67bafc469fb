// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Coverage, compile, parseModule, runTests } from '@sluice/rego';
import { expect, test } from 'vitest';
import { bundleOf } from '../scripts/bundle.ts';
import { ruleTexts, withTables } from '../scripts/docs.ts';
import { allFiles, PACKAGE, ruleFiles } from '../scripts/rule-files.ts';
import { ciPolicy } from '../src/index.ts';

const parsed = (files: readonly { readonly path: string; readonly text: string }[]) =>
  files.map(({ path, text }) => parseModule(path, text, { annotations: true }));

const coverage = new Coverage();
const policy = compile(parsed(allFiles()), { tests: true, strict: true, watch: true });
const RESULTS = [...runTests(policy, { now: 0n, clock: () => performance.now(), reached: coverage.reached })];

test.each(RESULTS.map((result) => [`${result.package.replace('data.', '')}: ${result.name}`, result]))(
  '%s',
  (_, { outcome, error, output }) => {
    expect({ outcome, error, output }).toEqual({ outcome: 'pass', error: undefined, output: '' });
  },
);

test('every rule is told apart, explained and in a collection', () => {
  const texts = ruleTexts(parsed(ruleFiles()));
  expect(new Set(texts.map(({ name }) => name)).size).toBe(texts.length);
  for (const { name, title, description, custom } of texts) {
    expect(Object.keys(custom), name).toEqual(
      expect.arrayContaining(['short_name', 'failure_msg', 'solution', 'collections', 'effective_on']),
    );
    expect(title, name).toMatch(/^[A-Z].*[^.]$/);
    expect(description, name).toMatch(/\.$/);
  }
});

test('the tests reach every line of every rule', () => {
  const { files } = coverage.report(policy.modules);
  const missed = ruleFiles().flatMap(({ path }) =>
    (files[path]?.not_covered ?? []).map(({ start }) => `${path}:${start.row}`),
  );
  expect(missed).toEqual([]);
});

test('the files that ship are the rules as they stand', () => {
  expect(readFileSync(join(PACKAGE, 'src/bundle.ts'), 'utf8')).toBe(bundleOf(ruleFiles()));
  expect(ciPolicy).toEqual(ruleFiles());
});

test('the README says what the annotations say', () => {
  const readme = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
  expect(readme).toBe(withTables(readme, ruleFiles()));
  for (const { name } of ruleTexts(parsed(ruleFiles()))) expect(readme).toContain(`#### \`${name}\``);
});
