// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { githubVariables, type LocalStack, startLocal, type TrustFiles, writeTrustFiles } from '@sluice/local';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sluice } from './sluice.ts';

let stack: LocalStack;
let folder: string;
let trust: TrustFiles;
let api: Server;
let apiUrl: string;
const requests: { readonly route: string; readonly body: Record<string, unknown> }[] = [];

beforeAll(async () => {
  [stack, folder] = await Promise.all([startLocal(), mkdtemp(join(tmpdir(), 'sluice-status-'))]);
  trust = await writeTrustFiles(stack, folder);
  api = createServer(async (incoming, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    requests.push({ route: `${incoming.method} ${incoming.url}`, body: text === '' ? {} : JSON.parse(text) });
    const list =
      incoming.method === 'GET' ? { check_runs: [] } : { id: 7, html_url: 'https://github.com/acme/shop/runs/7' };
    answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const address = api.address();
  apiUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});

afterAll(async () => {
  await stack.close();
  api.close();
  await rm(folder, { recursive: true });
});

const job = () => ({
  ...githubVariables(),
  ...stack.oidc.githubTokenRequest(),
  GITHUB_API_URL: apiUrl,
  GITHUB_TOKEN: 'job-token',
  SLUICE_SIGNING_CONFIG: trust.signingConfig,
  SLUICE_TRUSTED_ROOT: trust.trustedRoot,
  SLUICE_OIDC_ISSUER: stack.oidc.github.url,
});
const image = `127.0.0.1:5000/acme/app@sha256:${'a'.repeat(64)}`;

test('the doctor says what is well, line by line, and ends with 0', async () => {
  const run = await sluice(['doctor'], job());
  expect(run.exit).toBe(0);
  expect(run.out).toMatch(/^✓ identity {5}The token says/m);
  expect(run.out).toMatch(/^✓ fulcio/m);
});

test('the doctor ends with 1 where something would stop the flow, and says what to change', async () => {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _url, ...env } = job();
  const run = await sluice(['doctor'], env);
  expect(run.exit).toBe(1);
  expect(run.out).toContain('to fix: Add "permissions: id-token: write" to the job');
});

test('the doctor speaks JSON to machines', async () => {
  const run = await sluice(['doctor', '--json'], job());
  const { findings }: { findings: readonly { level: string }[] } = JSON.parse(run.out);
  expect(findings.length).toBeGreaterThan(5);
});

test('a status without a report says that the image is still being verified', async () => {
  requests.length = 0;
  const run = await sluice(['status', image], job());
  expect(run).toMatchObject({ exit: 0, out: 'https://github.com/acme/shop/runs/7\n' });
  expect(requests.at(-1)?.body).toMatchObject({
    status: 'in_progress',
    external_id: expect.stringContaining('acme/app'),
  });
});

test('a status with a report says the verdict', async () => {
  const report = join(folder, 'report.json');
  await writeFile(
    report,
    JSON.stringify({ success: true, components: [{ name: 'app', containerImage: image, success: true }] }),
  );
  await sluice(['status', '--report', report, image], job());
  expect(requests.at(-1)?.body).toMatchObject({ conclusion: 'success' });
});

test.each(['no-report.json', 'empty.json'])('a status whose report is %s is a failure, not a pass', async (name) => {
  await writeFile(join(folder, 'empty.json'), '');
  const run = await sluice(['status', '--report', join(folder, name), image], job());
  expect(run.exit).toBe(0);
  expect(requests.at(-1)?.body).toMatchObject({ conclusion: 'failure', output: { title: 'Could not be decided' } });
});

test.each([
  [['status', image], {}, 2, 'A run of GitHub Actions or GitLab CI was expected'],
  [['status', '--neutral', 'a', '--report', 'b', image], undefined, 2, 'Either --report or --neutral'],
  [['status', 'Not/An/Image'], undefined, 2, 'Not/An/Image'],
  [['doctor', 'Not/An/Image'], undefined, 2, 'Not/An/Image'],
] as const)('%j is refused', async (argv, env, exit, sentence) => {
  const run = await sluice(argv, env ?? job());
  expect(run).toMatchObject({ exit, out: '' });
  expect(run.err).toContain(sentence);
});
