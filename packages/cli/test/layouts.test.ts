// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyGraph, IMAGE_INDEX, openLayout } from '@sluice/oci';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capturedIo } from '../src/captured-io.ts';
import { type Env, type Stage, setStage } from '../src/demo/stage.ts';

const subject = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';
let stage: Stage;
let folder: string;
let layout: string;
let job: Env;
let identity: readonly string[];
let index: string;
let platforms: readonly string[];

/** An index of two platforms, secured with all its platforms, copied to a layout on disk; then nothing can be reached. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-layout-'));
  layout = join(folder, 'layout');
  stage = await setStage(capturedIo({}), join(folder, 'stage'));
  job = stage.gitlabJob();
  identity = ['--certificate-oidc-issuer', stage.stack.oidc.gitlab.url, '--certificate-identity', subject];
  const name = `${stage.stack.registry.host}/acme/multi`;
  const repository = stage.repository(name);
  const manifests = [];
  for (const architecture of ['amd64', 'arm64']) {
    await stage.build(`${name}:${architecture}`, architecture);
    manifests.push({ ...(await repository.resolve(architecture)), platform: { os: 'linux', architecture } });
  }
  platforms = manifests.map(({ digest }) => digest);
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: IMAGE_INDEX, manifests }));
  const { digest } = await repository.putManifest(bytes, IMAGE_INDEX, 'all');
  index = digest;
  expect(await stage.sluice(['secure', `${name}:all`], job)).toMatchObject({ exit: 0 });
  const partly = await validated(`${name}:all`);
  expect(partly.exit).toBe(1);
  expect(partly.components.map(({ success }) => success)).toEqual(
    partly.components.map((one) => one.name === 'Unnamed'),
  );
  expect(await stage.sluice(['secure', '--recursive', `${name}:all`], job)).toMatchObject({ exit: 0 });
  const whole = await validated(`${name}:all`);
  expect(whole.exit).toBe(0);
  expect(whole.components.map(({ success }) => success)).toEqual([true, true, true]);
  await copyGraph(repository, digest, openLayout(layout));
  await stage.close();
});

afterAll(() => rm(folder, { recursive: true }));

async function validated(image: string) {
  const policy = JSON.stringify({ identity: { subject, issuer: stage.stack.oidc.gitlab.url } });
  const { exit, out } = await stage.sluice(
    ['validate', 'image', '--policy', policy, '--image', image, '--output', 'json'],
    job,
  );
  // The command's own report.
  const { components } = JSON.parse(out) as { components: readonly { name: string; success: boolean }[] };
  return { exit, components };
}

const local = (...argv: readonly string[]) =>
  stage.sluice([...argv, '--local-image'], { SLUICE_TRUSTED_ROOT: job['SLUICE_TRUSTED_ROOT'] ?? '' });

test('securing an index recursively attests each of its platforms, and each verifies from a layout, offline', async () => {
  for (const digest of [index, ...platforms]) {
    const image = `${layout}@${digest}`;
    expect(await local('verify', ...identity, image)).toMatchObject({ exit: 0 });
    const type = ['--type', 'slsaprovenance1', '--output', 'statement'];
    const attested = await local('verify-attestation', ...type, ...identity, image);
    expect(attested).toMatchObject({ exit: 0 });
    expect(attested.out).toContain(digest.slice('sha256:'.length));
  }
});

test('an image in a layout is refused offline, too, for another identity', async () => {
  const other = [...identity.slice(0, 3), 'https://gitlab.com/acme/other'];
  const run = await local('verify', ...other, `${layout}@${index}`);
  expect(run).toMatchObject({ exit: 1, out: '' });
  expect(run.err).toContain('should be "https://gitlab.com/acme/other"');
});

test('a layout is inspected offline: digest, manifest, tree, signatures and attestations', async () => {
  const image = `${layout}@${platforms[0]}`;
  expect((await local('image', 'digest', image)).out.trim()).toBe(platforms[0]);
  expect((await local('image', 'inspect', image)).out).toContain('layers  1');
  const tree = await local('tree', image);
  expect(tree.out).toContain('https://slsa.dev/provenance/v1');
  for (const kind of ['signature', 'attestation']) {
    const { exit, out } = await local('download', kind, image);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ payloadType: 'application/vnd.in-toto+json' });
  }
});

test('a layout that is not there is said to be missing', async () => {
  const missing = await local('verify', ...identity, join(folder, 'nowhere'));
  expect(missing).toMatchObject({ exit: 2, out: '' });
  expect(missing.err).toMatch(/^error An OCI image layout was expected in [^\n]+ but it has no index.json[^\n]+\n$/);
});

test('promoting a layout is refused with what to do', async () => {
  const run = await local('promote', '--unvalidated', '--to', 'latest', layout);
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toContain('push it to a registry, and promote it from there');
});
