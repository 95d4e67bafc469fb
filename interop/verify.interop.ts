// SPDX-License-Identifier: Apache-2.0
// What cosign signs and attests, held against our verification, validation and promotion.

import { match, ok, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  discoverEvidence,
  type IdentityPolicy,
  loadTrustedRoot,
  loadVerificationKey,
  parsePolicy,
  promote,
  readSnapshot,
  type StepContext,
  type Trust,
  type VerifiedEvidence,
  validate,
  verifyEvidence,
} from '@sluice/core';
import { type LocalOptions, type LocalStack, startLocal, type TrustFiles, writeTrustFiles } from '@sluice/local';
import { createSession, openRepository, parseReference, type Reference, startRegistry } from '@sluice/oci';
import type { Check } from './check.ts';
import type { Tools } from './tools.ts';

const identity = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';

const ctx: StepContext = {
  now: () => new Date(),
  env: {},
  log: { info: () => {}, warn: () => {}, debug: () => {} },
};

interface Scene {
  readonly stack: LocalStack;
  readonly folder: string;
  readonly trust: TrustFiles;
  /** `host/acme/shop@sha256:…` */
  readonly image: string;
  readonly open: (reference: Pick<Reference, 'registry' | 'repository'>) => ReturnType<typeof openRepository>;
  cosign(args: readonly string[]): Promise<string>;
}

export const checks: readonly Check[] = [
  inScene('what cosign signs keyless into bundles is proved, with Rekor v1', {}, keylessBundles),
  inScene('what cosign signs keyless into bundles is proved, with Rekor v2', { rekorVersion: 2 }, keylessBundles),
  inScene('what cosign signs keyless under its tags is proved', {}, keylessTags),
  inScene('what cosign signs with a key is proved in both layouts, and refused for another key', {}, keys),
  inScene('what cosign signs with keys of every kind is proved in both layouts', {}, keyKinds),
  inScene('an image that cosign attested and never signed is unsigned', {}, attestedOnly),
  inScene('an image that cosign signed is validated, and refused for another project', {}, validated),
  inScene('a promoted image is verified by cosign at a registry with and one without the referrers API', {}, promoted),
];

async function keylessBundles(scene: Scene): Promise<void> {
  await signKeyless(scene);
  await expectProved(scene);
}

async function keylessTags(scene: Scene): Promise<void> {
  const { stack, trust, image, cosign } = scene;
  const services = ['--fulcio-url', stack.fulcioUrl, '--rekor-url', stack.rekorUrl];
  const layout = ['-y', '--use-signing-config=false', '--new-bundle-format=false', '--trusted-root', trust.trustedRoot];
  const token = ['--identity-token', stack.oidc.mintGitLabToken(), '--allow-insecure-registry'];
  await cosign(['sign', ...layout, ...services, ...token, image]);
  await cosign(['attest', ...layout, ...services, ...token, ...(await provenance(scene)), image]);
  const { signatures, attestations } = await expectProved(scene);
  const layouts = [...signatures, ...attestations].flatMap(({ places }) => places.map(({ layout: found }) => found));
  strictEqual(layouts.join(), 'tag,tag');
}

async function keys(scene: Scene): Promise<void> {
  const { image, folder, cosign } = scene;
  await cosign(['generate-key-pair', '--output-key-prefix', join(folder, 'ours')]);
  await cosign(['generate-key-pair', '--output-key-prefix', join(folder, 'other')]);
  await cosign(['signing-config', 'create', '--out', join(folder, 'none.json')]);
  const flags = ['-y', '--allow-insecure-registry', '--key', join(folder, 'ours.key')];
  const bundles = ['--signing-config', join(folder, 'none.json')];
  const tags = ['--use-signing-config=false', '--new-bundle-format=false', '--tlog-upload=false'];
  for (const layout of [bundles, tags]) {
    await cosign(['sign', ...flags, ...layout, image]);
    await cosign(['attest', ...flags, ...layout, ...(await provenance(scene)), image]);
  }
  const byKey = async (name: string): Promise<Trust> => {
    const key = await loadVerificationKey(ctx, join(folder, `${name}.pub`));
    return { signer: { kind: 'keys', keys: [key] }, ignoreLog: true };
  };
  const proved = await verified(scene, await byKey('ours'));
  strictEqual(`${proved.signatures.length} ${proved.attestations.length} ${proved.unproved.length}`, '2 2 0');
  const refused = await verified(scene, await byKey('other'));
  strictEqual(`${refused.signatures.length} ${refused.attestations.length} ${refused.unproved.length}`, '0 0 4');
}

const kinds: readonly (readonly [name: string, key: KeyObject])[] = [
  ['p384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['p521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey],
  ['rsa', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['ed25519', generateKeyPairSync('ed25519').privateKey],
];

async function keyKinds(scene: Scene): Promise<void> {
  const { image, folder, cosign } = scene;
  await cosign(['signing-config', 'create', '--out', join(folder, 'none.json')]);
  const bundles = ['--signing-config', join(folder, 'none.json')];
  const tags = ['--use-signing-config=false', '--new-bundle-format=false', '--tlog-upload=false'];
  for (const [name, key] of kinds) {
    const file = join(folder, name);
    await writeFile(`${file}.pem`, key.export({ type: 'pkcs8', format: 'pem' }));
    await cosign(['import-key-pair', '-y', '--key', `${file}.pem`, '--output-key-prefix', file]);
    for (const layout of [bundles, tags]) {
      await cosign(['sign', '-y', '--allow-insecure-registry', '--key', `${file}.key`, ...layout, image]);
    }
    const keys = [await loadVerificationKey(ctx, `${file}.pub`)];
    const { signatures } = await verified(scene, { signer: { kind: 'keys', keys }, ignoreLog: true });
    strictEqual(`${name} ${signatures.length}`, `${name} 2`);
  }
}

async function attestedOnly(scene: Scene): Promise<void> {
  await scene.cosign(['attest', ...keylessFlags(scene), ...(await provenance(scene)), scene.image]);
  const { signatures, attestations } = await verified(scene, await trustIn(scene));
  strictEqual(`${signatures.length} ${attestations.length}`, '0 1');
}

async function validated(scene: Scene): Promise<void> {
  await signKeyless(scene);
  const report = await validateWith(scene, identity);
  ok(report.success, JSON.stringify(report.components));
  const other = await validateWith(scene, 'https://gitlab.com/mallory/shop//.gitlab-ci.yml@refs/heads/main');
  strictEqual(other.success, false);
  match(other.components[0]?.violations[1]?.msg ?? '', /subject should be ".*mallory.*", but it has ".*acme/);
}

async function promoted(scene: Scene): Promise<void> {
  await signKeyless(scene);
  const registries = await Promise.all([startRegistry(), startRegistry({ referrersApi: false })]);
  try {
    const result = await promote(ctx, {
      source: scene.image,
      targets: registries.map(({ host }) => `${host}/prod/shop:latest`),
      open: scene.open,
      gate: { kind: 'policy', options: { ...(await gateOptions(scene, identity)) } },
    });
    strictEqual(result.kind, 'promoted');
    const flags = ['--trusted-root', scene.trust.trustedRoot, '--use-signed-timestamps', '--allow-insecure-registry'];
    const who = ['--certificate-identity', identity, '--certificate-oidc-issuer', scene.stack.oidc.gitlab.url];
    for (const { host } of registries) {
      await scene.cosign(['verify', ...flags, ...who, `${host}/prod/shop:latest`]);
      const type = ['--type', 'slsaprovenance1'];
      await scene.cosign(['verify-attestation', ...type, ...flags, ...who, `${host}/prod/shop:latest`]);
    }
  } finally {
    await Promise.all(registries.map((registry) => registry.close()));
  }
}

async function signKeyless(scene: Scene): Promise<void> {
  await scene.cosign(['sign', ...keylessFlags(scene), scene.image]);
  await scene.cosign(['attest', ...keylessFlags(scene), ...(await provenance(scene)), scene.image]);
}

function keylessFlags({ stack, trust }: Scene): string[] {
  const signing = ['-y', '--signing-config', trust.signingConfig, '--trusted-root', trust.trustedRoot];
  return [...signing, '--identity-token', stack.oidc.mintGitLabToken(), '--allow-insecure-registry'];
}

async function provenance({ folder }: Scene): Promise<string[]> {
  const predicate = join(folder, 'predicate.json');
  const buildDefinition = { buildType: 'https://ci.example.test/build@v1', externalParameters: {} };
  const runDetails = { builder: { id: 'https://ci.example.test/builder' } };
  await writeFile(predicate, JSON.stringify({ buildDefinition, runDetails }));
  return ['--type', 'slsaprovenance1', '--predicate', predicate];
}

/** Proved for who signed it, and refused for everybody else. */
async function expectProved(scene: Scene): Promise<VerifiedEvidence> {
  const proved = await verified(scene, await trustIn(scene));
  strictEqual(`${proved.signatures.length} ${proved.attestations.length} ${proved.unproved.length}`, '1 1 0');
  const others: readonly IdentityPolicy[] = [
    { issuer: scene.stack.oidc.gitlab.url, subject: `${identity}x` },
    { issuer: scene.stack.oidc.gitlab.url, subjectRegExp: 'https://gitlab.com/acme/shop' },
    { issuer: scene.stack.oidc.github.url, subject: identity },
  ];
  for (const policy of others) {
    const { signatures, attestations, unproved } = await verified(scene, await trustIn(scene, policy));
    strictEqual(signatures.length + attestations.length, 0);
    ok(unproved.every(({ code }) => code === 'identity'));
  }
  return proved;
}

async function verified({ image, open }: Scene, trust: Trust): Promise<VerifiedEvidence> {
  const reference = parseReference(image);
  if (reference.digest === undefined) throw new TypeError('The image is named by digest.');
  return verifyEvidence(await discoverEvidence(open(reference), reference.digest), trust, new Date());
}

async function trustIn({ stack, trust }: Scene, policy?: IdentityPolicy): Promise<Trust> {
  const root = await loadTrustedRoot(ctx, { kind: 'file', path: trust.trustedRoot });
  return { signer: { kind: 'identity', policy: policy ?? { issuer: stack.oidc.gitlab.url, subject: identity } }, root };
}

async function validateWith(scene: Scene, subject: string) {
  const snapshot = await readSnapshot({ image: scene.image });
  return validate(ctx, { ...(await gateOptions(scene, subject)), snapshot, open: scene.open });
}

async function gateOptions({ stack, trust }: Scene, subject: string) {
  const policy = await parsePolicy(JSON.stringify({ identity: { issuer: stack.oidc.gitlab.url, subject } }), 'policy');
  return {
    policy,
    trust: { kind: 'file', path: trust.trustedRoot },
    effectiveTime: { kind: 'attestation' },
    version: 'interop',
  } as const;
}

function inScene(name: string, options: LocalOptions, story: (scene: Scene) => Promise<void>): Check {
  return {
    name,
    needs: ['cosign', 'crane'],
    run: async (tools) => {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-interop-'));
      const stack = await startLocal(options);
      const session = createSession();
      try {
        await story(await setScene(tools, folder, stack, (reference) => openRepository(session, reference)));
      } finally {
        session.close();
        await stack.close();
        await rm(folder, { recursive: true });
      }
    },
  };
}

async function setScene(tools: Tools, folder: string, stack: LocalStack, open: Scene['open']): Promise<Scene> {
  const execute = promisify(execFile);
  const run = async (program: string, args: readonly string[]) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, COSIGN_PASSWORD: 'interop' };
    const { stdout } = await execute(tools[program] ?? program, [...args], { env, timeout: 60_000 });
    return stdout;
  };
  const trust = await writeTrustFiles(stack, join(folder, 'trust'));
  const tag = `${stack.registry.host}/acme/shop:1`;
  const layer = join(folder, 'layer.tar');
  // Two empty blocks end an archive without files.
  await writeFile(layer, Buffer.alloc(1024));
  await run('crane', ['append', '--insecure', '-f', layer, '-t', tag]);
  const digest = await run('crane', ['digest', '--insecure', tag]);
  const image = `${stack.registry.host}/acme/shop@${digest.trim()}`;
  return { stack, folder, trust, image, open, cosign: (args) => run('cosign', args) };
}
