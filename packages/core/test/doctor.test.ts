// SPDX-License-Identifier: Apache-2.0

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DoctorFinding, type DoctorOptions, examine, type StepContext } from '@sluice/core';
import {
  githubVariables,
  gitlabVariables,
  type LocalStack,
  startLocal,
  type TrustFiles,
  writeTrustFiles,
} from '@sluice/local';
import {
  appendLayer,
  createSession,
  openRepository,
  parseReference,
  type RegistryOptions,
  type RequestRecord,
  startRegistry,
} from '@sluice/oci';
import { afterAll, beforeAll, expect, test } from 'vitest';

let stack: LocalStack;
let folder: string;
let trust: TrustFiles;

beforeAll(async () => {
  [stack, folder] = await Promise.all([startLocal(), mkdtemp(join(tmpdir(), 'sluice-doctor-'))]);
  trust = await writeTrustFiles(stack, join(folder, 'trust'));
  await writeFile(join(folder, 'hello.txt'), 'Hello.\n');
});

afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true });
});

function context(env: StepContext['env'], now: () => Date = () => new Date()): StepContext {
  return { now, env, log: { info: () => undefined, warn: () => undefined, debug: () => undefined } };
}

const github = (overrides: Record<string, string> = {}) => ({
  ...githubVariables(overrides),
  ...stack.oidc.githubTokenRequest(overrides),
  GITHUB_TOKEN: 'job-token',
});

const options = (more: Partial<DoctorOptions> = {}): DoctorOptions => ({
  oidcIssuer: stack.oidc.github.url,
  services: { signingConfig: trust.signingConfig },
  trust: { kind: 'file', path: trust.trustedRoot },
  ...more,
});

const show = (findings: readonly DoctorFinding[]) =>
  findings.map(({ level, check, message, fix }) => `${level} ${check}: ${message} ${fix ?? ''}`).join('\n');
const problems = (findings: readonly DoctorFinding[]) => findings.filter(({ level }) => level === 'problem');

async function registry(name: string, more: RegistryOptions = {}) {
  const running = await startRegistry(more);
  const requests: RequestRecord[] = [];
  const session = createSession({ onRequest: (request) => requests.push(request) });
  const reference = parseReference(`${running.host}/${name}:main`);
  return { running, session, exam: { repository: openRepository(session, reference), requests, version: 'main' } };
}

test('a job that has all it needs has no problem, and learns what its policy has to name', async () => {
  const { running, exam } = await registry('acme/app');
  await appendLayer(exam.repository, { content: folder, tag: 'main' });
  const findings = await examine(context(github()), options({ registry: exam }));
  await running.close();
  expect(show(problems(findings))).toBe('');
  const text = show(findings);
  expect(text).toContain(
    'the subject https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main of the issuer',
  );
  expect(text).toContain('The job has "id-token: write".');
  expect(text).toContain('This job may push to');
  expect(text).toContain('The registry lists referrers by its API.');
  for (const service of ['Fulcio', 'Rekor v1', 'The timestamp authority']) expect(text).toContain(service);
});

test('the token itself is in no finding', async () => {
  const token = stack.oidc.mintGitLabToken();
  const findings = await examine(
    context({ ...gitlabVariables(), SIGSTORE_ID_TOKEN: token }),
    options({ oidcIssuer: stack.oidc.gitlab.url }),
  );
  expect(show(problems(findings))).toBe('');
  for (const part of token.split('.')) expect(show(findings)).not.toContain(part);
});

test('a job without id-token: write is told the line to add', async () => {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _url, ...env } = github();
  expect(show(problems(await examine(context(env), options())))).toContain(
    'Add "permissions: id-token: write" to the job',
  );
});

test('a GitHub Enterprise Server without an OIDC endpoint is told from a missing permission', async () => {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _url, ...env } = github({ GITHUB_SERVER_URL: 'https://github.example.com' });
  const text = show(problems(await examine(context(env), options())));
  expect(text).toContain('https://github.example.com gave this job no place to ask for an OIDC token');
  expect(text).toContain('an administrator must turn on');
});

test('a token that is not meant for Fulcio is named with its audience', async () => {
  const SIGSTORE_ID_TOKEN = stack.oidc.mintGitLabToken({ aud: 'https://gitlab.com' });
  const findings = await examine(context({ ...gitlabVariables(), SIGSTORE_ID_TOKEN }), options());
  expect(show(problems(findings))).toContain('found "https://gitlab.com"');
});

test('a variable that an earlier step changed is found', async () => {
  const findings = await examine(context({ ...github(), GITHUB_REPOSITORY: 'evil/shop' }), options());
  expect(show(problems(findings))).toContain('evil/shop');
});

test('an issuer that Fulcio does not know is named before anything is signed', async () => {
  const configured = createServer((_, answer) =>
    answer.end(JSON.stringify({ issuers: [{ issuerUrl: 'https://gitlab.com' }] })),
  );
  const fulcioUrl = await listen(configured);
  const services = { fulcioUrl, rekorUrl: stack.rekorUrl };
  const findings = await examine(context(github()), options({ services }));
  configured.close();
  expect(show(problems(findings))).toContain(`does not take tokens of ${stack.oidc.github.url}`);
});

test('a service that cannot be reached, and one that answers 503, are problems with an address', async () => {
  const broken = createServer((_, answer) => answer.writeHead(503).end());
  const rekorUrl = await listen(broken);
  const findings = await examine(
    context(github()),
    options({ services: { fulcioUrl: 'http://127.0.0.1:9', rekorUrl } }),
  );
  broken.close();
  const text = show(problems(findings));
  expect(text).toContain('Fulcio at http://127.0.0.1:9 could not be reached');
  expect(text).toContain(`Rekor v1 at ${rekorUrl} answered 503`);
});

test('a clock that is three minutes ahead is said', async () => {
  const ahead = () => new Date(Date.now() + 200_000);
  const findings = await examine(context(github(), ahead), options());
  expect(show(findings)).toMatch(/warning clock: The clock of this machine is 2\d\d s ahead of Fulcio's/);
});

test('a registry that lets nobody push is a problem with a way to log in', async () => {
  const auth = { kind: 'basic', users: [{ username: 'ada', password: 'secret' }] } as const;
  const { running, exam } = await registry('acme/app', { auth });
  const findings = await examine(context(github()), options({ registry: exam }));
  await running.close();
  const text = show(problems(findings));
  expect(text).toContain('This job may not push to');
  expect(text).toContain(`Log in to ${running.host}`);
});

test('an image that was never pushed is told from a registry that refuses', async () => {
  const { running, exam } = await registry('acme/app');
  const findings = await examine(context(github()), options({ registry: exam }));
  await running.close();
  expect(show(problems(findings))).toContain('There is no "main" in');
});

test('a registry without the referrers API is no problem', async () => {
  const { running, exam } = await registry('acme/app', { referrersApi: false });
  await appendLayer(exam.repository, { content: folder, tag: 'main' });
  const findings = await examine(context(github()), options({ registry: exam }));
  await running.close();
  expect(show(problems(findings))).toBe('');
  expect(show(findings)).toContain('The registry has no referrers API (404)');
});

test("a proxy's password is not shown, and a proxy that is no URL is a problem", async () => {
  const env = { ...github(), NO_PROXY: '127.0.0.1' };
  const set = show(
    await examine(context({ ...env, HTTPS_PROXY: 'http://ada:hunter2@proxy.example.com:3128' }), options()),
  );
  expect(set).toContain('HTTPS_PROXY is proxy.example.com:3128; not for 127.0.0.1');
  expect(set).not.toContain('hunter2');
  const unset = await examine(context({ ...env, HTTPS_PROXY: 'proxy' }), options());
  expect(show(problems(unset))).toContain('HTTPS_PROXY should be a URL');
});

test('a trusted root that is not there is a problem', async () => {
  const findings = await examine(
    context(github()),
    options({ trust: { kind: 'file', path: join(folder, 'none.json') } }),
  );
  expect(show(problems(findings))).toContain('none.json');
});

test('a laptop is told that it has no identity, which is no problem', async () => {
  expect(show(problems(await examine(context({}), options())))).toBe('');
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}
