// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { X509Certificate as SigstoreCertificate } from '@sigstore/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as der from '../src/asn1/encode.ts';
import { type LocalStack, startLocal } from '../src/index.ts';
import {
  base64,
  certificatesOf,
  getJson,
  type KeyPair,
  newKeyPair,
  pemOf,
  postJson,
  signingRequest,
} from './client.ts';

const sha = '6b8f1d0c2a9e4f573d61b0c8e7a52f94d3c1b06a';
const gitlabSubject = 'project_path:acme/shop:ref_type:branch:ref:main';

describe('Fulcio', () => {
  let stack: LocalStack;
  const refusals: string[] = [];
  beforeAll(async () => {
    stack = await startLocal({ log: (line) => refusals.push(line) });
  });
  afterAll(() => stack.close());

  const request = (body: unknown, headers?: Record<string, string>) =>
    postJson(`${stack.fulcioUrl}/api/v2/signingCert`, body, headers);

  async function certificates(
    token: string,
    challenge: string,
    pair: KeyPair = newKeyPair(),
  ): Promise<readonly string[]> {
    const answer = await request(signingRequest(token, pair, challenge));
    expect(answer).toMatchObject({ status: 200 });
    return certificatesOf(answer);
  }

  /** Values of Fulcio's extensions by the last arc of their object identifiers. */
  function extensions(pem: string): Record<string, string> {
    const certificate = SigstoreCertificate.parse(pem);
    const found: Record<string, string> = {};
    for (let arc = 1; arc <= 24; arc += 1) {
      const value = certificate.extension(`1.3.6.1.4.1.57264.1.${arc}`)?.value;
      // The raw text up to .6, a UTF8String of less than 128 bytes after it.
      if (value !== undefined) found[`.${arc}`] = (arc <= 6 ? value : value.subarray(2)).toString();
    }
    return found;
  }

  it('names the job of a GitLab token in every extension', async () => {
    const [leaf = ''] = await certificates(stack.oidc.mintGitLabToken({ environment: 'production' }), gitlabSubject);
    const config = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';
    expect(new X509Certificate(leaf).subjectAltName).toBe(`URI:${config}`);
    expect(extensions(leaf)).toEqual({
      '.1': stack.oidc.gitlab.url,
      '.8': stack.oidc.gitlab.url,
      '.9': config,
      '.10': sha,
      '.11': 'gitlab-hosted',
      '.12': 'https://gitlab.com/acme/shop',
      '.13': sha,
      '.14': 'refs/heads/main',
      '.15': '51230417',
      '.16': 'https://gitlab.com/acme',
      '.17': '9970',
      '.18': config,
      '.19': sha,
      '.20': 'push',
      '.21': 'https://gitlab.com/acme/shop/-/jobs/6571842093',
      '.22': 'public',
      '.23': 'production',
      '.24': gitlabSubject,
    });
  });

  it('names the run of a GitHub token in every extension, the deprecated ones too', async () => {
    const subject = 'repo:acme/shop:environment:production';
    const [leaf = ''] = await certificates(stack.oidc.mintGitHubToken({ environment: 'production' }), subject);
    const workflow = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main';
    expect(new X509Certificate(leaf).subjectAltName).toBe(`URI:${workflow}`);
    expect(extensions(leaf)).toEqual({
      '.1': stack.oidc.github.url,
      '.2': 'push',
      '.3': sha,
      '.4': 'release',
      '.5': 'acme/shop',
      '.6': 'refs/heads/main',
      '.8': stack.oidc.github.url,
      '.9': workflow,
      '.10': sha,
      '.11': 'github-hosted',
      '.12': 'https://github.com/acme/shop',
      '.13': sha,
      '.14': 'refs/heads/main',
      '.15': '702518364',
      '.16': 'https://github.com/acme',
      '.17': '98104233',
      '.18': workflow,
      '.19': sha,
      '.20': 'push',
      '.21': 'https://github.com/acme/shop/actions/runs/17420993511/attempts/1',
      '.22': 'public',
      '.23': 'production',
      '.24': subject,
    });
  });

  it('names a tag as the source of a GitLab tag pipeline, and leaves out a missing environment', async () => {
    const token = stack.oidc.mintGitLabToken({}, { CI_COMMIT_TAG: 'v1.2.0', CI_PROJECT_PATH: 'a/b' });
    const [leaf = ''] = await certificates(token, 'project_path:a/b:ref_type:tag:ref:v1.2.0');
    expect(extensions(leaf)).toMatchObject({ '.14': 'refs/tags/v1.2.0', '.12': 'https://gitlab.com/a/b' });
    expect(extensions(leaf)).not.toHaveProperty('.23');
  });

  it('names the servers it is told about', async () => {
    const own = await startLocal({ gitlabUrl: 'https://git.acme.example', githubUrl: 'https://ghe.acme.example' });
    try {
      const token = own.oidc.mintGitLabToken({}, { CI_SERVER_URL: 'https://git.acme.example' });
      const body = signingRequest(token, newKeyPair(), gitlabSubject);
      const answer = await postJson(`${own.fulcioUrl}/api/v2/signingCert`, body);
      const [leaf = ''] = certificatesOf(answer);
      expect(extensions(leaf)).toMatchObject({
        '.9': 'https://git.acme.example/acme/shop//.gitlab-ci.yml@refs/heads/main',
        '.11': 'self-hosted',
        '.12': 'https://git.acme.example/acme/shop',
      });
    } finally {
      await own.close();
    }
  });

  it('names the address of an e-mail token, which is also what the key must sign', async () => {
    const token = stack.oidc.mintEmailToken('ada@acme.example');
    const [leaf = ''] = await certificates(token, 'ada@acme.example');
    expect(new X509Certificate(leaf).subjectAltName).toBe('email:ada@acme.example');
  });

  it('issues for ten minutes, for signing code only, under its own chain', async () => {
    const [leaf = '', intermediate = '', root = '', ...more] = await certificates(
      stack.oidc.mintGitLabToken(),
      gitlabSubject,
    );
    const certificate = new X509Certificate(leaf);
    expect(more).toEqual([]);
    expect(certificate.verify(new X509Certificate(intermediate).publicKey)).toBe(true);
    expect(new X509Certificate(intermediate).verify(new X509Certificate(root).publicKey)).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.3']);
    expect(certificate.ca).toBe(false);
    expect(certificate.validToDate.getTime() - certificate.validFromDate.getTime()).toBe(600_000);
    const bundle = await getJson(`${stack.fulcioUrl}/api/v2/trustBundle`);
    expect(bundle.body).toEqual({ chains: [{ certificates: [intermediate, root] }] });
  });

  it('takes the token from the Authorization header, as sigstore-go sends it', async () => {
    const token = stack.oidc.mintGitLabToken();
    const body = signingRequest('', newKeyPair(), gitlabSubject);
    expect((await request(body, { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it.each([
    ['P-384', 'sha384'],
    ['P-521', 'sha512'],
  ])('takes a key on %s, proved with %s', async (curve, hash) => {
    const pair = newKeyPair(curve);
    const proof = sign(hash, Buffer.from(gitlabSubject), pair.privateKey).toString('base64');
    const publicKeyRequest = { publicKey: { content: pemOf(pair.publicKey) }, proofOfPossession: proof };
    const token = { oidcIdentityToken: stack.oidc.mintGitLabToken() };
    expect((await request({ credentials: token, publicKeyRequest })).status).toBe(200);
  });

  it('lists the issuers it trusts and the claim that proves possession', async () => {
    const { body } = await getJson(`${stack.fulcioUrl}/api/v2/configuration`);
    expect(body['issuers']).toMatchObject([
      { issuerUrl: stack.oidc.gitlab.url, audience: 'sigstore', challengeClaim: 'sub' },
      { issuerUrl: stack.oidc.github.url, audience: 'sigstore', challengeClaim: 'sub' },
      { issuerUrl: stack.oidc.email.url, audience: 'sigstore', challengeClaim: 'email' },
    ]);
  });

  describe('with a certificate signing request', () => {
    function csr(pair: KeyPair, signer: KeyPair = pair): string {
      const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
      const information = der.sequence(der.unsigned(0), der.sequence(), spki, der.element(0xa0));
      const algorithm = der.sequence(der.oid('1.2.840.10045.4.3.2'));
      const signature = der.bits(sign('sha256', information, signer.privateKey));
      const body = base64(der.sequence(information, algorithm, signature));
      return base64(`-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`);
    }
    const withCsr = (certificateSigningRequest: string) =>
      request({ credentials: { oidcIdentityToken: stack.oidc.mintGitLabToken() }, certificateSigningRequest });

    it('issues for the key that signed the request', async () => {
      const pair = newKeyPair();
      const [leaf = ''] = certificatesOf(await withCsr(csr(pair)));
      expect(pemOf(new X509Certificate(leaf).publicKey)).toBe(pemOf(pair.publicKey));
    });

    it('refuses a request signed by another key', async () => {
      expect(await withCsr(csr(newKeyPair(), newKeyPair()))).toMatchObject(refusal('signature'));
    });

    it.each([
      ['not base64 at all!'],
      [base64('not PEM')],
      [base64('-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----')],
    ])('refuses %s', async (text) => {
      expect(await withCsr(text)).toMatchObject(refusal('csr'));
    });
  });

  const sentences = {
    token: 'There was an error processing the identity token',
    signature: 'The signature supplied in the request could not be verified',
    key: 'The public key supplied in the request could not be parsed',
    weak: 'The public key supplied in the request is insecure',
    csr: 'The certificate signing request could not be parsed',
  };
  const refusal = (kind: keyof typeof sentences) => ({
    status: 400,
    body: { code: 3, message: sentences[kind], details: [] },
  });

  const badTokens: [string, () => string, RegExp][] = [
    ['for another audience', () => stack.oidc.mintGitLabToken({ aud: 'https://gitlab.com' }), /audience is "https:/],
    ['that has expired', () => stack.oidc.mintGitLabToken({ exp: 1_700_000_000 }), /it has expired/],
    ['that never expires', () => stack.oidc.mintGitLabToken({ exp: undefined }), /it has expired/],
    ['from the future', () => stack.oidc.mintGitLabToken({ nbf: 4_000_000_000 }), /not valid yet/],
    ['of an unknown issuer', () => stack.oidc.mintGitLabToken({ iss: 'https://gitlab.com' }), /issuer .* not trusted/],
    [
      'that names an issuer whose key did not sign it',
      () => stack.oidc.mintGitLabToken({ iss: stack.oidc.github.url }),
      /key is not published/,
    ],
    ['without a subject', () => stack.oidc.mintGitLabToken({ sub: undefined }), /no subject/],
    [
      'without a signature',
      () => `${stack.oidc.mintGitLabToken().split('.').slice(0, 2).join('.')}.`,
      /not a signed JWT/,
    ],
    ['with claims changed after signing', () => forged(stack.oidc.mintGitLabToken()), /signature does not verify/],
    ['that asks to be unsigned', () => unsigned(stack.oidc.mintGitLabToken()), /algorithm is "none"/],
    [
      'of an address that was never verified',
      () => stack.oidc.mintEmailToken('a@b.c', { email_verified: false }),
      /email_verified/,
    ],
    ['that is not a token', () => 'hello', /not a signed JWT/],
    ['that is missing', () => '', /not a signed JWT/],
  ];
  it.each(badTokens)('refuses a token %s', async (_, token, reason) => {
    refusals.length = 0;
    expect(await request(signingRequest(token(), newKeyPair(), gitlabSubject))).toMatchObject(refusal('token'));
    expect(refusals).toEqual([expect.stringMatching(reason)]);
  });

  it.each([
    ['GitLab', 'ci_config_ref_uri', () => stack.oidc.mintGitLabToken({ ci_config_ref_uri: undefined }), gitlabSubject],
    ['GitLab', 'ci_config_ref_uri', () => stack.oidc.mintGitLabToken({ ci_config_ref_uri: null }), gitlabSubject],
    [
      'GitHub',
      'job_workflow_ref',
      () => stack.oidc.mintGitHubToken({ job_workflow_ref: undefined }),
      'repo:acme/shop:ref:refs/heads/main',
    ],
  ])('refuses a %s token that lacks %s, and names the claim', async (_, claim, token, subject) => {
    const { status, body } = await request(signingRequest(token(), newKeyPair(), subject));
    expect(status).toBe(400);
    expect(body['message']).toContain(`value <${claim}> not present in either claims or defaults`);
  });

  it('refuses a proof of possession over another subject', async () => {
    const body = signingRequest(stack.oidc.mintGitLabToken(), newKeyPair(), 'project_path:evil/shop');
    expect(await request(body)).toMatchObject(refusal('signature'));
  });

  it('refuses a proof of possession by another key', async () => {
    const proof = signingRequest(stack.oidc.mintGitLabToken(), newKeyPair(), gitlabSubject);
    const publicKey = { content: pemOf(newKeyPair().publicKey) };
    expect(await request({ ...proof, publicKeyRequest: { ...proof.publicKeyRequest, publicKey } })).toMatchObject(
      refusal('signature'),
    );
  });

  it.each([
    ['no key', undefined, 'key'],
    ['a key that is no key', 'hello', 'key'],
    ['an RSA key of 1024 bits', pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), 'weak'],
    ['a key on secp256k1', pemOf(newKeyPair('secp256k1').publicKey), 'weak'],
  ] as const)('refuses %s', async (_, content, kind) => {
    const credentials = { oidcIdentityToken: stack.oidc.mintGitLabToken() };
    const publicKeyRequest = { publicKey: { content }, proofOfPossession: 'AAAA' };
    expect(await request({ credentials, publicKeyRequest })).toMatchObject(refusal(kind));
  });

  it('refuses a body that is not a JSON object', async () => {
    expect(await request('[]')).toMatchObject({ status: 400, body: { code: 3 } });
    expect(await request('{')).toMatchObject({ status: 400, body: { code: 3 } });
  });

  it('answers 404 and 405 as the gRPC gateway does', async () => {
    expect(await getJson(`${stack.fulcioUrl}/api/v9`)).toMatchObject({ status: 404, body: { code: 5 } });
    expect(await getJson(`${stack.fulcioUrl}/api/v2/signingCert`)).toMatchObject({ status: 405, body: { code: 12 } });
  });
});

function forged(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const changed = Buffer.from(JSON.stringify({ ...claims, project_path: 'evil/shop' })).toString('base64url');
  return `${header}.${changed}.${signature}`;
}

function unsigned(token: string): string {
  const [, payload, signature] = token.split('.');
  return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.${signature}`;
}
