// SPDX-License-Identifier: Apache-2.0
// How long an action takes to start, read its inputs and refuse a wrong one, against an action that only imports
// @actions/core, bundled by the same bundler. The bound is 1.5×.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { actionNames } from '../scripts/build-actions.ts';
import { measure } from './measure.ts';

const root = join(import.meta.dirname, '..');
const bound = 1.5;

export async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-actions-'));
  try {
    const baseline = await buildBaseline(folder);
    const start = (name: string, file: string) => ({
      name,
      // What the runner sets, with a wrong image, and a wrong time for the one action that takes no image.
      env: { INPUT_IMAGE: 'Not/An/Image', INPUT_POLICY: 'policy.yaml', 'INPUT_STARTED-ON': 'a\nb', INPUT_TO: 'latest' },
      argv: ['/bin/sh', '-c', '"$0" "$1" > /dev/null || true', process.execPath, file],
    });
    const figures = await measure([
      start('@actions/core alone', baseline),
      ...actionNames.map((name) => start(name, join(root, 'actions/dist', `${name}.js`))),
    ]);
    const [alone] = figures;
    if (alone === undefined) throw new Error('the baseline was not measured');
    for (const { name, wallMs } of figures) {
      const ratio = wallMs.median / alone.wallMs.median;
      const verdict = ratio <= bound ? '' : `  over ${bound}×`;
      console.log(`${name.padEnd(22)} ${wallMs.median.toFixed(0).padStart(5)} ms  ${ratio.toFixed(2)}×${verdict}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildBaseline(folder: string): Promise<string> {
  const { rolldown } = await import(pathToFileURL(join(root, 'actions/node_modules/rolldown/dist/index.mjs')).href);
  const entry = 'virtual:baseline';
  const code =
    "import * as core from '@actions/core';\nif (core.getInput('image') === '') core.setOutput('image', '');\n";
  const bundle = await rolldown({
    cwd: join(root, 'actions'),
    input: entry,
    platform: 'node',
    plugins: [
      {
        name: 'baseline',
        resolveId: (id: string) => (id === entry ? join(root, 'actions/src/baseline.js') : null),
        load: (id: string) => (id === join(root, 'actions/src/baseline.js') ? code : null),
      },
    ],
  });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: 'baseline.js', minify: true });
  await bundle.close();
  return join(folder, 'baseline.js');
}
