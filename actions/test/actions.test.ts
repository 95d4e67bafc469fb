// SPDX-License-Identifier: Apache-2.0

import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { githubVariables, type LocalStack, startLocal, type TrustFiles, writeTrustFiles } from '@sluice/local';
import { appendLayer, createSession, openRepository, parseReference, startRegistry } from '@sluice/oci';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { gate } from '../gate/src/gate.ts';
import { promote } from '../promote/src/promote.ts';
import { secure } from '../secure/src/secure.ts';
import { runAction } from '../src/run-action.ts';
import { status } from '../status/src/status.ts';
import { validate } from '../validate/src/validate.ts';
import { capturedJob } from './captured-job.ts';
import { type GitHubServer, startGitHub } from './github-server.ts';

/** What the runner gives where a workflow says nothing. */
const defaults: Readonly<Record<string, string>> = Object.fromEntries(
  globSync('*/action.yml', { cwd: join(import.meta.dirname, '..') }).flatMap((file) => {
    const definition: { inputs: Record<string, { default?: string }> } = parse(
      readFileSync(join(import.meta.dirname, '..', file), 'utf8'),
    );
    return Object.entries(definition.inputs).map(([name, { default: value = '' }]) => [name, value]);
  }),
);

const subject = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main';

let stack: LocalStack;
let folder: string;
let trust: TrustFiles;
let github: GitHubServer;
let image: string;
let policy: string;

beforeAll(async () => {
  [stack, folder] = await Promise.all([startLocal(), mkdtemp(join(tmpdir(), 'sluice-actions-'))]);
  trust = await writeTrustFiles(stack, join(folder, 'trust'));
  policy = `identity: { issuer: "${stack.oidc.github.url}", subject: "${subject}" }`;
});

beforeEach(async () => {
  github = await startGitHub();
  image = await pushImage(`${stack.registry.host}/acme/shop-${Math.random().toString(36).slice(2)}`);
  return async () => {
    expect(github.violations).toEqual([]);
    await github.close();
  };
});

afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true });
});

/** An image of one layer that holds its tag, so that two tags are two digests. */
async function pushImage(name: string, tag = 'main'): Promise<string> {
  const session = createSession();
  const content = join(folder, tag);
  await mkdir(content, { recursive: true });
  await writeFile(join(content, 'hello.txt'), `Hello, ${tag}.\n`);
  const { digest } = await appendLayer(openRepository(session, parseReference(name)), { content, tag });
  session.close();
  return `${name}@${digest}`;
}

const variables = (more: Record<string, string> = {}) => ({
  ...githubVariables(),
  ...stack.oidc.githubTokenRequest(),
  GITHUB_API_URL: github.url,
  SLUICE_SIGNING_CONFIG: trust.signingConfig,
  SLUICE_TRUSTED_ROOT: trust.trustedRoot,
  SLUICE_OIDC_ISSUER: stack.oidc.github.url,
  RUNNER_TEMP: join(folder, 'temp'),
  ...more,
});

const job = (inputs: Record<string, string>, more: Record<string, string> = {}) =>
  capturedJob({ ...defaults, 'github-token': 'job-token', ...inputs }, variables(more));

test('what secure attached is told: digest, bundles, signer, artifact, attestations at GitHub', async () => {
  const artifacts = join(folder, 'artifacts');
  const done = job({ image, 'push-to-github': 'true' }, { GITHUB_ARTIFACTS: artifacts });
  await runAction(done, secure);
  expect(done.annotations).toEqual([]);
  expect(done.failed()).toBe(false);
  expect(done.outputs.get('image')).toBe(image);
  expect(done.outputs.get('digest')).toBe(image.split('@')[1]);
  expect(done.outputs.get('signer')).toBe(subject);
  const bundles = await Promise.all(
    (done.outputs.get('bundle-paths') ?? '').split('\n').map((path) => readFile(path, 'utf8')),
  );
  expect(bundles.map((text) => JSON.parse(text))).toEqual(github.attestations);
  expect(bundles).toHaveLength(2);
  expect(await readFile(artifacts, 'utf8')).toBe(`oci://${image}\n`);
  expect(done.summaries.join()).toContain('Secured');
});

test('securing twice adds nothing, and still tells the digest', async () => {
  await runAction(job({ image }), secure);
  const again = job({ image });
  await runAction(again, secure);
  expect(again.outputs.get('bundle-paths')).toBe('');
  expect(again.outputs.get('image')).toBe(image);
});

test('secrets are masked before anything else happens', async () => {
  const done = job({ image: 'Not/An/Image' }, { COSIGN_PASSWORD: 'correct horse' });
  await runAction(done, secure);
  expect(done.masked).toContain('correct horse');
  expect(done.masked).toContain('job-token');
  expect(done.failed()).toBe(true);
});

test('without attestations: write the image is signed, and the line to add is named', async () => {
  github.failNext('POST', 403, { 'x-accepted-github-permissions': 'attestations=write' });
  const done = job({ image, 'push-to-github': 'true' });
  await runAction(done, secure);
  expect(done.failed()).toBe(true);
  expect(done.annotations.join()).toContain('permissions:\n      attestations: write');
});

test('an image that nobody signed is refused, with reports, annotations and outputs', async () => {
  const done = job({ image, policy });
  await runAction(done, validate);
  expect(done.failed()).toBe(true);
  expect(done.outputs.get('verdict')).toBe('refused');
  expect(done.annotations.join()).toContain('builtin.image.signature_check');
  expect(JSON.parse(await readFile(done.outputs.get('report-json') ?? '', 'utf8'))).toMatchObject({ success: false });
  expect(JSON.parse(await readFile(done.outputs.get('report-sarif') ?? '', 'utf8'))).toHaveProperty('runs');
  expect(done.summaries.join()).toContain('❌ Refused');
});

test('the gate promotes what passes and tells where it is', async () => {
  await runAction(job({ image }), secure);
  const done = job({ image, policy, to: 'latest\nstable' });
  await runAction(done, gate);
  expect(done.annotations).toEqual([]);
  const name = image.split('@')[0];
  expect(done.outputs.get('promoted')).toBe(`${name}:latest\n${name}:stable`);
  expect(done.outputs.get('verdict')).toBe('passed');
  expect(done.outputs.get('policy-digest')).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test('the gate promotes nothing that does not pass, and says so', async () => {
  const done = job({ image, policy, to: 'latest' });
  await runAction(done, gate);
  expect(done.failed()).toBe(true);
  expect(done.outputs.get('promoted')).toBe('');
  expect(done.annotations.join()).toContain('Nothing was promoted');
});

test('a moving tag is not moved without force, and the sentence says which input', async () => {
  await runAction(job({ image }), secure);
  await runAction(job({ image, policy, to: 'latest' }), promote);
  const name = image.split('@')[0] ?? '';
  const other = await pushImage(name, 'other');
  await runAction(job({ image: other }), secure);
  const done = job({ image: other, policy, to: 'latest' });
  await runAction(done, promote);
  expect(done.failed()).toBe(true);
  expect(done.annotations.join()).toMatch(/force/);
});

test('a policy of many lines may stand in the workflow itself', async () => {
  await runAction(job({ image }), secure);
  const done = job({ image, policy: `identity:\n  issuer: ${stack.oidc.github.url}\n  subject: ${subject}\n` });
  await runAction(done, validate);
  expect(done.outputs.get('verdict')).toBe('passed');
});

test('validation holds the image against the source that is named', async () => {
  await runAction(job({ image }), secure);
  const done = job({
    image,
    policy,
    'source-url': 'https://github.com/acme/shop',
    'source-revision': githubVariables().GITHUB_SHA ?? '',
  });
  await runAction(done, validate);
  expect(done.failed()).toBe(false);
  const report = JSON.parse(await readFile(done.outputs.get('report-json') ?? '', 'utf8'));
  expect(report.components[0].source.git.url).toBe('https://github.com/acme/shop');
});

test.each([
  [{}, 'Either "image" or "images" was expected, but neither is given'],
  [{ image: 'a/b:c', images: 'x' }, 'Either "image" or "images" was expected, but both are given'],
  [{ image: 'ghcr.io/a/b:c', 'source-revision': 'x' }, 'The input "source-url" was expected beside "source-revision"'],
])('validate refuses %j', async (inputs, sentence) => {
  const done = job({ policy, ...inputs });
  await runAction(done, validate);
  expect(done.failed()).toBe(true);
  expect(done.annotations.join()).toContain(sentence);
});

test('status writes nothing for a run that built no image', async () => {
  const done = job({ image: '' });
  await runAction(done, status);
  expect(done.failed()).toBe(false);
  expect(github.requests).toEqual([]);
});

test("a pull request's check stands on its head, not on the merge commit", async () => {
  const event = join(folder, 'pull-request.json');
  const repo = { full_name: 'acme/shop' };
  await writeFile(event, JSON.stringify({ pull_request: { head: { sha: 'c'.repeat(40), repo }, base: { repo } } }));
  await runAction(job({ image }, { GITHUB_EVENT_PATH: event, GITHUB_EVENT_NAME: 'pull_request' }), status);
  expect(github.checkRuns[0]?.head_sha).toBe('c'.repeat(40));
});

test('a registry that cannot be reached is an error of one sentence', async () => {
  const closed = await startRegistry();
  await closed.close();
  const done = job({ image: `${closed.host}/acme/app@sha256:${'a'.repeat(64)}` });
  await runAction(done, secure);
  expect(done.failed()).toBe(true);
  expect(done.annotations).toHaveLength(1);
  expect(done.annotations[0]).toContain(closed.host);
});
