// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { githubVariables, gitlabVariables, type LocalStack, startLocal } from '../src/index.ts';
import { getJson } from './client.ts';

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

describe('the OIDC issuers', () => {
  let stack: LocalStack;
  const start = new Date('2026-01-15T10:00:00.250Z');
  beforeAll(async () => {
    stack = await startLocal({ now: () => start });
  });
  afterAll(() => stack.close());

  it.each(['gitlab', 'github', 'email'] as const)('publishes the key of its %s tokens by discovery', async (name) => {
    const issuer = stack.oidc[name];
    const token = issuer.mint({ sub: 'someone' });
    const discovery = await getJson(`${issuer.url}/.well-known/openid-configuration`);
    expect(discovery.body).toMatchObject({ issuer: issuer.url, id_token_signing_alg_values_supported: ['RS256'] });
    const { body } = await getJson(String(discovery.body['jwks_uri']));
    // The members of RFC 7517 section 5.
    const keys = body['keys'] as readonly JsonWebKey[];
    const [header = '', payload, signature = ''] = token.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const jwk = keys.find((key) => key['kid'] === kid) ?? {};
    expect(jwk).not.toHaveProperty('d');
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('has different keys for different issuers', () => {
    const ids = [stack.oidc.gitlab, stack.oidc.github, stack.oidc.email].map((i) => i.keys().keys[0]?.['kid']);
    expect(new Set(ids).size).toBe(3);
  });

  it('mints every claim that GitLab documents', () => {
    const claims = claimsOf(stack.oidc.mintGitLabToken({}, { CI_ENVIRONMENT_NAME: 'production' }));
    expect(Object.keys(claims).sort()).toEqual(
      [
        ...['aud', 'exp', 'iat', 'iss', 'jti', 'nbf', 'sub'],
        ...['ci_config_ref_uri', 'ci_config_sha', 'deployment_tier', 'environment', 'environment_action'],
        ...['environment_protected', 'groups_direct', 'job_id', 'job_namespace_id', 'job_namespace_path'],
        ...['job_project_id', 'job_project_path', 'namespace_id', 'namespace_path', 'pipeline_id', 'pipeline_source'],
        ...['project_id', 'project_path', 'project_visibility', 'ref', 'ref_path', 'ref_protected', 'ref_type'],
        ...['runner_environment', 'runner_id', 'sha', 'user_access_level', 'user_email', 'user_id'],
        ...['user_identities', 'user_login'],
      ].sort(),
    );
    const issuedAt = Math.floor(start.getTime() / 1000);
    expect(claims).toMatchObject({ iss: stack.oidc.gitlab.url, aud: 'sigstore', iat: issuedAt, exp: issuedAt + 300 });
  });

  it('mints every claim that GitHub documents', () => {
    const claims = claimsOf(stack.oidc.mintGitHubToken({ environment: 'production' }));
    expect(Object.keys(claims).sort()).toEqual(
      [
        ...['aud', 'exp', 'iat', 'iss', 'jti', 'nbf', 'sub'],
        ...[
          'actor',
          'actor_id',
          'base_ref',
          'check_run_id',
          'enterprise',
          'enterprise_id',
          'environment',
          'event_name',
        ],
        ...['head_ref', 'job_workflow_ref', 'job_workflow_sha', 'ref', 'ref_protected', 'ref_type', 'repository'],
        ...[
          'repository_id',
          'repository_owner',
          'repository_owner_id',
          'repository_visibility',
          'run_attempt',
          'run_id',
        ],
        ...['run_number', 'runner_environment', 'sha', 'workflow', 'workflow_ref', 'workflow_sha'],
      ].sort(),
    );
    expect(claims['sub']).toBe('repo:acme/shop:environment:production');
  });

  it('follows the variables of the GitLab job in every claim derived from them', () => {
    const variables = gitlabVariables({ CI_PROJECT_PATH: 'group/sub/app', CI_COMMIT_TAG: 'v2', CI_JOB_ID: '77' });
    expect(variables).toMatchObject({
      CI_PROJECT_NAMESPACE: 'group/sub',
      CI_PROJECT_NAME: 'app',
      CI_COMMIT_REF_NAME: 'v2',
      CI_JOB_URL: 'https://gitlab.com/group/sub/app/-/jobs/77',
    });
    expect(variables).not.toHaveProperty('CI_COMMIT_BRANCH');
    expect(claimsOf(stack.oidc.mintGitLabToken({}, variables))).toMatchObject({
      sub: 'project_path:group/sub/app:ref_type:tag:ref:v2',
      namespace_path: 'group/sub',
      ref_path: 'refs/tags/v2',
      ci_config_ref_uri: 'gitlab.com/group/sub/app//.gitlab-ci.yml@refs/tags/v2',
      job_id: '77',
      sha: variables['CI_COMMIT_SHA'],
    });
  });

  it('follows the variables of the GitHub run in every claim derived from them', () => {
    const variables = githubVariables({ GITHUB_REPOSITORY: 'team/app', GITHUB_REF: 'refs/tags/v2' });
    expect(variables).toMatchObject({ GITHUB_REPOSITORY_OWNER: 'team', GITHUB_REF_NAME: 'v2', GITHUB_REF_TYPE: 'tag' });
    expect(claimsOf(stack.oidc.mintGitHubToken({}, variables))).toMatchObject({
      sub: 'repo:team/app:ref:refs/tags/v2',
      repository_owner: 'team',
      workflow_ref: 'team/app/.github/workflows/release.yml@refs/tags/v2',
      job_workflow_ref: 'team/app/.github/workflows/release.yml@refs/tags/v2',
    });
  });

  it('gives a pull request the subject that GitHub gives it', () => {
    const variables = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REF: 'refs/pull/7/merge', GITHUB_HEAD_REF: 'fix' };
    const claims = claimsOf(stack.oidc.mintGitHubToken({}, variables));
    expect(claims).toMatchObject({ sub: 'repo:acme/shop:pull_request', head_ref: 'fix' });
  });

  it('replaces and removes claims as the caller says', () => {
    const claims = claimsOf(stack.oidc.mintGitLabToken({ aud: ['a', 'b'], job_id: undefined, extra: 1 }));
    expect(claims).toMatchObject({ aud: ['a', 'b'], extra: 1 });
    expect(claims).not.toHaveProperty('job_id');
  });

  describe("at GitHub's token request URL", () => {
    const ask = (environment: ReturnType<typeof stack.oidc.githubTokenRequest>, audience: string, token?: string) =>
      getJson(`${environment.ACTIONS_ID_TOKEN_REQUEST_URL}${audience}`, {
        authorization: `bearer ${token ?? environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN}`,
      });

    it('gives the run of the bearer token a token for the audience it asks for', async () => {
      const run = stack.oidc.githubTokenRequest({ GITHUB_REPOSITORY: 'team/app' });
      const other = stack.oidc.githubTokenRequest({ GITHUB_REPOSITORY: 'team/other' });
      expect(run.ACTIONS_ID_TOKEN_REQUEST_URL).toContain('?');
      const { status, body } = await ask(run, '&audience=sigstore');
      expect(status).toBe(200);
      expect(claimsOf(String(body['value']))).toMatchObject({ aud: 'sigstore', repository: 'team/app' });
      const second = await ask(other, '&audience=x');
      expect(claimsOf(String(second.body['value']))).toMatchObject({ aud: 'x', repository: 'team/other' });
    });

    it("names the repository's owner when no audience is asked for", async () => {
      const { body } = await ask(stack.oidc.githubTokenRequest(), '');
      expect(claimsOf(String(body['value']))['aud']).toBe('https://github.com/acme');
    });

    it('mints what a test overrides, whatever the audience', async () => {
      const run = stack.oidc.githubTokenRequest({}, { aud: 'someone-else' });
      const { body } = await ask(run, '&audience=sigstore');
      expect(claimsOf(String(body['value']))['aud']).toBe('someone-else');
    });

    it('refuses a bearer token that it never gave out, and a missing one', async () => {
      const run = stack.oidc.githubTokenRequest();
      expect((await ask(run, '&audience=sigstore', 'guessed')).status).toBe(401);
      expect((await getJson(run.ACTIONS_ID_TOKEN_REQUEST_URL)).status).toBe(401);
    });
  });
});
