// SPDX-License-Identifier: Apache-2.0
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { COMMANDS } from '@sluice/cli';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { actionReadmes } from '../../scripts/generate-docs.ts';

const actionsFolder = join(import.meta.dirname, '..');
const root = join(actionsFolder, '..');

interface Definition {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, { description: string; required?: boolean; default?: string }>>;
  readonly outputs: Readonly<Record<string, { description: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

const names = globSync('*/action.yml', { cwd: actionsFolder }).map(dirname).sort();

/** The command whose flags an action takes. */
const commands: Readonly<Record<string, string>> = { validate: 'validate image', gate: 'promote' };

/** Inputs that an action reads itself. */
const own: Readonly<Record<string, readonly string[]>> = {
  secure: ['image', 'push-to-github', 'github-token'],
  attest: ['image', 'push-to-github', 'github-token'],
  provenance: [],
  verify: ['image', 'type', 'github-token'],
  validate: ['image', 'images', 'source-url', 'source-revision', 'github-token'],
  promote: ['image', 'github-token'],
  gate: ['image', 'github-token'],
  status: ['image', 'github-token'],
  doctor: ['image', 'github-token'],
};

const definitionOf = (name: string): Definition => parse(readFileSync(join(actionsFolder, name, 'action.yml'), 'utf8'));

test('there are the nine actions of the flow', () => {
  expect(names).toEqual([
    'attest',
    'doctor',
    'gate',
    'promote',
    'provenance',
    'secure',
    'status',
    'validate',
    'verify',
  ]);
});

test.each(names)('the inputs of %s are its own and flags of the command by the same names', async (name) => {
  const { inputs } = definitionOf(name);
  const { flagNames }: { flagNames: readonly string[] } = await import(`../${name}/src/${name}.ts`);
  expect(Object.keys(inputs).sort()).toEqual([...new Set([...(own[name] ?? []), ...flagNames])].sort());
  const command = await COMMANDS.find((entry) => entry.name === (commands[name] ?? name))?.load();
  const validate = await COMMANDS.find((entry) => entry.name === 'validate image')?.load();
  for (const flag of flagNames)
    expect(command?.flags[flag] ?? (name === 'gate' ? validate?.flags[flag] : undefined), flag).toBeDefined();
});

test.each(names)('the defaults of %s are those of the command', async (name) => {
  const command = await COMMANDS.find((entry) => entry.name === (commands[name] ?? name))?.load();
  for (const [input, { default: value }] of Object.entries(definitionOf(name).inputs)) {
    const spec = command?.flags[input];
    if (spec === undefined || value === undefined || !('default' in spec || spec.type === 'boolean')) continue;
    expect(value, input).toBe(String(spec.default ?? false));
  }
});

test.each(names)('%s runs on node24 from the shared bundle, and reads only what it declares', (name) => {
  const { runs, inputs } = definitionOf(name);
  expect(runs).toEqual({ using: 'node24', main: `../dist/${name}.js` });
  expect(existsSync(join(actionsFolder, name, runs.main))).toBe(true);
  const source = readFileSync(join(actionsFolder, name, 'src', `${name}.ts`), 'utf8');
  for (const [, input = ''] of source.matchAll(/(?:Text|Input)\(job, '([a-z-]+)'/g))
    expect(inputs, input).toHaveProperty(input);
});

test.each([...actionReadmes()])('%s says what the definition says', (path, text) => {
  expect(readFileSync(path, 'utf8'), 'run "node scripts/generate-docs.ts"').toBe(text);
});

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const workflows = ['.github/workflows/*.yml', 'examples/*/.github/workflows/*.yml'].flatMap((glob) =>
  globSync(glob, { cwd: root }),
);

test.each(workflows)('%s gives our actions inputs that they have, and asks for no permission for all jobs', (file) => {
  const workflow: { permissions: object; jobs: Record<string, { steps?: readonly Step[] }> } = parse(
    readFileSync(join(root, file), 'utf8'),
  );
  expect(workflow.permissions).toEqual({});
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps ?? []);
  for (const { uses = '', with: inputs = {} } of steps) {
    const action = /^sluice-ci\/sluice\/actions\/([a-z]+)@v1$/.exec(uses)?.[1];
    if (action === undefined) continue;
    for (const input of Object.keys(inputs))
      expect(definitionOf(action).inputs, `${action}: ${input}`).toHaveProperty(input);
  }
});

test.each(globSync('examples/{github-*,monorepo}/.github/workflows/*.yml', { cwd: root }))(
  '%s is short enough to copy',
  (file) => {
    expect(readFileSync(join(root, file), 'utf8').split('\n').length, basename(file)).toBeLessThan(60);
  },
);
