// SPDX-License-Identifier: Apache-2.0
// Figures, as ratios within one run. `node bench/run.ts [NAME]` runs one of the benches, without a name all of them.
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { installTools, type Tools } from '../interop/tools.ts';

const wanted = process.argv[2];
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !['run', 'measure'].includes(name) && (wanted === undefined || name === wanted));
if (names.length === 0) throw new Error(`There is no bench "${wanted}".`);

const { tools, missing } = installTools(['cosign', 'opa'], process.env);
for (const [name, reason] of Object.entries(missing))
  console.log(`${name} is not here (${reason}); its figures are left out`);
console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, node ${process.version}; medians (min–max)`,
);
for (const name of names) {
  console.log(`\n== ${name}`);
  const module: { bench(tools: Tools): Promise<void> } = await import(join(import.meta.dirname, `${name}.ts`));
  await module.bench(tools);
}
