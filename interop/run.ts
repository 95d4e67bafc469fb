// SPDX-License-Identifier: Apache-2.0
// Asks the real peers. `node interop/run.ts [--require-all] [FILTER]`; the counts go to interop/reports/interop.json.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { installTools } from './tools.ts';

const LIMIT_MS = 900_000;

const args = process.argv.slice(2);
const requireAll = args.includes('--require-all');
const filter = args.find((arg) => !arg.startsWith('--')) ?? '';

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.interop.ts'));
const checks: { readonly file: string; readonly check: Check }[] = [];
for (const file of files.sort()) {
  const module: { checks: readonly Check[] } = await import(join(import.meta.dirname, file));
  checks.push(...module.checks.map((check) => ({ file: file.replace('.interop.ts', ''), check })));
}
const chosen = checks.filter(({ file, check }) => `${file}: ${check.name}`.includes(filter));
const { tools, missing } = installTools([...new Set(chosen.flatMap(({ check }) => check.needs))], process.env);

const counts = { passed: 0, failed: 0, notRun: 0 };
for (const { file, check } of chosen) {
  const title = `${file}: ${check.name}`;
  const lacking = check.needs.filter((need) => need in missing);
  if (lacking.length > 0) {
    counts.notRun += 1;
    console.log(`not run  ${title} (${lacking.map((need) => `${need}: ${missing[need]}`).join('; ')})`);
    continue;
  }
  const started = performance.now();
  try {
    await withLimit(check.run(tools));
    counts.passed += 1;
    console.log(`passed   ${title} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED   ${title}\n${error instanceof Error ? error.stack : String(error)}`);
  }
}
if (requireAll) counts.failed += counts.notRun;
console.log(`interop: ${counts.passed} passed, ${counts.failed} failed, ${counts.notRun} not run`);
mkdirSync(join(import.meta.dirname, 'reports'), { recursive: true });
writeFileSync(join(import.meta.dirname, 'reports/interop.json'), JSON.stringify(counts));
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);

async function withLimit(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
