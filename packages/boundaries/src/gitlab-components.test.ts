// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ROOT } from './source-tree.ts';

const FOLDER = join(ROOT, 'gitlab-components');
const NAMES = readdirSync(join(FOLDER, 'templates')).map((file) => file.replace(/\.yml$/, ''));

interface Input {
  readonly description?: string;
  readonly default?: unknown;
  readonly regex?: string;
  readonly options?: readonly string[];
}

function template(name: string) {
  const text = readFileSync(join(FOLDER, 'templates', `${name}.yml`), 'utf8');
  const [header, jobs] = parseAllDocuments(text).map((document) => document.toJS());
  return {
    text,
    inputs: header.spec.inputs as Record<string, Input>,
    jobs: jobs as Record<string, Record<string, unknown>>,
  };
}

test('there are at most as many components as a project may have', () => {
  expect(NAMES.length).toBeGreaterThan(6);
  expect(NAMES.length).toBeLessThanOrEqual(30);
});

test.each(NAMES)('%s documents every input, and every text that reaches a job is bounded', (name) => {
  const { inputs } = template(name);
  for (const [input, { description, regex, options }] of Object.entries(inputs)) {
    expect(description, input).toMatch(/^[A-Z].{10,}\.$/);
    const structural = ['stage', 'promote_stage', 'job_name', 'promote_when'].includes(input);
    expect(structural || regex !== undefined || options !== undefined, `${input} has a pattern or options`).toBe(true);
  }
});

test.each(NAMES)('%s uses each input it declares, and scripts see variables only', (name) => {
  const { text, inputs, jobs } = template(name);
  for (const input of Object.keys(inputs)) expect(text).toContain(`$[[ inputs.${input} ]]`);
  for (const job of Object.values(jobs)) expect(JSON.stringify(job['script'])).not.toContain('$[[');
});

test.each(NAMES)('%s has no global keywords', (name) => {
  const globals = ['stages', 'default', 'workflow', 'variables', 'image', 'include'];
  expect(Object.keys(template(name).jobs).filter((key) => globals.includes(key))).toEqual([]);
});

test.each(NAMES)('%s has its section with an example in the README', (name) => {
  const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
  const section = readme.split(`\n### ${name}\n`)[1]?.split('\n##')[0] ?? '';
  expect(section).toContain(`/sluice/${name}@1`);
  expect(section).toContain('```yaml');
});

test("templates and examples name the image of this checkout's version", () => {
  const run = spawnSync(process.execPath, [join(ROOT, 'scripts/set-tool-version.ts'), '--check'], { encoding: 'utf8' });
  expect(run.status, run.stderr).toBe(0);
});
