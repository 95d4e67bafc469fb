// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openRepository } from '../src/client/open.ts';
import { copyGraph } from '../src/copy/copy.ts';
import { planCopy } from '../src/copy/graph.ts';
import type { Descriptor } from '../src/descriptor.ts';
import { cosignTag, digestOf } from '../src/digest.ts';
import { openLayout } from '../src/layout/open-layout.ts';
import { emptyJsonBytes, emptyJsonDescriptor, IMAGE_MANIFEST } from '../src/media-types.ts';
import type { Repository } from '../src/repository.ts';
import type { RegistryOptions } from '../src/server/handler.ts';
import { bytesOf, layerOf, manifestOf, pushImage, pushIndex } from './support/content.ts';
import { type Fault, startFaultyRegistry } from './support/faulty-registry.ts';
import { recordingSession } from './support/recording-session.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: RegistryOptions = {}, fault?: Fault) {
  const registry = await startFaultyRegistry(options, fault);
  closing.push(() => registry.close());
  const session = recordingSession({ sleep: async () => undefined });
  closing.push(() => session.close());
  const open = (repository: string) => openRepository(session, { registry: registry.host, repository });
  return { registry, session, open };
}

interface Release {
  readonly index: Descriptor;
  readonly children: readonly Descriptor[];
  readonly all: readonly Descriptor[];
}

/** An index of two platforms; an SBOM on one of them with a signature of its own; cosign's tags; a tag of the user's. */
async function publish(repository: Repository): Promise<Release> {
  const children = [await pushImage(repository, 'amd64'), await pushImage(repository, 'arm64')];
  const index = await pushIndex(repository, children, 'v1');
  const [first = index] = children;
  const sbom = await pushImage(repository, 'sbom', { about: first, artifactType: 'a/sbom' });
  const signature = await pushImage(repository, 'sbom signature', { about: sbom, artifactType: 'a/sig' });
  const bundle = await pushImage(repository, 'bundle', { about: index, artifactType: 'a/bundle' });
  const tagged = [
    await pushImage(repository, 'cosign sig', { tag: cosignTag(index.digest, 'sig') }),
    await pushImage(repository, 'cosign att', { tag: cosignTag(first.digest, 'att') }),
  ];
  await pushImage(repository, 'unrelated', { tag: 'unrelated' });
  return { index, children, all: [index, ...children, sbom, signature, bundle, ...tagged] };
}

async function expectSame(release: Release, source: Repository, target: Repository): Promise<void> {
  for (const { digest } of release.all) {
    const copied = await target.getManifest(digest);
    expect(copied.bytes).toEqual((await source.getManifest(digest)).bytes);
    for (const { digest: subject } of [copied.descriptor]) {
      const listed = async (repository: Repository) =>
        (await repository.referrers(subject)).map((entry) => entry.digest).toSorted();
      expect(await listed(target)).toEqual(await listed(source));
    }
    if (copied.kind === 'image') {
      for (const blob of copied.content.layers) expect(await target.getBlob(blob)).toEqual(await source.getBlob(blob));
    }
  }
  expect((await target.resolve(cosignTag(release.index.digest, 'sig'))).digest).toBe(release.all.at(-2)?.digest);
  expect(await target.tags()).not.toContain('unrelated');
}

describe('a copy of a release', () => {
  test.each([
    ['a registry with the referrers API', true, true],
    ['a registry without it', true, false],
    ['a registry with it, from one without', false, true],
  ])('to %s brings everything that belongs to it', async (_, sourceApi, targetApi) => {
    const from = await start({ referrersApi: sourceApi });
    const to = await start({ referrersApi: targetApi });
    const source = from.open('build/app');
    const target = to.open('release/app');
    const release = await publish(source);
    const report = await copyGraph(source, release.index.digest, target);
    await expectSame(release, source, target);
    expect(report.steps.every(({ outcome }) => outcome === 'uploaded')).toBe(true);
    expect(await target.tags()).not.toContain('v1');
  });

  test('to another repository of its registry mounts the blobs', async () => {
    const { open, session } = await start();
    const release = await publish(open('build/app'));
    const report = await copyGraph(open('build/app'), release.index.digest, open('release/app'));
    const blobs = report.steps.filter(({ kind }) => kind === 'blob');
    expect(new Set(blobs.map(({ outcome }) => outcome))).toEqual(new Set(['mounted']));
    expect(session.requests().some(({ method, url }) => method === 'GET' && url.includes('/blobs/'))).toBe(false);
    await expectSame(release, open('build/app'), open('release/app'));
  });

  test('to a layout on disk and back keeps every byte', async () => {
    const { open } = await start();
    const folder = await mkdtemp(join(tmpdir(), 'sluice-copy-'));
    closing.push(() => rm(folder, { recursive: true }));
    const release = await publish(open('build/app'));
    const layout = openLayout(join(folder, 'layout'));
    await copyGraph(open('build/app'), release.index.digest, layout);
    await expectSame(release, open('build/app'), layout);
    await copyGraph(openLayout(join(folder, 'layout')), release.index.digest, open('restored/app'));
    await expectSame(release, open('build/app'), open('restored/app'));
  });

  test('that is run again uploads nothing new', async () => {
    const from = await start();
    const to = await start();
    const release = await publish(from.open('a'));
    await copyGraph(from.open('a'), release.index.digest, to.open('b'));
    const before = to.session.requests().length;
    const again = await copyGraph(from.open('a'), release.index.digest, to.open('b'));
    expect(again.steps.filter(({ kind, outcome }) => kind === 'blob' && outcome !== 'present')).toEqual([]);
    const changing = to.session
      .requests()
      .slice(before)
      .filter(({ method }) => method === 'POST' || method === 'PATCH');
    expect(changing).toEqual([]);
  });

  test('within one repository has nothing to do', async () => {
    const { open } = await start();
    const release = await publish(open('a'));
    expect((await copyGraph(open('a'), release.index.digest, open('a'))).steps).toEqual([]);
  });

  test('that is cut after any request leaves the tag alone, and completes when it is run again', async () => {
    const from = await start();
    const source = from.open('a');
    const image = await pushImage(source, 'image');
    const tagged = await pushImage(source, 'cosign sig', { tag: cosignTag(image.digest, 'sig') });
    const bundle = await pushImage(source, 'bundle', { about: image });
    const release = { index: image, children: [], all: [image, bundle, tagged, image] };
    const count = await (async () => {
      const to = await start();
      await copyGraph(source, release.index.digest, to.open('b'), { concurrency: 1 });
      return to.session.requests().length;
    })();
    for (let cut = 0; cut < count; cut += 1) {
      let seen = 0;
      const to = await start({}, (_request, response) => {
        seen += 1;
        if (seen <= cut) return false;
        response.writeHead(403).end();
        return true;
      });
      await expect(copyGraph(source, release.index.digest, to.open('b'), { concurrency: 1 })).rejects.toMatchObject({
        code: 'denied',
      });
      to.registry.setFault(undefined);
      await expect(to.open('b').resolve('v1')).rejects.toMatchObject({ code: 'not-found' });
      await copyGraph(source, release.index.digest, to.open('b'));
      await expectSame(release, source, to.open('b'));
    }
    expect(count).toBeGreaterThan(15);
  });

  test('keeps the signatures that the target has under the same tag', async () => {
    const from = await start();
    const to = await start();
    const image = await pushImage(from.open('a'), 'image');
    await copyGraph(from.open('a'), image.digest, to.open('b'));
    const tag = cosignTag(image.digest, 'sig');
    await pushImage(from.open('a'), 'signature of the build', { tag });
    await pushImage(to.open('b'), 'signature of the release team', { tag });
    const report = await copyGraph(from.open('a'), image.digest, to.open('b'));
    expect(report.steps.at(-1)).toMatchObject({ kind: 'cosign-tag', outcome: 'merged' });
    const merged = await to.open('b').getManifest(tag);
    const layers = merged.kind === 'image' ? merged.content.layers.map(({ digest }) => digest) : [];
    const texts = ['signature of the release team', 'signature of the build'];
    expect(layers).toEqual(texts.map((text) => layerOf(text).descriptor.digest));
    const again = await copyGraph(from.open('a'), image.digest, to.open('b'));
    expect(again.steps.at(-1)).toMatchObject({ kind: 'cosign-tag', outcome: 'present' });
    expect((await to.open('b').resolve(tag)).digest).toBe(merged.descriptor.digest);
  });

  test('reads no further ahead of the target than a few buffers', async () => {
    const from = await start();
    const source = from.open('a');
    const bytes = Buffer.alloc(64 * 1024 * 1024, 'x');
    const layer = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length };
    await source.putBlob(emptyJsonDescriptor, emptyJsonBytes);
    await source.putBlob(layer, bytes);
    const image = await source.putManifest(manifestOf([layer]), IMAGE_MANIFEST);
    let pulled = 0;
    let pulledWhilePaused = 0;
    const counted: Repository = {
      ...source,
      openBlob: async (blob) => {
        const content = await source.openBlob(blob);
        return (async function* () {
          for await (const part of content) {
            pulled += part.length;
            yield part;
          }
        })();
      },
    };
    const to = await start({}, (request, response) => {
      const isLayer = Number(request.headers['content-length'] ?? 0) > 1024;
      if (request.method !== 'PUT' || !isLayer || request.url?.includes('/manifests/')) return false;
      // Nothing is read for a while: what the client has pulled by then is all that it holds.
      setTimeout(() => {
        pulledWhilePaused = pulled;
        request.resume().on('end', () => response.writeHead(403).end());
      }, 300);
      return true;
    });
    await expect(copyGraph(counted, image.digest, to.open('b'))).rejects.toMatchObject({ code: 'denied' });
    expect(pulledWhilePaused).toBeGreaterThan(0);
    expect(pulledWhilePaused).toBeLessThan(24 * 1024 * 1024);
  });

  test('that the user cancels stops', async () => {
    const from = await start();
    const to = await start();
    const release = await publish(from.open('a'));
    const cancel = new AbortController();
    const work = copyGraph(from.open('a'), release.index.digest, to.open('b'), {
      signal: cancel.signal,
      onProgress: () => cancel.abort(),
    });
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('of what does not hang together is refused before anything is written', async () => {
    const from = await start();
    const to = await start();
    const source = from.open('a');
    const image = await pushImage(source, 'image');
    await expect(copyGraph(source, digestOf(bytesOf('absent')), to.open('b'))).rejects.toMatchObject({
      code: 'not-found',
    });
    await pushImage(source, 'sig', { about: image });
    const tooMany = copyGraph(source, image.digest, to.open('b'), { limits: { graphManifests: 1, graphBytes: 1e6 } });
    await expect(tooMany).rejects.toMatchObject({ code: 'too-many' });
    expect(to.session.requests()).toEqual([]);
  });
});

test('a plan names parts before what needs them, and changes nothing', async () => {
  const { open, session } = await start();
  const release = await publish(open('a'));
  const before = session.requests().length;
  const plan = await planCopy(open('a'), release.index.digest);
  const order = plan.manifests.map(({ manifest }) => manifest.descriptor.digest);
  for (const { manifest } of plan.manifests) {
    const needs = manifest.kind === 'index' ? manifest.content.manifests.map(({ digest }) => digest) : [];
    const { subject } = manifest.content;
    for (const need of [...needs, ...(subject === undefined ? [] : [subject.digest])]) {
      expect(order.indexOf(need)).toBeLessThan(order.indexOf(manifest.descriptor.digest));
    }
  }
  expect(order.toSorted()).toEqual(release.all.map(({ digest }) => digest).toSorted());
  expect(plan.tags.map(({ tag }) => tag.slice(-4)).toSorted()).toEqual(['.att', '.sig']);
  expect(
    session
      .requests()
      .slice(before)
      .every(({ method }) => method === 'GET' || method === 'HEAD'),
  ).toBe(true);
});
