// SPDX-License-Identifier: Apache-2.0
// Looks at each package as npm would publish it: publint (are the entries there?) and attw (do the types resolve?).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'sluice-packages-'));
let failed = 0;

const run = (program: string, argv: readonly string[], cwd: string): boolean => {
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd, encoding: 'utf8' });
  if (status !== 0) console.log(stdout + stderr);
  return status === 0;
};

try {
  for (const name of readdirSync(join(root, 'packages'))) {
    const path = join(root, 'packages', name);
    const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    if (manifest.private) continue;
    const packed = run('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', folder], path);
    const tarball = join(folder, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`);
    const bin = (tool: string) => join(root, 'node_modules/.bin', tool);
    const whole = packed && run(bin('publint'), ['--strict', tarball], root);
    // A command has no types to resolve.
    const typed = name === 'cli' || run(bin('attw'), [tarball, '--profile', 'esm-only'], root);
    console.log(`${whole && typed ? 'passed' : 'FAILED'}  ${manifest.name}`);
    if (!whole || !typed) failed += 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exit(failed === 0 ? 0 : 1);
