// SPDX-License-Identifier: Apache-2.0
// What changesets' release pull request does: raise the versions, and build the bundles that carry them.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const run = (...words: string[]) => execFileSync('npx', ['-y', 'pnpm@12', ...words], { cwd: root, stdio: 'inherit' });

run('exec', 'changeset', 'version');
run('install', '--lockfile-only');
run('exec', 'node', 'scripts/set-tool-version.ts');
run('exec', 'node', 'scripts/build-actions.ts');
run('exec', 'node', 'scripts/generate-docs.ts');
