// SPDX-License-Identifier: Apache-2.0
// The Rego engine against opa, on a policy of our own and, where SLUICE_CONFORMA_POLICY names a checkout of
// conforma/policy, on that one.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tools } from '../interop/tools.ts';
import { type Command, measure, run, table } from './measure.ts';
import { conformaPolicy } from './rego/conforma.ts';
import { type Sample, samplePolicy } from './rego/policy.ts';

const root = join(import.meta.dirname, '..');

export async function bench(tools: Tools): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-rego-'));
  try {
    const engine = await bundleEngine(folder);
    const bencher = { engine, opa: tools['opa'], env: { NODE_COMPILE_CACHE: join(folder, 'cache') } };
    await benchPolicy(bencher, join(folder, 'own'), 'a policy of our own', samplePolicy());
    const checkout = process.env['SLUICE_CONFORMA_POLICY'];
    if (checkout === undefined) console.log('SLUICE_CONFORMA_POLICY names no checkout of conforma/policy; left out');
    else await benchPolicy(bencher, join(folder, 'conforma'), 'conforma/policy', conformaPolicy(checkout));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Bencher {
  readonly engine: string;
  readonly opa: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

async function benchPolicy(bencher: Bencher, folder: string, title: string, sample: Sample): Promise<void> {
  write(folder, {
    ...sample.files,
    'data.json': JSON.stringify(sample.data),
    'input.json': JSON.stringify(sample.input),
    'rules.json': JSON.stringify(sample.rules),
  });
  const files = ['policy', 'data.json'].flatMap((name) => ['-d', join(folder, name)]);
  const opaEval = (...args: string[]) => ['eval', ...files, '-f', 'json', ...args];
  const query = ['-i', join(folder, 'input.json'), `[${sample.rules.map((rule) => `data.${rule}`).join(', ')}]`];
  const opaTest = [
    'test',
    join(folder, 'policy'),
    join(folder, 'tests'),
    join(folder, 'data.json'),
    '--timeout',
    '60s',
  ];
  const ours = (name: string, what: string): Command => ({
    name,
    env: bencher.env,
    argv: [process.execPath, bencher.engine, what, folder],
  });
  const theirs = (args: readonly string[]): readonly Command[] =>
    bencher.opa === undefined ? [] : [{ name: 'opa', argv: [bencher.opa, ...args] }];

  await output(ours('save', 'save'));
  await agree(bencher, ours('evaluate', 'evaluate'), theirs(opaEval(...query)));
  const lines = Object.values(sample.files).join('').split('\n').length;
  const modules = Object.keys(sample.files).length;
  console.log(
    `\n${title}: ${modules} modules, ${lines.toLocaleString('en')} lines, ${sample.rules.length} rules asked`,
  );
  const rows = async (name: string, commands: readonly Command[], rounds = 5) =>
    console.log(table(name, await measure(commands, rounds)));
  await rows('start, load and compile', [
    ...theirs(opaEval('true')),
    ours('sluice', 'load'),
    ours('sluice, saved policy', 'load-saved'),
  ]);
  await rows('the same and a first, full evaluation', [
    ...theirs(opaEval(...query)),
    ours('sluice', 'evaluate'),
    ours('sluice, saved policy', 'evaluate-saved'),
  ]);
  await rows('tests of the policy', [...theirs(opaTest), ours('sluice', 'test')], 3);
  await steady(bencher, files, query, ours('steady', 'steady'));
}

/** Figures of a wrong answer mean nothing. */
async function agree(bencher: Bencher, ours: Command, theirs: readonly Command[]): Promise<void> {
  const answer = JSON.stringify(JSON.parse(await output(ours)));
  for (const command of theirs) {
    const { result } = JSON.parse(await output(command));
    if (JSON.stringify(result[0].expressions[0].value) !== answer)
      throw new Error(`${bencher.opa} and the engine answer differently`);
  }
}

/** Milliseconds of one evaluation in a process that has made many. */
async function steady(
  { opa }: Bencher,
  files: readonly string[],
  query: readonly string[],
  command: Command,
): Promise<void> {
  const times: number[] = JSON.parse(await output({ ...command, argv: [...command.argv, '21'] }));
  const median = times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
  let ratio = '';
  if (opa !== undefined) {
    const { N, T } = JSON.parse(
      await output({
        name: 'opa bench',
        argv: [opa, 'bench', '--metrics=false', '--benchmem=false', ...files, '-f', 'json', ...query],
      }),
    );
    const milliseconds = T / N / 1e6;
    ratio = `, opa ${milliseconds.toFixed(1)} ms: ${(median / milliseconds).toFixed(2)}× opa`;
  }
  console.log(`an evaluation among many\n  sluice ${median.toFixed(1)} ms${ratio}`);
}

async function output(command: Command): Promise<string> {
  const { status, stdout, stderr } = await run(command.argv, command.env ?? {});
  if (status !== 0)
    throw new Error(`${command.name} ended with ${status}:\n${stderr.slice(-2000)}${stdout.slice(-2000)}`);
  return stdout;
}

/** The engine as users get it: one file, without types. */
async function bundleEngine(folder: string): Promise<string> {
  const { rolldown } = await import(pathToFileURL(join(root, 'actions/node_modules/rolldown/dist/index.mjs')).href);
  const bundle = await rolldown({ cwd: root, input: join(root, 'bench/rego/engine.ts'), platform: 'node' });
  write(folder, { 'package.json': '{ "type": "module" }\n' });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: 'engine.js', minify: true });
  await bundle.close();
  return join(folder, 'engine.js');
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
