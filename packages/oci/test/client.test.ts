// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from 'vitest';
import { openRepository } from '../src/client/open.ts';
import { digestOf } from '../src/digest.ts';
import { bytesOf, collect, layerOf, pushImage, pushIndex, textOf } from './support/content.ts';
import { type FaultyRegistry, startFaultyRegistry } from './support/faulty-registry.ts';
import { type RecordingSession, recordingSession } from './support/recording-session.ts';

let registry: FaultyRegistry;
let session: RecordingSession;

async function start(...options: Parameters<typeof startFaultyRegistry>) {
  registry = await startFaultyRegistry(...options);
  session = recordingSession({ sleep: async () => undefined, limits: { chunkBytes: 7 } });
  return openRepository(session, { registry: registry.host, repository: 'team/app' });
}

afterEach(async () => {
  session.close();
  await registry.close();
});

const requested = () =>
  session.requests().map(
    ({ method, url, status }) =>
      `${method} ${new URL(url).pathname
        .split('/')
        .slice(4)
        .join('/')
        .replace(/[0-9a-f]{64}|[0-9a-f-]{36}/g, '…')} ${status}`,
  );

describe('a repository in a registry', () => {
  test('gives back what was put into it', async () => {
    const repository = await start();
    const stored = await pushImage(repository, 'a layer', { tag: 'v1' });
    expect(await repository.resolve('v1')).toEqual(stored);
    expect(await repository.resolve(stored.digest)).toEqual(stored);
    const manifest = await repository.getManifest('v1');
    expect(manifest).toMatchObject({ kind: 'image', descriptor: stored });
    const layer = layerOf('a layer').descriptor;
    expect(textOf(await repository.getBlob(layer))).toBe('a layer');
    expect(textOf(await collect(await repository.openBlob(layer)))).toBe('a layer');
    expect(await repository.hasBlob(layer.digest)).toBe(true);
    expect(await repository.hasBlob(digestOf(bytesOf('nothing')))).toBe(false);
    expect(await repository.tags()).toEqual(['v1']);
  });

  test('is asked for nothing twice', async () => {
    const repository = await start();
    const image = await pushImage(repository, 'a layer', { tag: 'v1' });
    await pushImage(repository, 'a layer', { about: image });
    await repository.getManifest(image.digest);
    await repository.getManifest(image.digest);
    const all = session.requests().map(({ method, url }) => `${method} ${url}`);
    const repeated = all.filter((request, at) => !request.startsWith('POST') && all.indexOf(request) !== at);
    expect(repeated).toEqual([]);
    expect(requested().map((request) => request.replace(/ \d+$/, ''))).toEqual([
      ...['HEAD blobs/sha256:…', 'POST blobs/uploads/', 'PUT blobs/uploads/…'],
      ...['HEAD blobs/sha256:…', 'POST blobs/uploads/', 'PUT blobs/uploads/…'],
      ...['PUT manifests/v1', 'PUT manifests/sha256:…', 'GET manifests/sha256:…'],
    ]);
  });

  test('takes an upload whose location is absolute, relative, or carries a query of its own', async () => {
    const repository = await start({}, (request, response) => {
      if (request.method !== 'POST') return false;
      const { writeHead } = response;
      response.writeHead = ((status: number, headers: Record<string, string>) => {
        const location = `http://${request.headers.host}${headers['Location']}?state=a%2Fb&digest-hint=x`;
        return writeHead.call(response, status, { ...headers, Location: location });
        // The overloads of writeHead cannot be met otherwise.
      }) as typeof writeHead;
      return false;
    });
    const layer = layerOf('located');
    await repository.putBlob(layer.descriptor, layer.bytes);
    expect(await repository.hasBlob(layer.descriptor.digest)).toBe(true);
    expect(session.requests().some(({ url }) => url.includes('digest-hint=REDACTED&digest=sha256:'))).toBe(true);
  });

  test('mounts a blob of its registry, and says where it could not', async () => {
    const repository = await start();
    const layer = layerOf('shared');
    await repository.putBlob(layer.descriptor, layer.bytes);
    const other = openRepository(session, { registry: registry.host, repository: 'other' });
    expect(await other.mountBlob(layer.descriptor.digest, repository)).toBe(true);
    expect(await other.hasBlob(layer.descriptor.digest)).toBe(true);
    const absent = layerOf('absent');
    expect(await other.mountBlob(absent.descriptor.digest, repository)).toBe(false);
    // The upload that the registry began instead is the one that is used.
    const before = session.requests().length;
    await other.putBlob(absent.descriptor, absent.bytes);
    expect(
      session
        .requests()
        .slice(before)
        .map(({ method }) => method),
    ).toEqual(['PUT']);
  });

  test('goes on where a download broke off', async () => {
    let broken = 0;
    const layer = layerOf('x'.repeat(200_000));
    const repository = await start({}, (request, response) => {
      if (request.method !== 'GET' || !request.url?.includes('/blobs/') || broken >= 2) return false;
      broken += 1;
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const length = layer.bytes.length - from;
      const range =
        from === 0 ? {} : { 'Content-Range': `bytes ${from}-${layer.bytes.length - 1}/${layer.bytes.length}` };
      response.writeHead(from === 0 ? 200 : 206, { 'Content-Length': length, ...range });
      response.write(layer.bytes.subarray(from, from + 70_000), () => setTimeout(() => response.destroy(), 20));
      return true;
    });
    await repository.putBlob(layer.descriptor, layer.bytes);
    expect(await repository.getBlob(layer.descriptor)).toEqual(Buffer.from(layer.bytes));
    expect(broken).toBe(2);
  });

  test('goes on where an upload broke off, in chunks', async () => {
    let broken = 0;
    const repository = await start({}, (request) => {
      const isUpload = request.method === 'PUT' || request.method === 'PATCH';
      if (
        !isUpload ||
        broken >= 2 ||
        (request.method === 'PATCH' && request.headers['content-range']?.startsWith('0-'))
      )
        return false;
      broken += 1;
      request.socket.destroy();
      return true;
    });
    const layer = layerOf('chunks of seven bytes');
    let opened = 0;
    await repository.putBlob(layer.descriptor, async () => {
      opened += 1;
      return (async function* () {
        yield layer.bytes.subarray(0, 10);
        yield layer.bytes.subarray(10);
      })();
    });
    expect(textOf(await repository.getBlob(layer.descriptor))).toBe('chunks of seven bytes');
    expect([broken, opened]).toEqual([2, 2]);
    expect(requested().filter((request) => request.startsWith('PATCH'))).toHaveLength(3);
  });

  test('takes in chunks what a registry does not take in one piece', async () => {
    const repository = await start({}, (request, response) => {
      if (Number(request.headers['content-length'] ?? 0) <= 7 || request.url?.includes('manifests')) return false;
      response.writeHead(413).end();
      return true;
    });
    const layer = layerOf('too much for one request');
    await repository.putBlob(layer.descriptor, layer.bytes);
    expect(textOf(await repository.getBlob(layer.descriptor))).toBe('too much for one request');
  });

  test('lists all pages of tags and referrers', async () => {
    const repository = await start({ pageSize: 2 });
    const image = await pushImage(repository, 'image');
    for (const tag of ['a', 'b', 'c', 'd', 'e']) {
      await pushImage(repository, tag, { tag, about: image, artifactType: tag < 'c' ? 'x/early' : 'x/late' });
    }
    registry.setFault((request) => {
      if (request.url?.endsWith('?n=1000')) request.url = request.url.replace('?n=1000', '');
      return false;
    });
    expect(await repository.tags()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await repository.referrers(image.digest)).toHaveLength(5);
    expect(await repository.referrers(image.digest, 'x/late')).toHaveLength(3);
  });

  test('filters referrers itself where the registry does not', async () => {
    const repository = await start({}, (request) => {
      if (request.url?.includes('/referrers/')) request.url = request.url.split('?', 1).join('');
      return false;
    });
    const image = await pushImage(repository, 'image');
    await pushImage(repository, 'sbom', { about: image, artifactType: 'a/sbom' });
    await pushImage(repository, 'sig', { about: image, artifactType: 'a/sig' });
    expect((await repository.referrers(image.digest, 'a/sig')).map(({ artifactType }) => artifactType)).toEqual([
      'a/sig',
    ]);
  });

  test('says which manifest or blob it does not have', async () => {
    const repository = await start();
    await pushImage(repository, 'image', { tag: 'v1' });
    await expect(repository.resolve('v2')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('manifest v2 in 127.0.0.1'),
    });
    await expect(repository.getManifest('v2')).rejects.toMatchObject({ code: 'not-found' });
    await expect(repository.getBlob(layerOf('absent').descriptor)).rejects.toMatchObject({ code: 'not-found' });
    await expect(repository.resolve('no tag')).rejects.toMatchObject({ code: 'bad-reference' });
    await expect(repository.putManifest(bytesOf('{}'), 'application/json', 'v1')).rejects.toMatchObject({
      code: 'bad-manifest',
    });
  });

  test('passes an index on with its children', async () => {
    const repository = await start();
    const children = [await pushImage(repository, 'amd64'), await pushImage(repository, 'arm64')];
    const index = await pushIndex(repository, children, 'v1');
    expect(await repository.getManifest('v1')).toMatchObject({ kind: 'index', descriptor: index });
  });

  test('shows the warnings of its registry once', async () => {
    const said: string[] = [];
    const repository = await start({}, (_request, response) => {
      response.setHeader('Warning', '299 - "this registry \\"closes\\" soon"');
      return false;
    });
    session.close();
    session = recordingSession({ log: { warn: (text) => said.push(text), debug: () => undefined } });
    const warned = openRepository(session, { registry: registry.host, repository: 'team/app' });
    await pushImage(warned, 'image');
    expect(said).toEqual([`${registry.host} says: this registry "closes" soon`]);
    expect(repository.name).toBe(warned.name);
  });
});
