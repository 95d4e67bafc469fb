// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepContext } from '../context.ts';
import { createHttpClient } from '../http/http-client.ts';
import { readCi } from './ci.ts';

const now = new Date('2026-03-01T12:00:00Z');
const retry = { attempts: 2, firstDelayMs: 1, maxDelayMs: 1 };
const logged: string[] = [];
let server: http.Server;
let issuer: string;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let published: string;
let requests: string[] = [];

beforeAll(async () => {
  keys = await generateKeyPair('RS256');
  published = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one' }] });
  server = http.createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
    if (request.url?.startsWith('/token')) {
      void mint(githubClaims()).then((value) => response.end(JSON.stringify({ value })));
    } else if (request.url === '/denied?x=1&audience=sigstore') response.writeHead(403).end();
    else if (request.url === '/keys') response.end(published);
    else response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // listen on a TCP port makes address() an AddressInfo.
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const githubEnv = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SHA: 'a'.repeat(40),
  GITHUB_RUN_ID: '77',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/build.yml@refs/heads/main',
  GITHUB_REPOSITORY_ID: '10',
  GITHUB_REPOSITORY_OWNER_ID: '20',
};

const gitlabEnv = {
  GITLAB_CI: 'true',
  CI_SERVER_URL: 'https://gitlab.com',
  CI_PROJECT_PATH: 'acme/team/shop',
  CI_PROJECT_ID: '10',
  CI_PROJECT_NAMESPACE_ID: '20',
  CI_COMMIT_SHA: 'b'.repeat(40),
  CI_COMMIT_REF_NAME: 'main',
  CI_COMMIT_REF_PROTECTED: 'true',
  CI_PIPELINE_SOURCE: 'push',
  CI_JOB_ID: '99',
  CI_JOB_STARTED_AT: '2026-03-01T11:59:00Z',
  CI_PROJECT_VISIBILITY: 'private',
};

function githubClaims(): JWTPayload {
  return {
    sub: 'repo:acme/shop:ref:refs/heads/main',
    repository: 'acme/shop',
    repository_id: '10',
    repository_owner_id: '20',
    repository_visibility: 'public',
    ref: 'refs/heads/main',
    sha: 'a'.repeat(40),
    run_id: '77',
    run_attempt: '2',
    event_name: 'push',
    runner_environment: 'github-hosted',
    workflow_ref: 'acme/shop/.github/workflows/build.yml@refs/heads/main',
    job_workflow_ref: 'acme/flows/.github/workflows/reusable.yml@refs/tags/v1',
  };
}

function gitlabClaims(): JWTPayload {
  return {
    sub: 'project_path:acme/team/shop:ref_type:branch:ref:main',
    project_path: 'acme/team/shop',
    project_id: '10',
    namespace_id: '20',
    sha: 'b'.repeat(40),
    ref: 'main',
    ref_type: 'branch',
    ref_path: 'refs/heads/main',
    ref_protected: 'true',
    pipeline_source: 'push',
    job_id: '99',
    runner_id: 5,
    runner_environment: 'self-hosted',
    project_visibility: 'private',
    ci_config_ref_uri: 'gitlab.com/acme/team/shop//.gitlab-ci.yml@refs/heads/main',
  };
}

function mint(
  claims: JWTPayload,
  change: { aud?: string; exp?: Date; iss?: string; key?: typeof keys.privateKey } = {},
) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(change.iss ?? issuer)
    .setAudience(change.aud ?? 'sigstore')
    .setIssuedAt(now)
    .setExpirationTime(change.exp ?? new Date(now.getTime() + 300_000))
    .sign(change.key ?? keys.privateKey);
}

function without(claims: JWTPayload, name: string): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
}

function context(env: Record<string, string>): StepContext {
  const note = (message: string) => void logged.push(message);
  return { now: () => now, env, log: { info: note, warn: note, debug: note } };
}

async function read(env: Record<string, string>, options: Parameters<typeof readCi>[2] = {}) {
  const ctx = context(env);
  const client = createHttpClient(ctx, { retry });
  try {
    return await readCi(ctx, client, { oidcIssuer: issuer, ...options });
  } finally {
    client.close();
  }
}

describe('on GitHub', () => {
  it('the claims of a confirmed token say what is built and who builds it', async () => {
    const { context: ci } = await read({ ...githubEnv, SIGSTORE_ID_TOKEN: await mint(githubClaims()) });
    expect(ci).toEqual({
      kind: 'github',
      serverUrl: 'https://github.com',
      repository: 'acme/shop',
      repositoryUri: 'https://github.com/acme/shop',
      ref: 'refs/heads/main',
      commit: 'a'.repeat(40),
      builderId: 'https://github.com/acme/flows/.github/workflows/reusable.yml@refs/tags/v1',
      invocationId: 'https://github.com/acme/shop/actions/runs/77/attempts/2',
      configPath: '.github/workflows/build.yml',
      eventName: 'push',
      repositoryId: '10',
      repositoryOwnerId: '20',
      runnerEnvironment: 'github-hosted',
      visibility: 'public',
      source: 'verified-claims',
    });
  });

  it('a token is minted on request when the job may have one', async () => {
    requests = [];
    const env = {
      ...githubEnv,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer}/token?x=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer-secret',
    };
    const { context: ci, token } = await read(env);
    expect(requests[0]).toBe('GET /token?x=1&audience=sigstore Bearer bearer-secret');
    expect(ci).toMatchObject({ source: 'verified-claims' });
    expect(JSON.stringify(token)).not.toContain('eyJ');
  });

  it('a job without the permission is told which one it misses, and no secret is shown', async () => {
    const env = {
      ...githubEnv,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer}/denied?x=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer-secret',
    };
    const error = String(await read(env).catch((thrown) => thrown));
    expect(error).toMatch(/answered 403 .* "permissions: id-token: write"/);
    expect(error + logged.join()).not.toContain('bearer-secret');
  });

  it('variables alone are believed only as variables', async () => {
    const { context: ci, token } = await read(githubEnv);
    expect(token).toBeUndefined();
    expect(ci).toMatchObject({ source: 'variables', builderId: `https://github.com/${githubEnv.GITHUB_WORKFLOW_REF}` });
  });

  it.each([
    ['GITHUB_SHA', 'c'.repeat(40), 'sha'],
    ['GITHUB_REPOSITORY', 'evil/shop', 'repository'],
    ['GITHUB_REF', 'refs/heads/feature', 'ref'],
    ['GITHUB_RUN_ID', '78', 'run_id'],
  ])('a forged %s is an error that names variable and claim', async (variable, value, claim) => {
    const env = { ...githubEnv, SIGSTORE_ID_TOKEN: await mint(githubClaims()), [variable]: value };
    await expect(read(env)).rejects.toThrow(
      new RegExp(`says ${claim} is ".*", the variable ${variable} says "${value}"`),
    );
  });
});

describe('on GitLab', () => {
  it('the claims of a confirmed token say what is built and who builds it', async () => {
    const { context: ci } = await read({ ...gitlabEnv, SIGSTORE_ID_TOKEN: await mint(gitlabClaims()) });
    expect(ci).toMatchObject({
      kind: 'gitlab',
      repositoryUri: 'https://gitlab.com/acme/team/shop',
      ref: 'refs/heads/main',
      builderId: 'https://gitlab.com/acme/team/shop//.gitlab-ci.yml@refs/heads/main',
      invocationId: 'https://gitlab.com/acme/team/shop/-/jobs/99',
      configPath: '.gitlab-ci.yml',
      runnerId: '5',
      visibility: 'private',
      refProtected: true,
      startedOn: new Date('2026-03-01T11:59:00Z'),
      source: 'verified-claims',
    });
  });

  it('a tag is a tag, with a token and without', async () => {
    const { ref_path: _, ...older } = gitlabClaims();
    const token = await mint({ ...older, ref: 'v1', ref_type: 'tag' });
    expect((await read({ ...gitlabEnv, CI_COMMIT_REF_NAME: 'v1', SIGSTORE_ID_TOKEN: token })).context).toMatchObject({
      ref: 'refs/tags/v1',
    });
    const variables = { ...gitlabEnv, CI_COMMIT_REF_NAME: 'v1', CI_COMMIT_TAG: 'v1' };
    expect((await read(variables)).context).toMatchObject({ ref: 'refs/tags/v1', configPath: '.gitlab-ci.yml' });
  });

  it('a token without ci_config_ref_uri is refused with the reason Fulcio would not give', async () => {
    const { ci_config_ref_uri: _, ...claims } = gitlabClaims();
    const env = { ...gitlabEnv, SIGSTORE_ID_TOKEN: await mint(claims) };
    await expect(read(env)).rejects.toThrow(/"ci_config_ref_uri".* another project/);
  });
});

describe('a token is refused when', () => {
  const cases: readonly [string, () => Promise<string>, RegExp][] = [
    [
      'it is for another audience',
      () => mint(githubClaims(), { aud: 'vault' }),
      /audience "sigstore" .* found "vault"/,
    ],
    [
      'it expired',
      () => mint(githubClaims(), { exp: new Date(now.getTime() - 1000) }),
      /expired at 2026-03-01T11:59:59/,
    ],
    ['its subject is missing', () => mint(without(githubClaims(), 'sub')), /claim "sub"/],
    [
      'a claim of the CI is missing',
      () => mint(without(githubClaims(), 'job_workflow_ref')),
      /claim "job_workflow_ref"/,
    ],
    [
      'another issuer minted it',
      () => mint(githubClaims(), { iss: 'https://evil.example' }),
      /found one from https:\/\/evil\.example/,
    ],
    [
      'its email is not verified',
      () => mint({ ...githubClaims(), email: 'a@b.c' }),
      /email that its issuer did not verify/,
    ],
    [
      'another key signed it',
      async () => mint(githubClaims(), { key: (await generateKeyPair('RS256')).privateKey }),
      /keys do not confirm it/,
    ],
    ['it is no token', async () => 'eyJ.secret', /JSON web token/],
  ];
  it.each(cases)('%s, and the sentence does not show it', async (_name, token, sentence) => {
    const secret = await token();
    const error = await read({ ...githubEnv, SIGSTORE_ID_TOKEN: secret }).catch((thrown) => thrown);
    expect(error.message).toMatch(sentence);
    expect(error.message + String(error.cause ?? '')).not.toContain(secret);
  });

  it('it comes from the public forge although the server is another', async () => {
    const env = { ...gitlabEnv, SIGSTORE_ID_TOKEN: await mint(gitlabClaims(), { iss: 'https://gitlab.example' }) };
    const ctx = context(env);
    const client = createHttpClient(ctx, { retry });
    await expect(readCi(ctx, client)).rejects.toThrow(
      /this CI server's own issuer, found one from https:\/\/gitlab\.example/,
    );
    client.close();
  });
});

describe('a token may also', () => {
  it('stand in a file, and its issuer may be silent: then its claims stay unverified', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sluice-token-'));
    const file = path.join(folder, 'token');
    const silent = 'http://127.0.0.1:1';
    await writeFile(file, `${await mint(githubClaims(), { iss: silent })}\n`);
    const { context: ci } = await read(githubEnv, { identityToken: file, oidcIssuer: silent });
    expect(ci).toMatchObject({ source: 'unverified-claims' });
    expect(logged.join()).toMatch(/could not confirm it/);
    await rm(folder, { recursive: true });
  });

  it('be named by a path that does not exist: a plain sentence', async () => {
    await expect(read(githubEnv, { identityToken: '/nowhere/token' })).rejects.toMatchObject({ code: 'file' });
  });
});

it('a laptop is nothing but a laptop, and two CIs at once are refused', async () => {
  expect((await read({})).context).toEqual({ kind: 'local' });
  await expect(read({ ...githubEnv, ...gitlabEnv })).rejects.toThrow(/found both/);
});
