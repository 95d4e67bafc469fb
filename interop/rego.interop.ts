// SPDX-License-Identifier: Apache-2.0
// The engine and its commands, held to OPA: to its own cases, to what it and ec answered, and to the program itself.

import { match, ok, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Check } from './check.ts';
import { commandLines, expectedExit, files, normalised } from './rego-cli/cases.ts';
import type { Tools } from './tools.ts';

const root = join(import.meta.dirname, '..');

export const checks: readonly Check[] = [
  {
    name: "OPA's own cases pass, all of them",
    needs: ['go'],
    run: async () => {
      const { out } = await node(['packages/rego/conformance/run.ts']);
      match(out, /^4,420 of 4,420 cases$/m);
      match(out, /^22 of 22 compiler cases$/m);
    },
  },
  {
    name: "the sources with OPA's answers are parsed, compiled and refused as OPA does",
    needs: ['corpora'],
    run: async ({ corpora }) => {
      const file = join(String(corpora), 'rego/opa-sources.json.gz');
      const { out } = await node(['packages/rego/conformance/run-sources.ts'], { SLUICE_REGO_SOURCES: file });
      const [, passed, all] = /^([\d,]+) of ([\d,]+) sources/m.exec(out) ?? [];
      ok(passed !== undefined && passed === all, out.slice(-2000));
    },
  },
  {
    name: "policies have the outcomes of Conforma's evaluator",
    needs: ['corpora'],
    run: ({ corpora }) => isSameAsAll(['interop/ec-oracle.ts', join(String(corpora), 'ec-oracle')]),
  },
  {
    name: 'whole runs of ec have the same outcomes and reports',
    needs: ['corpora'],
    run: ({ corpora }) => isSameAsAll(['interop/ec-corpus.ts', join(String(corpora), 'ec-corpus')]),
  },
  ...commandLines.map(
    (argv): Check => ({
      name: `sluice policy ${argv.join(' ')} answers as opa`,
      needs: ['opa'],
      run: (tools) => answersAsOpa(tools, argv),
    }),
  ),
  {
    name: '500 generated modules have the values that opa eval gives them',
    needs: ['opa'],
    run: async () => {
      const { out } = await node(['interop/rego-fuzz.ts', '500']);
      match(out, /^\d+ agree, 0 disagree/m);
    },
  },
];

async function isSameAsAll(args: readonly string[]): Promise<void> {
  const { out } = await node(args);
  const [, same, all] = /^same (\d+) of (\d+)/m.exec(out) ?? [];
  ok(same !== undefined && same === all && all !== '0', out.slice(-4000));
}

/** Both run in the same folder, so that the names of files are the same. */
async function answersAsOpa(tools: Tools, argv: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rego-cli-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    const theirs = await run(String(tools['opa']), argv, folder);
    const ours = await run(process.execPath, [join(root, 'packages/cli/src/main.ts'), 'policy', ...argv], folder);
    strictEqual(normalised(ours.out, argv), normalised(theirs.out, argv));
    strictEqual(normalised(ours.err, argv), normalised(theirs.err, argv));
    strictEqual(ours.exit, expectedExit(argv, theirs.exit));
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Run {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A program of this repository; it must end with 0. */
async function node(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const [program = '', ...rest] = args;
  if (!existsSync(join(root, program))) throw new Error(`Expected the program ${program}, but there is none.`);
  const result = await run(process.execPath, [program, ...rest], root, env);
  strictEqual(
    result.exit,
    0,
    `${program} ended with ${result.exit}:\n${result.out.slice(-6000)}${result.err.slice(-2000)}`,
  );
  return result;
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 28 };
    execFile(program, [...args], options, (error, out, err) => {
      const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : 3;
      resolve({ exit, out, err });
    });
  });
}
