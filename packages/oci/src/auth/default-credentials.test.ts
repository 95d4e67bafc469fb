// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { RunProgram } from './credential-helper.ts';
import { defaultCredentials } from './default-credentials.ts';

const basic = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64');

/** A machine with these files, and helpers that answer from this table. */
function machine(
  env: Record<string, string>,
  files: Record<string, unknown>,
  answers: Record<string, { readonly status: number; readonly output: string }> = {},
) {
  const asked: string[] = [];
  const run: RunProgram = async (program, args, input) => {
    asked.push([program, ...args, input.trim()].join(' '));
    return answers[program] ?? { status: 1, output: 'credentials not found in native keychain' };
  };
  const read = async (path: string) => {
    const found = files[path];
    return found === undefined || typeof found === 'string' ? found : JSON.stringify(found);
  };
  return { credentials: defaultCredentials(env, { run, read, home: '/home/me' }), asked };
}

const DOCKER = '/home/me/.docker/config.json';

describe('credentials come', () => {
  test('from auths of the Docker configuration, for exactly that host', async () => {
    const { credentials } = machine({}, { [DOCKER]: { auths: { 'ghcr.io': { auth: basic('me', 'p:w') } } } });
    expect(await credentials.forHost('ghcr.io')).toEqual({ username: 'me', password: 'p:w' });
    for (const other of ['evil.ghcr.io', 'ghcr.io.evil.example', 'ghcr.io:8443', 'hcr.io', 'ghcr.iox']) {
      expect(await credentials.forHost(other)).toBeUndefined();
    }
  });

  test('for Docker Hub from the address that docker login writes', async () => {
    const { credentials } = machine(
      {},
      { [DOCKER]: { auths: { 'https://index.docker.io/v1/': { auth: basic('me', 'pw') } } } },
    );
    expect(await credentials.forHost('docker.io')).toEqual({ username: 'me', password: 'pw' });
  });

  test('from DOCKER_CONFIG instead of the home directory', async () => {
    const { credentials } = machine(
      { DOCKER_CONFIG: '/ci/docker' },
      {
        [DOCKER]: { auths: { 'a.example': { auth: basic('home', 'x') }, 'b.example': { auth: basic('home', 'x') } } },
        '/ci/docker/config.json': { auths: { 'a.example': { username: 'ci', password: 'y' } } },
      },
    );
    expect(await credentials.forHost('a.example')).toEqual({ username: 'ci', password: 'y' });
    expect(await credentials.forHost('b.example')).toBeUndefined();
  });

  test("from Podman's file, the narrowest path first", async () => {
    const auths = { 'quay.io/team': { auth: basic('team', '1') }, 'quay.io': { auth: basic('all', '2') } };
    const { credentials } = machine({ REGISTRY_AUTH_FILE: '/run/auth.json' }, { '/run/auth.json': { auths } });
    expect(await credentials.forHost('quay.io', 'team/app')).toMatchObject({ username: 'team' });
    expect(await credentials.forHost('quay.io', 'teams/app')).toMatchObject({ username: 'all' });
  });

  test('from a helper named for the host, before anything else in the file', async () => {
    const { credentials, asked } = machine(
      {},
      {
        [DOCKER]: {
          credHelpers: { 'gcr.io': 'gcloud' },
          credsStore: 'desktop',
          auths: { 'gcr.io': { auth: basic('no', 'no') } },
        },
      },
      { 'docker-credential-gcloud': { status: 0, output: '{"ServerURL":"gcr.io","Username":"u","Secret":"s"}' } },
    );
    expect(await credentials.forHost('gcr.io')).toEqual({ username: 'u', password: 's' });
    expect(asked).toEqual(['docker-credential-gcloud get gcr.io']);
  });

  test('from the store, which is asked for Docker Hub under its old address', async () => {
    const { credentials, asked } = machine(
      {},
      { [DOCKER]: { credsStore: 'pass', auths: { 'https://index.docker.io/v1/': {} } } },
      { 'docker-credential-pass': { status: 0, output: '{"Username":"<token>","Secret":"refresh"}' } },
    );
    expect(await credentials.forHost('docker.io')).toEqual({ token: 'refresh' });
    expect(asked).toEqual(['docker-credential-pass get https://index.docker.io/v1/']);
  });

  test('as identity and registry tokens where the file holds these', async () => {
    const auths = { 'a.example': { identitytoken: 'i' }, 'b.example': { registrytoken: 'r' } };
    const { credentials } = machine({}, { [DOCKER]: { auths } });
    expect(await credentials.forHost('a.example')).toEqual({ token: 'i' });
    expect(await credentials.forHost('b.example')).toEqual({ token: 'r', use: 'bearer' });
  });

  test("from GitLab's variables, for GitLab's registry only", async () => {
    const env = {
      CI_REGISTRY: 'registry.gitlab.com',
      CI_REGISTRY_USER: 'gitlab-ci-token',
      CI_REGISTRY_PASSWORD: 'job',
    };
    const { credentials } = machine(env, {});
    expect(await credentials.forHost('registry.gitlab.com')).toEqual({ username: 'gitlab-ci-token', password: 'job' });
    expect(await credentials.forHost('ghcr.io')).toBeUndefined();
  });

  test('from GITHUB_TOKEN, for ghcr.io only', async () => {
    const { credentials } = machine({ GITHUB_TOKEN: 't', GITHUB_ACTOR: 'octocat' }, {});
    expect(await credentials.forHost('ghcr.io')).toEqual({ username: 'octocat', password: 't' });
    expect(await credentials.forHost('docker.io')).toBeUndefined();
  });

  test('from nowhere when nothing is set up', async () => {
    expect(await machine({}, {}).credentials.forHost('ghcr.io')).toBeUndefined();
  });
});

describe('a set-up that cannot be used is an error, not silence', () => {
  test.each([
    ['a file that is no JSON', '{"auths": {"a.example": {"auth": "c2VjcmV0'],
    ['auths that are a list', { auths: [] }],
    ['an auth without a colon', { auths: { 'a.example': { auth: Buffer.from('secret').toString('base64') } } }],
    ['a helper that is no name', { credHelpers: { 'a.example': '../../bin/sh' } }],
    ['a helper that fails', { credHelpers: { 'a.example': 'broken' } }],
    ['a helper that talks', { credHelpers: { 'a.example': 'chatty' } }],
  ])('%s', async (_, file) => {
    const { credentials } = machine(
      {},
      { [DOCKER]: file },
      {
        'docker-credential-broken': { status: 2, output: 'secret' },
        'docker-credential-chatty': { status: 0, output: 'my secret is hunter2' },
      },
    );
    const error: unknown = await credentials.forHost('a.example').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'bad-credentials' });
    expect(String(error)).not.toMatch(/secret|hunter2|c2Vj/);
  });
});
