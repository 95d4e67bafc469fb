// SPDX-License-Identifier: Apache-2.0
// Builds the actions again and compares with what is committed, byte for byte; and holds their size.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { buildActions } from './build-actions.ts';

const MAX_BYTES = 6 * 1024 * 1024;

const committed = join(import.meta.dirname, '../actions/dist');
const fresh = mkdtempSync(join(tmpdir(), 'sluice-dist-'));
try {
  await buildActions(fresh);
  const differences = compare(filesOf(committed), filesOf(fresh));
  const bytes = [...filesOf(committed).values()].reduce((sum, content) => sum + content.length, 0);
  for (const difference of differences) console.log(difference);
  if (bytes > MAX_BYTES) console.log(`actions/dist has ${bytes} bytes, more than ${MAX_BYTES}`);
  if (differences.length > 0)
    console.log('actions/dist is not what its sources give; run "node scripts/build-actions.ts".');
  else console.log(`actions/dist is what its sources give: ${bytes} bytes`);
  process.exitCode = differences.length > 0 || bytes > MAX_BYTES ? 1 : 0;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

function filesOf(folder: string): ReadonlyMap<string, Buffer> {
  return new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => [relative(folder, path), readFileSync(path)]),
  );
}

function compare(old: ReadonlyMap<string, Buffer>, now: ReadonlyMap<string, Buffer>): readonly string[] {
  return [
    ...[...old.keys()].filter((name) => !now.has(name)).map((name) => `no longer built: ${name}`),
    ...[...now.keys()].filter((name) => !old.has(name)).map((name) => `not committed: ${name}`),
    ...[...now].flatMap(([name, content]) => (old.get(name)?.equals(content) === false ? [`different: ${name}`] : [])),
  ].sort();
}
