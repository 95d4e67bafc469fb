// SPDX-License-Identifier: Apache-2.0
// Publishes gitlab-components/ as a project of its own, because the catalog looks for templates/ at the top of a project:
//   node scripts/publish-components.ts VERSION REMOTE
// splits the folder's history into a branch and pushes it with the tag VERSION (1.2.3) to REMOTE, a git address that the
// caller may push to. The tag's pipeline there releases to the catalog.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const [version = '', remote = ''] = process.argv.slice(2);

if (!/^\d+\.\d+\.\d+$/.test(version) || remote === '' || remote.startsWith('-')) {
  fail('Expected VERSION (such as 1.2.3) and REMOTE (a git address).');
}
for (const file of ['gate', 'secure', 'attest', 'verify', 'validate', 'promote', 'doctor']) {
  const template = readFileSync(join(root, `gitlab-components/templates/${file}.yml`), 'utf8');
  if (!template.includes(`ghcr.io/sluice-ci/sluice:${version}"`)) {
    fail(`Expected gitlab-components/templates/${file}.yml to use the image of ${version}; run "pnpm version" first.`);
  }
}
const commit = git('subtree', 'split', '--prefix', 'gitlab-components', 'HEAD');
git('push', '--', remote, `${commit}:refs/heads/main`, `${commit}:refs/tags/${version}`);
console.log(`Published ${commit} as ${version}.`);

function git(...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', argv, { cwd: root, encoding: 'utf8' });
  if (status !== 0) fail(`git ${argv[0]} ended with ${status}: ${stderr.trim()}`);
  return stdout.trim();
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}
