// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from 'vitest';
import { openRepository } from '../src/client/open.ts';
import type { Descriptor } from '../src/descriptor.ts';
import { referrersTag } from '../src/digest.ts';
import { IMAGE_INDEX } from '../src/media-types.ts';
import { createSession } from '../src/session.ts';
import { bytesOf, layerOf, manifestOf, pushImage } from './support/content.ts';
import { type Fault, type FaultyRegistry, startFaultyRegistry } from './support/faulty-registry.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A registry without the referrers API. */
async function oldRegistry(fault?: Fault) {
  const registry = await startFaultyRegistry({ referrersApi: false }, fault);
  closing.push(() => registry.close());
  return registry;
}

/** A client of its own, as another process would be. */
function clientOf(registry: FaultyRegistry, sleep?: (ms: number) => Promise<void>) {
  const session = createSession(sleep === undefined ? {} : { sleep });
  closing.push(() => session.close());
  return openRepository(session, { registry: registry.host, repository: 'team/app' });
}

/** Registries in the field know no conditions on writes: distribution's among them. */
const withoutConditions: Fault = (request) => {
  delete request.headers['if-match'];
  delete request.headers['if-none-match'];
  return false;
};

describe('where a registry has no referrers API', () => {
  test('referrers are listed under the tag that the specification names', async () => {
    const repository = clientOf(await oldRegistry());
    const image = await pushImage(repository, 'image');
    const sbom = await pushImage(repository, 'sbom', { about: image, artifactType: 'a/sbom' });
    await pushImage(repository, 'sig', { about: image, artifactType: 'a/sig' });
    await pushImage(repository, 'sig', { about: image, artifactType: 'a/sig' });
    expect(await repository.tags()).toEqual([referrersTag(image.digest)]);
    expect((await repository.referrers(image.digest)).map(({ artifactType }) => artifactType)).toEqual([
      'a/sbom',
      'a/sig',
    ]);
    expect(await repository.referrers(image.digest, 'a/sbom')).toEqual([{ ...sbom, artifactType: 'a/sbom' }]);
    expect(await repository.referrers(sbom.digest)).toEqual([]);
  });

  test('many clients at once lose no entry, where the registry heeds conditions', async () => {
    const registry = await oldRegistry();
    const first = clientOf(registry);
    const image = await pushImage(first, 'image');
    const layers = Array.from({ length: 6 }, (_value, at) => layerOf(`signature ${at}`));
    await Promise.all(layers.map(({ descriptor, bytes }) => first.putBlob(descriptor, bytes)));
    const manifests = layers.map(({ descriptor }) => manifestOf([descriptor], { about: image, artifactType: 'a/sig' }));
    const stored = await Promise.all(
      manifests.map((bytes) => clientOf(registry).putManifest(bytes, 'application/vnd.oci.image.manifest.v1+json')),
    );
    const listed = await clientOf(registry).referrers(image.digest);
    expect(listed.map(({ digest }) => digest).toSorted()).toEqual(stored.map(({ digest }) => digest).toSorted());
  });

  test('one client that stores several at once loses none', async () => {
    const repository = clientOf(await oldRegistry(withoutConditions), async () => undefined);
    const image = await pushImage(repository, 'image');
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => pushImage(repository, text, { about: image })));
    expect(await repository.referrers(image.digest)).toHaveLength(4);
  });

  test('an entry that another client overwrites is added again beside the other', async () => {
    const registry = await oldRegistry(withoutConditions);
    const other = clientOf(registry);
    const image = await pushImage(other, 'image');
    const rival: Descriptor = await pushImage(other, 'rival');
    const stale = JSON.stringify({ schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [rival] });
    let overwrites = 0;
    // The pause after our write is when a client that had read before it writes: here it does, once.
    const repository = clientOf(registry, async () => {
      overwrites += 1;
      if (overwrites === 1) await other.putManifest(bytesOf(stale), IMAGE_INDEX, referrersTag(image.digest));
    });
    const ours = await pushImage(repository, 'ours', { about: image });
    expect((await other.referrers(image.digest)).map(({ digest }) => digest)).toEqual([rival.digest, ours.digest]);
  });

  test('a list that could not be written is read again before it is written again', async () => {
    let failures = 0;
    const registry = await oldRegistry((request) => {
      const isList = request.method === 'PUT' && /manifests\/sha256-[0-9a-f]{64}$/.test(request.url ?? '');
      if (!isList || failures >= 2) return false;
      failures += 1;
      request.socket.destroy();
      return true;
    });
    const requests: string[] = [];
    const session = createSession({ onRequest: ({ method }) => requests.push(method) });
    closing.push(() => session.close());
    const repository = openRepository(session, { registry: registry.host, repository: 'team/app' });
    const image = await pushImage(repository, 'image');
    requests.length = 0;
    await pushImage(repository, 'image', { about: image });
    expect(requests).toEqual(['PUT', 'GET', 'GET', 'GET', 'PUT', 'GET']);
    expect(await repository.referrers(image.digest)).toHaveLength(1);
  });

  test('a list that is overwritten each time is an error, not a loss', async () => {
    const registry = await oldRegistry(withoutConditions);
    const other = clientOf(registry);
    const image = await pushImage(other, 'image');
    const empty = bytesOf(JSON.stringify({ schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [] }));
    const repository = clientOf(registry, async () => {
      await other.putManifest(empty, IMAGE_INDEX, referrersTag(image.digest));
    });
    await expect(pushImage(repository, 'ours', { about: image })).rejects.toMatchObject({
      code: 'conflict',
      retryable: true,
    });
  });

  test('a tag that holds an image instead of a list is not written over', async () => {
    const repository = clientOf(await oldRegistry());
    const image = await pushImage(repository, 'image');
    await pushImage(repository, 'in the way', { tag: referrersTag(image.digest) });
    expect(await repository.referrers(image.digest)).toEqual([]);
    await expect(pushImage(repository, 'sig', { about: image })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('what else the list holds is kept', async () => {
    const repository = clientOf(await oldRegistry());
    const image = await pushImage(repository, 'image');
    const list = { schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [], annotations: { note: 'kept' } };
    await repository.putManifest(bytesOf(JSON.stringify(list)), IMAGE_INDEX, referrersTag(image.digest));
    await pushImage(repository, 'sig', { about: image });
    expect((await repository.getManifest(referrersTag(image.digest))).content.annotations).toEqual({ note: 'kept' });
  });
});

test.each([
  ['a web page', 200, 'text/html'],
  ['400', 400, 'application/json'],
  ['405', 405, 'text/plain'],
])('a registry that answers %s to the referrers API is taken to have none', async (_, status, type) => {
  const registry = await oldRegistry((request, response) => {
    if (!request.url?.includes('/referrers/')) return false;
    response.writeHead(status, { 'Content-Type': type }).end('<html>');
    return true;
  });
  const repository = clientOf(registry);
  const image = await pushImage(repository, 'image');
  await pushImage(repository, 'sig', { about: image });
  expect(await repository.referrers(image.digest)).toHaveLength(1);
});

test.each([401, 403, 500])(
  'a registry that answers %i to the referrers API has not said that there are none',
  async (status) => {
    const registry = await oldRegistry((request, response) => {
      if (!request.url?.includes('/referrers/')) return false;
      response.writeHead(status).end();
      return true;
    });
    const repository = clientOf(registry, async () => undefined);
    const image = await pushImage(repository, 'image');
    await expect(repository.referrers(image.digest)).rejects.toMatchObject({ status });
  },
);
