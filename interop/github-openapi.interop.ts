// SPDX-License-Identifier: Apache-2.0
// The part of GitHub's OpenAPI description that our tests hold requests against, compared with what GitHub publishes.

import { strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cutOut, openApiVersion } from '../scripts/github-openapi.ts';
import type { Check } from './check.ts';

const run = promisify(execFile);

export const checks: readonly Check[] = [
  { name: `our requests are held against @octokit/openapi ${openApiVersion}`, needs: [], run: published },
];

async function published(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-openapi-'));
  try {
    const { stdout } = await run('npm', ['pack', '--silent', `@octokit/openapi@${openApiVersion}`], { cwd: folder });
    const file = 'package/generated/api.github.com.json';
    await run('tar', ['-xzf', stdout.trim().split('\n').at(-1) ?? '', file], { cwd: folder });
    const ours = await readFile(join(import.meta.dirname, '../actions/test/data/github-openapi.json'), 'utf8');
    const theirs = cutOut(JSON.parse(await readFile(join(folder, file), 'utf8')));
    strictEqual(ours, `${JSON.stringify(theirs, null, 2)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
