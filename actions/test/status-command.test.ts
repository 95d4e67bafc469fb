// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '@sluice/cli';
import { githubVariables } from '@sluice/local';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type GitHubServer, startGitHub } from './github-server.ts';

const image = `ghcr.io/acme/shop@sha256:${'a'.repeat(64)}`;
let github: GitHubServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-status-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  github = await startGitHub();
});
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});

/** `sluice status …` as a job of GitHub Actions runs it. */
async function status(argv: readonly string[], env?: Record<string, string>) {
  const written = { out: '', err: '' };
  const sink = (name: 'out' | 'err') => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTerminal: false,
    columns: 100,
  });
  const exit = await runCli(['status', ...argv], {
    stdout: sink('out'),
    stderr: sink('err'),
    stdin: async () => new Uint8Array(),
    env: env ?? { ...githubVariables(), GITHUB_API_URL: github.url, GITHUB_TOKEN: 'job-token' },
    now: () => new Date(),
    signal: new AbortController().signal,
  });
  return { exit, ...written };
}

test('a status without a report says that the image is still being verified', async () => {
  expect(await status([image])).toMatchObject({ exit: 0, out: 'https://github.com/acme/shop/runs/4000\n' });
  expect(github.checkRuns).toMatchObject([{ name: 'sluice: acme/shop', status: 'in_progress' }]);
});

test('a status with a report says the verdict in the same check', async () => {
  const report = join(folder, 'report.json');
  await writeFile(report, JSON.stringify({ success: true, components: [{ containerImage: image, success: true }] }));
  await status([image]);
  await status(['--report', report, image]);
  expect(github.checkRuns).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
});

test.each(['no-report.json', 'empty.json'])('a status whose report is %s is a failure, not a pass', async (name) => {
  await writeFile(join(folder, 'empty.json'), '');
  expect((await status(['--report', join(folder, name), image])).exit).toBe(0);
  expect(github.checkRuns).toMatchObject([{ conclusion: 'failure', title: 'Could not be decided' }]);
});

test('two images of one run have a check each, because GitHub shows one of a name', async () => {
  await status([image]);
  await status([image.replace('shop', 'cart')]);
  expect(github.checkRuns.map(({ name }) => name)).toEqual(['sluice: acme/shop', 'sluice: acme/cart']);
});

test.each([
  [[image], {}, 'A run of GitHub Actions or GitLab CI was expected'],
  [['--neutral', 'a', '--report', 'b', image], undefined, 'Either --report or --neutral'],
  [['Not/An/Image'], undefined, 'Not/An/Image'],
] as const)('%j is wrong usage', async (argv, env, sentence) => {
  const run = await status(argv, env);
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toContain(sentence);
  expect(github.checkRuns).toEqual([]);
});
