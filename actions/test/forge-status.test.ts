// SPDX-License-Identifier: Apache-2.0
import {
  type ForgeState,
  openGitHub,
  readVerdict,
  reportStatus,
  type StepContext,
  storeAttestation,
} from '@sluice/core';
import { githubVariables } from '@sluice/local';
import { afterEach, expect, test } from 'vitest';
import { type GitHubServer, type GitHubServerOptions, startGitHub } from './github-server.ts';

const image = `ghcr.io/acme/shop@sha256:${'a'.repeat(64)}`;
const servers: GitHubServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    expect(server.violations).toEqual([]);
    await server.close();
  }
});

async function scene(options: GitHubServerOptions = {}) {
  const server = await startGitHub(options);
  servers.push(server);
  const warnings: string[] = [];
  const ctx: StepContext = {
    now: () => new Date('2026-02-03T04:05:06Z'),
    env: { ...githubVariables(), GITHUB_API_URL: server.url, GITHUB_TOKEN: 'job-token' },
    log: { info: () => undefined, warn: (message) => warnings.push(message), debug: () => undefined },
  };
  return { server, ctx, warnings, report: (state: ForgeState) => reportStatus(ctx, { image, state }) };
}

const finding = (number: number) => ({
  level: 'violation' as const,
  component: 'app',
  image,
  code: `slsa_source_correlated.rule_${number}`,
  message: 'The provenance does not name the commit.',
  solution: 'Build the commit again.',
});

const verdict = (count: number): ForgeState => ({
  kind: 'verdict',
  verdict: { success: count === 0, images: [image], findings: Array.from({ length: count }, (_, i) => finding(i)) },
  markdown: '## Verdict',
});

test('a check says that the image is built and still verified, and the same check then says the verdict', async () => {
  const { server, report } = await scene();
  const started = await report({ kind: 'verifying' });
  expect(server.checkRuns).toMatchObject([{ status: 'in_progress', title: 'Built, still verifying the image' }]);
  const ended = await report(verdict(0));
  expect(ended).toEqual(started);
  expect(server.checkRuns).toMatchObject([
    { status: 'completed', conclusion: 'success', title: 'Passed: 0 violations, 0 warnings', summary: '## Verdict' },
  ]);
});

test('120 violations are 120 annotations, fifty a request, and the conclusion comes last', async () => {
  const { server, report } = await scene();
  await report({ kind: 'verifying' });
  await report(verdict(120));
  expect(server.checkRuns[0]).toMatchObject({ conclusion: 'failure', title: 'Refused: 120 violations, 0 warnings' });
  expect(server.checkRuns[0]?.annotations).toHaveLength(120);
  expect(server.checkRuns[0]?.annotations[0]).toMatchObject({
    path: '.github/workflows/release.yml',
    message: 'slsa_source_correlated.rule_0\nThe provenance does not name the commit.\nTo fix: Build the commit again.',
  });
  expect(server.requests.filter((line) => line.startsWith('PATCH'))).toHaveLength(4);
});

test('an interruption while annotations are sent leaves a check that is under way, and the next try completes it once', async () => {
  const { server, report } = await scene();
  await report({ kind: 'verifying' });
  server.failNext('PATCH', 422);
  server.failNext('PATCH', 422);
  await expect(report(verdict(60))).rejects.toThrow('GitHub answered 422');
  expect(server.checkRuns[0]).toMatchObject({ status: 'in_progress', conclusion: null });
  await expect(report(verdict(60))).rejects.toThrow('GitHub answered 422');
  await report(verdict(60));
  await report(verdict(60));
  expect(server.checkRuns).toHaveLength(1);
  expect(server.checkRuns[0]?.annotations).toHaveLength(60);
});

test('a creation whose answer is lost does not make a second check', async () => {
  const { server, report } = await scene();
  server.failNext('POST', 502, {}, true);
  await report({ kind: 'verifying' });
  expect(server.checkRuns).toHaveLength(1);
});

test('an answer 503 is asked for again, and the log says so', async () => {
  const { server, report, warnings } = await scene();
  server.failNext('GET', 503);
  await report({ kind: 'verifying' });
  expect(server.checkRuns).toHaveLength(1);
  expect(warnings.join()).toContain("GitHub's API: answered 503; trying again");
});

test('a rate limit that ends soon is waited for', async () => {
  const { server, report } = await scene();
  server.failNext('GET', 429, { 'retry-after': '0' });
  await report({ kind: 'verifying' });
  expect(server.checkRuns).toHaveLength(1);
});

test('a rate limit that lasts is an error with the time of its end', async () => {
  const { server, report } = await scene();
  const reset = Date.parse('2026-02-03T05:00:00Z') / 1000;
  server.failNext('GET', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) });
  await expect(report({ kind: 'verifying' })).rejects.toThrow('used up until 2026-02-03T05:00:00.000Z');
  expect(server.checkRuns).toEqual([]);
});

test('without checks: write the error names that permission', async () => {
  const { report } = await scene({ permissions: [] });
  await expect(report({ kind: 'verifying' })).rejects.toThrow('the token needs the permission "checks: write"');
});

test('a wrong token is told apart from a missing permission, and is not shown', async () => {
  const { report } = await scene({ token: 'another' });
  const error = await report({ kind: 'verifying' }).catch((one: unknown) => String(one));
  expect(error).toContain('GitHub refused the token (401)');
  expect(error).not.toContain('job-token');
});

test('a fork without rights gets a neutral check that says why', async () => {
  const { server, report } = await scene();
  await report({ kind: 'neutral', reason: 'The pull request comes from eve/shop.' });
  expect(server.checkRuns[0]).toMatchObject({ conclusion: 'neutral', summary: expect.stringContaining('eve/shop') });
});

test('what could not be decided fails', async () => {
  const { server, report } = await scene();
  await report({ kind: 'undecided', reason: 'No report was written.' });
  expect(server.checkRuns[0]).toMatchObject({ conclusion: 'failure', title: 'Could not be decided' });
});

test('a report of 2 MB fits into the summary', async () => {
  const { server, report } = await scene();
  await report({
    ...verdict(1),
    markdown: '## Verdict\n```\n'.concat('a line of the report\n'.repeat(100_000)),
  } as ForgeState);
  expect(server.checkRuns[0]?.summary.length).toBeLessThanOrEqual(65_535);
  expect(server.checkRuns[0]?.summary).toContain('The rest is left out');
});

test('a bundle is stored where gh attestation verify looks', async () => {
  const { server, ctx } = await scene();
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {},
    dsseEnvelope: {},
  };
  const { url } = await storeAttestation(await openGitHub(ctx), bundle);
  expect(url).toBe('https://github.com/acme/shop/attestations/701');
  expect(server.attestations).toEqual([bundle]);
});

test('without attestations: write the error names that permission', async () => {
  const { ctx } = await scene({ permissions: ['checks'] });
  const github = await openGitHub(ctx);
  await expect(storeAttestation(github, {})).rejects.toThrow('the permission "attestations: write"');
});

test.each([
  ['', 'was expected to be JSON'],
  ['{"success": true}', 'was expected to be JSON'],
  ['[]', 'was expected to be JSON'],
])('a report %j is refused', (text, sentence) => {
  expect(() => readVerdict(text)).toThrow(sentence);
});

test.each([
  { success: true, components: [] },
  { success: true, components: [{ success: false }] },
  { success: true, components: [{ success: true, violations: [{ msg: 'bad' }] }] },
  { success: false, components: [{ success: true }] },
])('a report whose parts do not all pass is no pass: %j', (report) => {
  expect(readVerdict(JSON.stringify(report)).success).toBe(false);
});
