// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { githubVariables, type LocalStack, startLocal, type TrustFiles, writeTrustFiles } from '@sluice/local';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sluice } from './sluice.ts';

let stack: LocalStack;
let folder: string;
let trust: TrustFiles;

beforeAll(async () => {
  [stack, folder] = await Promise.all([startLocal(), mkdtemp(join(tmpdir(), 'sluice-doctor-'))]);
  trust = await writeTrustFiles(stack, folder);
});

afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true });
});

const job = () => ({
  ...githubVariables(),
  ...stack.oidc.githubTokenRequest(),
  GITHUB_TOKEN: 'job-token',
  SLUICE_SIGNING_CONFIG: trust.signingConfig,
  SLUICE_TRUSTED_ROOT: trust.trustedRoot,
  SLUICE_OIDC_ISSUER: stack.oidc.github.url,
});

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

test('an image that is no reference is wrong usage', async () => {
  const run = await sluice(['doctor', 'Not/An/Image'], job());
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toContain('Not/An/Image');
});
