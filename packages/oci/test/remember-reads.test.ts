// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test } from 'vitest';
import { openRepository } from '../src/client/open.ts';
import { rememberReads } from '../src/client/remember-reads.ts';
import { copyGraph } from '../src/copy/copy.ts';
import { pushImage } from './support/content.ts';
import { startFaultyRegistry } from './support/faulty-registry.ts';
import { recordingSession } from './support/recording-session.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start() {
  const registry = await startFaultyRegistry({});
  const session = recordingSession({ sleep: async () => undefined });
  closing.push(
    () => registry.close(),
    () => session.close(),
  );
  const open = (repository: string) => openRepository(session, { registry: registry.host, repository });
  return { session, open };
}

test('a view of a repository asks for each thing once', async () => {
  const { session, open } = await start();
  const image = await pushImage(open('app'), 'one', { tag: 'one' });
  const view = rememberReads(open('app'));
  const before = session.requests().length;
  const read = async () => {
    const manifest = await view.getManifest('one');
    await view.getManifest(image.digest);
    await view.resolve('one');
    await view.resolve(image.digest);
    await view.referrers(image.digest);
    await expect(view.getManifest('missing')).rejects.toMatchObject({ code: 'not-found' });
    if (manifest.kind !== 'image') throw new Error('an image was pushed');
    const { config } = manifest.content;
    const chunks = [await view.getBlob(config)];
    expect(await view.blobSize(config.digest)).toBe(config.size);
    for await (const chunk of await view.openBlob(config)) chunks.push(chunk);
    return chunks;
  };
  const first = await read();
  const asked = session.requests().length - before;
  expect(first[1]).toEqual(first[0]);
  expect(await read()).toEqual(first);
  expect(session.requests().length - before).toBe(asked);
  expect(asked).toBe(4);
});

test('a view knows the manifests that were read before it, and is its own view', async () => {
  const { session, open } = await start();
  const image = await pushImage(open('app'), 'one', { tag: 'one' });
  const manifest = await open('app').getManifest('one');
  const view = rememberReads(open('app'), [manifest]);
  const before = session.requests().length;
  expect(await view.getManifest(image.digest)).toBe(manifest);
  expect(await view.resolve(image.digest)).toBe(manifest.descriptor);
  expect(session.requests().length).toBe(before);
  expect(rememberReads(view)).toBe(view);
});

test('a tag names for a view what it named first, even when it is moved between two reads', async () => {
  const { open } = await start();
  const image = await pushImage(open('app'), 'one', { tag: 'moving' });
  const view = rememberReads(open('app'));
  await view.resolve('moving');
  await pushImage(open('app'), 'two', { tag: 'moving' });
  expect((await view.getManifest('moving')).descriptor.digest).toBe(image.digest);
});

test('what failed is asked again', async () => {
  const { open } = await start();
  const image = await pushImage(open('app'), 'one', { tag: 'one' });
  const real = open('app');
  let failures = 1;
  const view = rememberReads({
    ...real,
    getManifest: async (name) => {
      if (failures-- > 0) throw new Error('broken connection');
      return real.getManifest(name);
    },
  });
  await expect(view.getManifest('one')).rejects.toThrow('broken connection');
  expect((await view.getManifest('one')).descriptor.digest).toBe(image.digest);
});

test('a blob that a view holds is refused under another size', async () => {
  const { open } = await start();
  await pushImage(open('app'), 'one', { tag: 'one' });
  const view = rememberReads(open('app'));
  const manifest = await view.getManifest('one');
  if (manifest.kind !== 'image') throw new Error('an image was pushed');
  const { digest, size } = manifest.content.config;
  await view.getBlob({ digest, size });
  await expect(view.getBlob({ digest, size: size + 1 })).rejects.toMatchObject({ code: 'size-mismatch' });
});

test('blobs are mounted from a view as from the repository itself', async () => {
  const { open } = await start();
  const image = await pushImage(open('app'), 'one', { tag: 'one' });
  const { steps } = await copyGraph(rememberReads(open('app')), image.digest, open('prod'));
  expect(steps.filter(({ kind }) => kind === 'blob').map(({ outcome }) => outcome)).toContain('mounted');
  expect(steps.some(({ kind, outcome }) => kind === 'blob' && outcome === 'uploaded')).toBe(false);
});
