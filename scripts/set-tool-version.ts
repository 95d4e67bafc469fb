// SPDX-License-Identifier: Apache-2.0
// After changesets has set the packages' version: writes it to every file that names the tool's image.
//   node scripts/set-tool-version.ts [--check]
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'));
const check = process.argv.includes('--check');
const stale: string[] = [];

for (const file of globSync(
  ['gitlab-components/**/*.yml', 'gitlab-components/.gitlab-ci.yml', 'examples/**/.gitlab-ci.yml'],
  { cwd: root },
)) {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  const current = text.replaceAll(/(\/sluice:)\d+\.\d+\.\d+(?=["'\s])/g, `$1${version}`);
  if (current === text) continue;
  stale.push(file);
  if (!check) writeFileSync(path, current);
}
if (check && stale.length > 0) {
  console.error(
    `Expected the image of sluice ${version}, found another in ${stale.join(', ')}; run "node scripts/set-tool-version.ts".`,
  );
  process.exit(1);
}
