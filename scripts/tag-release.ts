// SPDX-License-Identifier: Apache-2.0
// Releases what is checked out, once: the tag vX.Y.Z with a GitHub release, and the major tag moved to it. The major tag
// has no release of its own, so that it may move where releases are immutable. Needs `gh` and GH_TOKEN.
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const gh = (...words: string[]) => execFileSync('gh', words, { cwd: root, encoding: 'utf8' }).trim();
const output = (name: string, value: string) => {
  if (process.env['GITHUB_OUTPUT']) appendFileSync(process.env['GITHUB_OUTPUT'], `${name}=${value}\n`);
};

const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'));
if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`a version X.Y.Z was expected in packages/cli, found ${version}`);
const repository = process.env['GITHUB_REPOSITORY'] ?? '';
const commit = process.env['GITHUB_SHA'] ?? '';
const tag = `v${version}`;
const major = `v${version.split('.')[0]}`;

output('version', version);
if (exists(`repos/${repository}/git/ref/tags/${tag}`)) {
  console.log(`${tag} is released already`);
  output('released', 'false');
} else {
  gh('release', 'create', tag, '--target', commit, '--title', tag, '--generate-notes');
  moveTag(major);
  console.log(`released ${tag} and moved ${major}`);
  output('released', 'true');
}

function moveTag(name: string): void {
  if (exists(`repos/${repository}/git/ref/tags/${name}`)) {
    gh('api', '-X', 'PATCH', `repos/${repository}/git/refs/tags/${name}`, '-f', `sha=${commit}`, '-F', 'force=true');
  } else {
    gh('api', '-X', 'POST', `repos/${repository}/git/refs`, '-f', `ref=refs/tags/${name}`, '-f', `sha=${commit}`);
  }
}

function exists(path: string): boolean {
  try {
    gh('api', path);
    return true;
  } catch (error) {
    if (error instanceof Error && /HTTP 404/.test(String(Reflect.get(error, 'stderr') ?? error.message))) return false;
    throw error;
  }
}
