// SPDX-License-Identifier: Apache-2.0
// Every workflow and action of ours, read by GitHub's own parser, by actionlint and by zizmor; and a fault in each.

import { deepStrictEqual, match, notDeepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Check } from './check.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const workflows = ['.github/workflows/*.yml', 'examples/*/.github/workflows/*.yml'].flatMap((glob) =>
  globSync(glob, { cwd: root }),
);
const actions = globSync('actions/*/action.yml', { cwd: root });

export const checks: readonly Check[] = [
  { name: "GitHub's parser accepts every workflow and action", needs: [], run: () => inFolder(githubParser) },
  {
    name: 'actionlint accepts every workflow, with every input of every action',
    needs: ['actionlint'],
    run: actionlint,
  },
  { name: 'zizmor finds no fault in any workflow or action', needs: ['zizmor'], run: zizmor },
];

/** The parser cannot be loaded as it is (JSON without import attributes), so it is bundled first. */
async function githubParser(folder: string): Promise<void> {
  const { read, readAction } = await bundledParser(folder);
  for (const file of workflows) {
    const text = await readFile(join(root, file), 'utf8');
    deepStrictEqual(await read(file, text, dirname(dirname(dirname(file)))), [], file);
    notDeepStrictEqual(await read(file, text.replace('runs-on:', 'run-on:').replace('uses: ', 'user: '), ''), []);
  }
  for (const file of actions) {
    const text = await readFile(join(root, file), 'utf8');
    deepStrictEqual(readAction(file, text), []);
    notDeepStrictEqual(readAction(file, text.replace('using: node24', 'using: 24')), []);
  }
}

interface Parser {
  /** The parser's complaints; `local` is the folder that `./` in `uses:` means. */
  read(name: string, content: string, local: string): Promise<readonly string[]>;
  readAction(name: string, content: string): readonly string[];
}

async function bundledParser(folder: string): Promise<Parser> {
  const { rolldown } = await import(pathToFileURL(join(root, 'actions/node_modules/rolldown/dist/index.mjs')).href);
  const entry = join(root, 'actions/test/github-parser.js');
  const bundle = await rolldown({
    input: entry,
    cwd: join(root, 'actions'),
    platform: 'node',
  });
  await bundle.write({ file: join(folder, 'parser.mjs'), format: 'esm', codeSplitting: false });
  await bundle.close();
  const parser = await import(pathToFileURL(join(folder, 'parser.mjs')).href);
  return {
    read: (name, content, local) => parser.readWorkflow(name, content, (path: string) => contentOf(path, local)),
    readAction: parser.readAction,
  };
}

/** `sluice-ci/sluice/.github/workflows/gate.yml@v1` is our file, `./…` one of the same folder. */
async function contentOf(path: string, local: string): Promise<string> {
  const ours = /^sluice-ci\/sluice\/(.+)@v1$/.exec(path)?.[1];
  return readFile(ours === undefined ? join(root, local, path.replace(/^\.\//, '')) : join(root, ours), 'utf8');
}

/** actionlint checks the inputs of local actions only, so `sluice-ci/sluice/…@v1` is written as the folder it is. */
async function actionlint({ actionlint: binary = '' }: Readonly<Record<string, string>>): Promise<void> {
  await inFolder(async (folder) => {
    await run('git', ['init', '-q', folder]);
    await cp(join(root, 'actions'), join(folder, 'actions'), {
      recursive: true,
      filter: (source) => !/node_modules|reports|\.ts$/.test(source),
    });
    await mkdir(join(folder, '.github/workflows'), { recursive: true });
    // Workflows of all examples come into one folder: their own references to each other follow them.
    for (const file of workflows) {
      const prefix = file.startsWith('examples/') ? `${file.split('/')[1]}-` : '';
      const text = (await readFile(join(root, file), 'utf8'))
        .replaceAll('uses: ./.github/workflows/', `uses: ./.github/workflows/${prefix}`)
        .replaceAll(/uses: sluice-ci\/sluice\/(\S+)@v1/g, 'uses: ./$1');
      await writeFile(join(folder, '.github/workflows', `${prefix}${basename(file)}`), text);
    }
    await run(binary, ['-color'], { cwd: folder });
    await writeFile(
      join(folder, '.github/workflows/wrong.yml'),
      'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./actions/gate\n        with: { image: x, promote-to: y }\n',
    );
    const wrong = await run(binary, [], { cwd: folder }).catch((error: { stdout: string }) => error);
    match(wrong.stdout, /input "promote-to" is not defined in action "Sluice: gate"/);
    match(wrong.stdout, /missing input "policy" which is required by action "Sluice: gate"/);
  });
}

async function zizmor({ zizmor: binary = '' }: Readonly<Record<string, string>>): Promise<void> {
  await inFolder(async (folder) => {
    for (const file of [...workflows, ...actions, '.github/zizmor.yml']) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await cp(join(root, file), join(folder, file));
    }
    const words = ['--offline', '--no-progress', '--config', '.github/zizmor.yml', '.'];
    const { stdout } = await run(binary, words, { cwd: folder });
    match(stdout, /No findings to report/);
    const wrong = `on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo "\${{ github.head_ref }}"\n`;
    await writeFile(join(folder, '.github/workflows/wrong.yml'), wrong);
    const refused = await run(binary, words, { cwd: folder }).then(
      () => undefined,
      (error: { stdout: string }) => error.stdout,
    );
    ok(refused !== undefined);
    match(refused, /template-injection/);
    strictEqual(actions.length, 9);
  });
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-workflows-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
