// SPDX-License-Identifier: Apache-2.0
// What core signs, given to cosign: it must verify in both layouts, keyless and by key, and another signer must be refused.

import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  generateKeyPair,
  type Layout,
  parsePrivateKey,
  publicPem,
  readPredicate,
  type SecureReport,
  type ServiceOptions,
  type SigningOptions,
  type StepContext,
  secure,
} from '@sluice/core';
import {
  githubVariables,
  gitlabVariables,
  type LocalOptions,
  type LocalStack,
  startLocal,
  type TrustFiles,
  writeTrustFiles,
} from '@sluice/local';
import { createSession, openRepository, parseReference, type Repository, type Session } from '@sluice/oci';
import type { Check } from './check.ts';
import type { Tools } from './tools.ts';

const gitlabIdentity = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';
const githubIdentity = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main';
const password = 'correct horse';

interface Scene {
  readonly stack: LocalStack;
  readonly folder: string;
  readonly trust: TrustFiles;
  readonly repository: Repository;
  /** `host/acme/shop@sha256:…` */
  readonly image: string;
  run(program: 'cosign' | 'crane', args: readonly string[]): Promise<string>;
}

export const checks: readonly Check[] = [
  inScene('cosign verifies our keyless referrers with Rekor v1', {}, keylessOnGitLab('referrers')),
  inScene('cosign verifies our keyless referrers with Rekor v2', { rekorVersion: 2 }, keylessOnGitLab('referrers')),
  inScene('cosign verifies our keyless tags', {}, keylessOnGitLab('tags')),
  inScene('cosign verifies what we keep in both layouts', {}, keylessOnGitLab('both')),
  inScene('cosign verifies what a GitHub job signed', {}, keylessOnGitHub),
  inScene('cosign verifies our signatures by key, without services, in both layouts', {}, byKey(offline)),
  inScene('cosign verifies our signatures by key, logged in Rekor v1', {}, byKey(logged)),
  inScene('cosign verifies our signatures by key, logged in Rekor v2', { rekorVersion: 2 }, byKey(loggedV2)),
  inScene('cosign verifies our signatures by keys of every kind', {}, everyKeyKind),
  inScene('our layers stand beside those of cosign', {}, besideCosign),
  inScene('cosign reads our key pair, and we read its own', {}, keyFiles),
];

function keylessOnGitLab(layout: Layout) {
  return async ({ stack, trust, image, repository, folder, run }: Scene): Promise<void> => {
    const env = { ...gitlabVariables(), SIGSTORE_ID_TOKEN: stack.oidc.mintGitLabToken() };
    const services = { signingConfig: trust.signingConfig };
    const options = { ci: { oidcIssuer: stack.oidc.gitlab.url }, services, layout };
    const report = await sign({ env, repository, image, options });
    strictEqual(report.attached.length, layout === 'both' ? 6 : 3);
    for (const format of formatsOf(layout)) {
      const identity = [format, ...identityFlags(trust, gitlabIdentity, stack.oidc.gitlab.url)];
      await verifyAll(run, identity, image, folder);
      const evil = 'https://gitlab.com/evil/shop//.gitlab-ci.yml@refs/heads/main';
      const refused = run('cosign', ['verify', format, ...identityFlags(trust, evil, stack.oidc.gitlab.url), image]);
      await rejects(refused, /expected (SAN value|identities)|none of the expected identities matched/);
    }
  };
}

async function keylessOnGitHub({ stack, trust, image, repository, folder, run }: Scene): Promise<void> {
  const env = { ...githubVariables(), ...stack.oidc.githubTokenRequest() };
  const options = { ci: { oidcIssuer: stack.oidc.github.url }, services: { signingConfig: trust.signingConfig } };
  const report = await sign({ env, repository, image, options });
  deepStrictEqual(report.signer, { kind: 'keyless', issuer: stack.oidc.github.url, subject: githubIdentity });
  await verifyAll(run, identityFlags(trust, githubIdentity, stack.oidc.github.url), image, folder);
}

function offline(): ServiceOptions {
  return { tlogUpload: false };
}

function logged({ stack }: Scene): ServiceOptions {
  return { rekorUrl: stack.rekorUrl };
}

function loggedV2({ stack }: Scene): ServiceOptions {
  return { rekorUrl: stack.rekorV2Url ?? '', rekorVersion: 2 };
}

function byKey(services: (scene: Scene) => ServiceOptions) {
  return async (scene: Scene): Promise<void> => {
    const { trust, image, repository, folder, run } = scene;
    const { key, pub } = await ourKeyPair(folder);
    const chosen = services(scene);
    const layout: Layout = chosen.rekorVersion === 2 ? 'referrers' : 'both';
    await sign({
      env: gitlabVariables(),
      repository,
      image,
      options: { ...keyOptions(key), services: chosen, layout },
    });
    const log = chosen.tlogUpload === false ? ['--insecure-ignore-tlog'] : ['--trusted-root', trust.trustedRoot];
    for (const format of formatsOf(layout)) {
      // Under tags cosign asks the log itself unless it is told to stay offline.
      const flags = ['--allow-insecure-registry', format, '--key', pub, ...log];
      await verifyAll(run, flags, image, folder);
      const other = await ourKeyPair(folder, 'other');
      await rejects(run('cosign', ['verify', ...flags.with(3, other.pub), image]));
    }
  };
}

async function everyKeyKind({ image, repository, folder, run }: Scene): Promise<void> {
  const kinds = {
    p256: { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }), hash: 'sha256' },
    p384: { ...generateKeyPairSync('ec', { namedCurve: 'P-384' }), hash: 'sha384' },
    p521: { ...generateKeyPairSync('ec', { namedCurve: 'P-521' }), hash: 'sha512' },
    rsa: { ...generateKeyPairSync('rsa', { modulusLength: 3072 }), hash: 'sha256' },
    ed25519: { ...generateKeyPairSync('ed25519'), hash: 'sha256' },
  };
  for (const [name, { privateKey, publicKey, hash }] of Object.entries(kinds)) {
    const [key, pub] = [join(folder, `${name}.key`), join(folder, `${name}.pub`)];
    await writeFile(key, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await writeFile(pub, publicKey.export({ format: 'pem', type: 'spki' }));
    const options = { ...keyOptions(key), services: { tlogUpload: false }, layout: 'both' as const };
    await sign({ env: gitlabVariables(), repository, image, options });
    for (const format of formatsOf('both')) {
      // cosign takes SHA-256 for every key unless it is told; it does not verify its own signatures by such keys either.
      const flags = ['--allow-insecure-registry', format, '--key', pub, '--insecure-ignore-tlog'];
      await run('cosign', ['verify', ...flags, '--signature-digest-algorithm', hash, image]);
    }
  }
}

async function besideCosign({ image, repository, folder, run }: Scene): Promise<void> {
  const theirs = join(folder, 'theirs');
  await run('cosign', ['generate-key-pair', '--output-key-prefix', theirs]);
  const old = ['--use-signing-config=false', '--new-bundle-format=false', '--tlog-upload=false'];
  const cosign = ['-y', '--allow-insecure-registry', ...old, '--key', `${theirs}.key`];
  const ours = await ourKeyPair(folder);
  const options = { ...keyOptions(ours.key), services: { tlogUpload: false }, layout: 'tags' as const };
  await run('cosign', ['sign', ...cosign, image]);
  await sign({ env: gitlabVariables(), repository, image, options });
  const predicate = join(folder, 'other.json');
  await writeFile(predicate, '{}');
  await run('cosign', ['attest', ...cosign, '--type', 'https://example.com/theirs', '--predicate', predicate, image]);
  const flags = ['--allow-insecure-registry', '--new-bundle-format=false', '--insecure-ignore-tlog', '--key'];
  for (const pub of [`${theirs}.pub`, ours.pub]) await run('cosign', ['verify', ...flags, pub, image]);
  await run('cosign', ['verify-attestation', ...flags, ours.pub, '--type', 'slsaprovenance1', image]);
  await run('cosign', ['verify-attestation', ...flags, `${theirs}.pub`, '--type', 'https://example.com/theirs', image]);
}

async function keyFiles({ folder, run }: Scene): Promise<void> {
  const ours = await ourKeyPair(folder);
  strictEqual(await run('cosign', ['public-key', '--key', ours.key]), await readFile(ours.pub, 'utf8'));
  const theirs = join(folder, 'theirs');
  await run('cosign', ['generate-key-pair', '--output-key-prefix', theirs]);
  const key = await parsePrivateKey(await readFile(`${theirs}.key`, 'utf8'), async () => password);
  strictEqual(publicPem(key), await readFile(`${theirs}.pub`, 'utf8'));
  const wrong = parsePrivateKey(await readFile(`${theirs}.key`, 'utf8'), async () => 'battery staple');
  await rejects(wrong, /password does not open/);
}

interface Job {
  readonly env: Readonly<Record<string, string>>;
  readonly repository: Repository;
  readonly image: string;
  readonly options: Omit<SigningOptions, 'signer'> & Partial<Pick<SigningOptions, 'signer'>>;
}

/** Signs and attests twice: the second run must find everything there. */
async function sign({ env, repository, image, options }: Job): Promise<SecureReport> {
  const context: StepContext = { now: () => new Date(), env, log: { info() {}, warn() {}, debug() {} } };
  const { digest } = parseReference(image);
  if (digest === undefined) throw new Error(`${image} names no digest`);
  const request = {
    repository,
    digest,
    attestations: [readPredicate('{"score": 1.50}', 'https://example.com/score/v1', new Date())],
    signing: { signer: { kind: 'keyless' } as const, ...options },
  };
  const report = await secure(context, request);
  const again = await secure(context, request);
  deepStrictEqual(again.attached, [], 'signing the same thing twice must add nothing');
  return report;
}

async function verifyAll(run: Scene['run'], flags: readonly string[], image: string, folder: string): Promise<void> {
  await run('cosign', ['verify', ...flags, image]);
  await run('cosign', ['verify-attestation', ...flags, '--type', 'slsaprovenance1', image]);
  const printed = await run('cosign', [
    'verify-attestation',
    ...flags,
    '--type',
    'https://example.com/score/v1',
    image,
  ]);
  const { payload } = JSON.parse(printed);
  ok(Buffer.from(payload, 'base64').toString().includes('{"score":1.50}'), 'a number must keep its digits');
  const wrong = run('cosign', ['verify-attestation', ...flags, '--type', 'spdxjson', image]);
  await rejects(wrong, /none of the attestations matched|no matching attestations/, folder);
}

function formatsOf(layout: Layout): readonly string[] {
  const [bundles, tags] = ['--new-bundle-format=true', '--new-bundle-format=false'];
  if (layout === 'both') return [bundles, tags];
  return layout === 'tags' ? [tags] : [bundles];
}

function identityFlags(trust: TrustFiles, identity: string, issuer: string): string[] {
  const who = ['--certificate-identity', identity, '--certificate-oidc-issuer', issuer];
  return ['--allow-insecure-registry', '--trusted-root', trust.trustedRoot, ...who];
}

function keyOptions(reference: string): Pick<SigningOptions, 'signer'> {
  return { signer: { kind: 'key', reference, password: async () => password } };
}

async function ourKeyPair(folder: string, name = 'ours'): Promise<{ key: string; pub: string }> {
  const pair = await generateKeyPair(password);
  const files = { key: join(folder, `${name}.key`), pub: join(folder, `${name}.pub`) };
  await writeFile(files.key, pair.privateKey);
  await writeFile(files.pub, pair.publicKey);
  return files;
}

function inScene(name: string, options: LocalOptions, story: (scene: Scene) => Promise<void>): Check {
  return {
    name,
    needs: ['cosign', 'crane'],
    run: async (tools) => {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-interop-'));
      const stack = await startLocal(options);
      const session = createSession({});
      try {
        await story(await setScene(tools, folder, stack, session));
      } finally {
        session.close();
        await stack.close();
        await rm(folder, { recursive: true });
      }
    },
  };
}

async function setScene(tools: Tools, folder: string, stack: LocalStack, session: Session): Promise<Scene> {
  const execute = promisify(execFile);
  const run: Scene['run'] = async (program, args) => {
    // An empty home keeps this machine's credentials and caches out of the answer.
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, COSIGN_PASSWORD: password };
    const { stdout } = await execute(tools[program] ?? program, [...args], { env, timeout: 60_000 });
    return stdout;
  };
  const trust = await writeTrustFiles(stack, join(folder, 'trust'));
  const tag = `${stack.registry.host}/acme/shop:1`;
  const layer = join(folder, 'layer.tar');
  // Two empty blocks end an archive without files.
  await writeFile(layer, Buffer.alloc(1024));
  await run('crane', ['append', '--insecure', '-f', layer, '-t', tag]);
  const digest = (await run('crane', ['digest', '--insecure', tag])).trim();
  const repository = openRepository(session, parseReference(tag));
  return { stack, folder, trust, repository, image: `${stack.registry.host}/acme/shop@${digest}`, run };
}
