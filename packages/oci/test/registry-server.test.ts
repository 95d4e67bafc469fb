// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '../src/digest.ts';
import { emptyJsonBytes, emptyJsonDescriptor, IMAGE_INDEX, IMAGE_MANIFEST } from '../src/media-types.ts';
import type { RegistryOptions } from '../src/server/handler.ts';
import { type RunningRegistry, startRegistry } from '../src/server/start.ts';
import { bytesOf, layerOf, manifestOf } from './support/content.ts';

// What the distribution specification's own conformance suite asks for, endpoint by endpoint, in both storages.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-registry-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let running: RunningRegistry | undefined;
afterEach(async () => {
  await running?.close();
});

type Init = { readonly headers?: Record<string, string>; readonly body?: Uint8Array | string };

/** A client of raw requests against a registry that ends with the test. */
async function registryWith(options: RegistryOptions = {}) {
  const registry = await startRegistry(options);
  running = registry;
  const call = async (method: string, path: string, init: Init = {}) => {
    const body = init.body === undefined ? {} : { body: Buffer.from(init.body) };
    return fetch(new URL(path, registry.url), { method, redirect: 'manual', ...init, ...body });
  };
  const upload = async (bytes: Uint8Array, repository = 'a/b') => {
    const begun = await call('POST', `/v2/${repository}/blobs/uploads/?digest=${digestOf(bytes)}`, { body: bytes });
    expect(begun.status).toBe(201);
  };
  const store = async (bytes: Uint8Array, reference: string, mediaType: string = IMAGE_MANIFEST) =>
    call('PUT', `/v2/a/b/manifests/${reference}`, { body: bytes, headers: { 'Content-Type': mediaType } });
  const code = async (response: Response) => {
    const answer: unknown = await response.json();
    return [response.status, JSON.parse(JSON.stringify(answer)).errors[0].code];
  };
  return { call, upload, store, code };
}

const content = bytesOf('twelve bytes');
const digest = digestOf(content);
const layer = layerOf('a layer');
const image = manifestOf([layer.descriptor]);

describe.each(['memory', 'folder'] as const)('a registry that keeps things in %s', (kind) => {
  const storage = () =>
    kind === 'memory' ? ({ kind } as const) : ({ kind, path: join(folder, crypto.randomUUID()) } as const);

  test('says that it speaks the protocol', async () => {
    const { call } = await registryWith({ storage: storage() });
    expect((await call('GET', '/v2/')).status).toBe(200);
  });

  test('takes a blob in one request, in two, in a stream and in chunks', async () => {
    const { call, upload } = await registryWith({ storage: storage() });
    await upload(content);
    const begun = await call('POST', '/v2/a/b/blobs/uploads/');
    expect(begun.status).toBe(202);
    const whole = await call('PUT', `${begun.headers.get('location')}?digest=${digest}`, { body: content });
    expect([whole.status, whole.headers.get('location')]).toEqual([201, `/v2/a/b/blobs/${digest}`]);

    const streamed = await call('POST', '/v2/a/b/blobs/uploads/');
    const patched = await call('PATCH', streamed.headers.get('location') ?? '', { body: content });
    expect([patched.status, patched.headers.get('range')]).toEqual([202, '0-11']);
    expect((await call('PUT', `${patched.headers.get('location')}?digest=${digest}`)).status).toBe(201);

    const chunked = await call('POST', '/v2/a/b/blobs/uploads/');
    const first = { body: content.subarray(0, 5), headers: { 'Content-Range': '0-4' } };
    const location = (await call('PATCH', chunked.headers.get('location') ?? '', first)).headers.get('location') ?? '';
    const status = await call('GET', location);
    expect([status.status, status.headers.get('range')]).toEqual([204, '0-4']);
    const last = { body: content.subarray(5), headers: { 'Content-Range': '5-11' } };
    expect((await call('PUT', `${location}?digest=${digest}`, last)).status).toBe(201);
    expect(Buffer.from(await (await call('GET', `/v2/a/b/blobs/${digest}`)).arrayBuffer())).toEqual(
      Buffer.from(content),
    );
  });

  test('refuses a chunk out of order, and says where it is', async () => {
    const { call } = await registryWith({ storage: storage() });
    const location = (await call('POST', '/v2/a/b/blobs/uploads/')).headers.get('location') ?? '';
    await call('PATCH', location, { body: content.subarray(0, 5), headers: { 'Content-Range': '0-4' } });
    for (const range of ['0-4', '7-11']) {
      const again = await call('PATCH', location, {
        body: content.subarray(0, 5),
        headers: { 'Content-Range': range },
      });
      expect([again.status, again.headers.get('range')]).toEqual([416, '0-4']);
    }
    const end = { body: content.subarray(0, 5), headers: { 'Content-Range': '0-4' } };
    expect((await call('PUT', `${location}?digest=${digest}`, end)).status).toBe(416);
  });

  test('refuses content that is not what its digest says, and keeps nothing of it', async () => {
    const { call, code } = await registryWith({ storage: storage() });
    const location = (await call('POST', '/v2/a/b/blobs/uploads/')).headers.get('location') ?? '';
    expect(await code(await call('PUT', `${location}?digest=${digest}`, { body: 'other' }))).toEqual([
      400,
      'DIGEST_INVALID',
    ]);
    expect(await code(await call('PUT', `${location}?digest=${digest}`, { body: content }))).toEqual([
      404,
      'BLOB_UPLOAD_UNKNOWN',
    ]);
    expect((await call('HEAD', `/v2/a/b/blobs/${digest}`)).status).toBe(404);
  });

  test('forgets an upload that is cancelled', async () => {
    const { call } = await registryWith({ storage: storage() });
    const location = (await call('POST', '/v2/a/b/blobs/uploads/')).headers.get('location') ?? '';
    expect((await call('DELETE', location)).status).toBe(204);
    expect((await call('GET', location)).status).toBe(404);
  });

  test('keeps an upload to the repository that it was begun in', async () => {
    const { call } = await registryWith({ storage: storage() });
    const location = (await call('POST', '/v2/a/b/blobs/uploads/')).headers.get('location') ?? '';
    expect((await call('PATCH', location.replace('/a/b/', '/c/'), { body: content })).status).toBe(404);
  });

  test('mounts a blob of another repository, and begins an upload where there is none to mount', async () => {
    const { call, upload } = await registryWith({ storage: storage() });
    await upload(content);
    expect((await call('GET', `/v2/c/blobs/${digest}`)).status).toBe(404);
    const other = digestOf(bytesOf('other'));
    expect((await call('POST', `/v2/c/blobs/uploads/?mount=${other}&from=a/b`)).status).toBe(202);
    expect((await call('POST', `/v2/c/blobs/uploads/?mount=${digest}&from=nobody`)).status).toBe(202);
    expect((await call('POST', `/v2/c/blobs/uploads/?mount=${digest}&from=a/b`)).status).toBe(201);
    expect((await call('POST', `/v2/d/blobs/uploads/?mount=${digest}`)).status).toBe(201);
    expect((await call('GET', `/v2/c/blobs/${digest}`)).status).toBe(200);
  });

  test.each([
    ['bytes=0-3', 206, 'twel', 'bytes 0-3/12'],
    ['bytes=7-', 206, 'bytes', 'bytes 7-11/12'],
    ['bytes=-5', 206, 'bytes', 'bytes 7-11/12'],
    ['bytes=10-99', 206, 'es', 'bytes 10-11/12'],
    ['bytes=0-1,3-4', 200, 'twelve bytes', null],
    ['lines=1-2', 200, 'twelve bytes', null],
  ])('answers the range %s', async (range, status, text, contentRange) => {
    const { call, upload } = await registryWith({ storage: storage() });
    await upload(content);
    const response = await call('GET', `/v2/a/b/blobs/${digest}`, { headers: { Range: range } });
    expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([
      status,
      text,
      contentRange,
    ]);
    const beyond = await call('GET', `/v2/a/b/blobs/${digest}`, { headers: { Range: 'bytes=12-' } });
    expect(beyond.status).toBe(416);
  });

  test('holds an empty blob', async () => {
    const { call, upload } = await registryWith({ storage: storage() });
    await upload(new Uint8Array());
    const response = await call('GET', `/v2/a/b/blobs/${digestOf(new Uint8Array())}`);
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test('serves a manifest by tag and by digest as it was stored, byte for byte', async () => {
    const { call, upload, store } = await registryWith({ storage: storage() });
    await upload(emptyJsonBytes);
    await upload(layer.bytes);
    const spaced = bytesOf(`${new TextDecoder().decode(image)}\n\n`);
    const stored = await store(spaced, 'v1');
    expect([stored.status, stored.headers.get('docker-content-digest')]).toEqual([201, digestOf(spaced)]);
    for (const reference of ['v1', digestOf(spaced)]) {
      const response = await call('GET', `/v2/a/b/manifests/${reference}`);
      expect(response.headers.get('content-type')).toBe(IMAGE_MANIFEST);
      expect(response.headers.get('docker-content-digest')).toBe(digestOf(spaced));
      expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(spaced));
      expect((await call('HEAD', `/v2/a/b/manifests/${reference}`)).headers.get('content-length')).toBe(
        String(spaced.length),
      );
    }
  });

  test('holds manifests and blobs of sha512 under that digest', async () => {
    const { call, store } = await registryWith({ storage: storage() });
    const wide = digestOf(content, 'sha512');
    const begun = await call('POST', '/v2/a/b/blobs/uploads/?digest-algorithm=sha512');
    expect((await call('PUT', `${begun.headers.get('location')}?digest=${wide}`, { body: content })).status).toBe(201);
    const index = bytesOf(JSON.stringify({ schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [] }));
    expect((await store(index, digestOf(index, 'sha512'), IMAGE_INDEX)).status).toBe(201);
    expect((await call('GET', `/v2/a/b/manifests/${digestOf(index, 'sha512')}`)).status).toBe(200);
  });

  test('refuses manifests that are none, that lack parts, or that are not what their digest says', async () => {
    const { upload, store, code } = await registryWith({ storage: storage(), manifestBytes: 4096 });
    expect(await code(await store(image, 'v1'))).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
    await upload(emptyJsonBytes);
    await upload(layer.bytes);
    expect(await code(await store(bytesOf('{'), 'v1'))).toEqual([400, 'MANIFEST_INVALID']);
    expect(await code(await store(image, 'v1', IMAGE_INDEX))).toEqual([400, 'MANIFEST_INVALID']);
    expect(await code(await store(image, digest))).toEqual([400, 'DIGEST_INVALID']);
    expect(await code(await store(image, '-v1'))).toEqual([400, 'MANIFEST_INVALID']);
    expect(await code(await store(bytesOf(`${' '.repeat(5000)}`), 'v1'))).toEqual([413, 'SIZE_INVALID']);
  });

  test('moves a tag only under the condition of the request', async () => {
    const { call, upload, store } = await registryWith({ storage: storage() });
    await upload(emptyJsonBytes);
    await upload(layer.bytes);
    const put = (bytes: Uint8Array, headers: Record<string, string>) =>
      call('PUT', '/v2/a/b/manifests/v1', { body: bytes, headers: { 'Content-Type': IMAGE_MANIFEST, ...headers } });
    const etag = (await store(image, 'v1')).headers.get('etag') ?? '';
    const other = manifestOf([layer.descriptor, layer.descriptor]);
    expect((await put(other, { 'If-None-Match': '*' })).status).toBe(412);
    expect((await put(other, { 'If-Match': '"sha256:0"' })).status).toBe(412);
    expect((await put(other, { 'If-Match': etag })).status).toBe(201);
    expect((await put(image, { 'If-Match': etag })).status).toBe(412);
  });

  test('stores several tags in one request', async () => {
    const { call, upload } = await registryWith({ storage: storage() });
    await upload(emptyJsonBytes);
    await upload(layer.bytes);
    const path = `/v2/a/b/manifests/${digestOf(image)}?tag=one&tag=two`;
    const stored = await call('PUT', path, { body: image, headers: { 'Content-Type': IMAGE_MANIFEST } });
    expect(stored.headers.get('oci-tag')).toBe('one, two');
    expect(await (await call('GET', '/v2/a/b/tags/list')).json()).toEqual({ name: 'a/b', tags: ['one', 'two'] });
  });

  test('lists tags in order and in pages', async () => {
    const { call, upload, store, code } = await registryWith({ storage: storage() });
    expect(await code(await call('GET', '/v2/a/b/tags/list'))).toEqual([404, 'NAME_UNKNOWN']);
    await upload(emptyJsonBytes);
    await upload(layer.bytes);
    for (const tag of ['c', 'a', 'B', 'b']) await store(image, tag);
    const page = async (query: string) => {
      const response = await call('GET', `/v2/a/b/tags/list${query}`);
      return [JSON.parse(await response.text()).tags, response.headers.get('link')];
    };
    expect(await page('')).toEqual([['B', 'a', 'b', 'c'], null]);
    expect(await page('?n=2')).toEqual([['B', 'a'], '</v2/a/b/tags/list?n=2&last=a>; rel="next"']);
    expect(await page('?n=2&last=a')).toEqual([['b', 'c'], null]);
    expect(await page('?n=0')).toEqual([[], null]);
    expect(await page('?last=b')).toEqual([['c'], null]);
  });

  test('lists referrers with a filter and in pages, before and after their subject is there', async () => {
    const { call, upload, store } = await registryWith({ storage: storage(), pageSize: 2 });
    await upload(emptyJsonBytes);
    await upload(layer.bytes);
    const about = { mediaType: IMAGE_MANIFEST, digest: digestOf(image), size: image.length };
    for (const artifactType of ['a/sbom', 'a/sig', 'b/sig']) {
      const referrer = manifestOf([layer.descriptor], { about, artifactType });
      const stored = await store(referrer, digestOf(referrer));
      expect(stored.headers.get('oci-subject')).toBe(about.digest);
    }
    const types = async (path: string) => {
      const response = await call('GET', path);
      expect(response.headers.get('content-type')).toBe(IMAGE_INDEX);
      const entries: { artifactType: string }[] = JSON.parse(await response.text()).manifests;
      return { types: entries.map(({ artifactType }) => artifactType), headers: response.headers };
    };
    const first = await types(`/v2/a/b/referrers/${about.digest}`);
    const next = /<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect([...first.types, ...(await types(next)).types].toSorted()).toEqual(['a/sbom', 'a/sig', 'b/sig']);
    const filtered = await types(`/v2/a/b/referrers/${about.digest}?artifactType=a/sig`);
    expect([filtered.types, filtered.headers.get('oci-filters-applied')]).toEqual([['a/sig'], 'artifactType']);
    expect((await types(`/v2/a/b/referrers/${digest}`)).types).toEqual([]);
    expect((await call('GET', '/v2/a/b/referrers/sha256:short')).status).toBe(400);
  });

  test('deletes tags, manifests with their tags and place among referrers, and blobs', async () => {
    const { call, upload, store } = await registryWith({ storage: storage() });
    await upload(emptyJsonBytes);
    await upload(layer.bytes);
    await upload(layer.bytes, 'other');
    await store(image, 'one');
    await store(image, 'two');
    const about = { mediaType: IMAGE_MANIFEST, digest: digestOf(image), size: image.length };
    const referrer = manifestOf([layer.descriptor], { about });
    await store(referrer, digestOf(referrer));
    expect((await call('DELETE', '/v2/a/b/manifests/one')).status).toBe(202);
    expect((await call('GET', '/v2/a/b/manifests/one')).status).toBe(404);
    expect((await call('GET', '/v2/a/b/manifests/two')).status).toBe(200);
    expect((await call('DELETE', `/v2/a/b/manifests/${digestOf(image)}`)).status).toBe(202);
    expect((await call('GET', '/v2/a/b/manifests/two')).status).toBe(404);
    await call('DELETE', `/v2/a/b/manifests/${digestOf(referrer)}`);
    expect(await (await call('GET', `/v2/a/b/referrers/${about.digest}`)).json()).toMatchObject({ manifests: [] });
    expect((await call('DELETE', `/v2/a/b/blobs/${layer.descriptor.digest}`)).status).toBe(202);
    expect((await call('DELETE', `/v2/a/b/blobs/${layer.descriptor.digest}`)).status).toBe(404);
    expect((await call('GET', `/v2/other/blobs/${layer.descriptor.digest}`)).status).toBe(200);
  });

  test('refuses names that are none', async () => {
    const { call, code } = await registryWith({ storage: storage() });
    for (const name of ['UPPER', 'a//b', '..', 'a/../b', '_links', '%2e%2e/x']) {
      expect([400, 404]).toContain((await call('GET', `/v2/${name}/tags/list`)).status);
    }
    expect(await code(await call('GET', '/v2/UPPER/manifests/v1'))).toEqual([400, 'NAME_INVALID']);
    expect(await code(await call('GET', '/v2/a/b/blobs/sha256:..%2F..%2Fx'))).toEqual([400, 'DIGEST_INVALID']);
    expect(await code(await call('GET', '/v2/a/b/manifests/..%2Fx'))).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(await code(await call('POST', '/v2/a/b/manifests/v1'))).toEqual([405, 'UNSUPPORTED']);
    expect((await call('GET', '/elsewhere')).status).toBe(404);
  });
});

test('a folder is served again by the next process', async () => {
  const path = join(folder, 'kept');
  const before = await registryWith({ storage: { kind: 'folder', path } });
  await before.upload(emptyJsonBytes);
  await before.upload(layer.bytes);
  await before.store(image, 'v1');
  await running?.close();
  const { call } = await registryWith({ storage: { kind: 'folder', path } });
  expect((await call('GET', `/v2/a/b/blobs/${emptyJsonDescriptor.digest}`)).status).toBe(200);
  expect((await call('GET', '/v2/a/b/manifests/v1')).status).toBe(200);
  expect(await (await call('GET', '/v2/_catalog')).json()).toEqual({ repositories: ['a/b'] });
});

test('manifests stored while the referrers API was off are listed once it is on', async () => {
  const path = join(folder, 'upgraded');
  const off = await registryWith({ storage: { kind: 'folder', path }, referrersApi: false });
  await off.upload(emptyJsonBytes);
  await off.upload(layer.bytes);
  const about = { mediaType: IMAGE_MANIFEST, digest: digestOf(image), size: image.length };
  const stored = await off.store(manifestOf([layer.descriptor], { about }), 'referrer');
  expect(stored.headers.get('oci-subject')).toBeNull();
  expect((await off.call('GET', `/v2/a/b/referrers/${about.digest}`)).status).toBe(404);
  await running?.close();
  const on = await registryWith({ storage: { kind: 'folder', path } });
  const list: { manifests: unknown[] } = JSON.parse(
    await (await on.call('GET', `/v2/a/b/referrers/${about.digest}`)).text(),
  );
  expect(list.manifests).toHaveLength(1);
});

describe('a registry with users', () => {
  const users = [
    { username: 'writer', password: 'w' },
    { username: 'reader', password: 'r', actions: ['pull'] as const },
  ];
  const as = (user: string, password: string) => ({
    headers: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
  });

  test('lets in by Basic authentication who may do what they ask for', async () => {
    const { call, code } = await registryWith({ auth: { kind: 'basic', users } });
    const refused = await call('GET', '/v2/');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="sluice"']);
    expect((await call('GET', '/v2/', as('writer', 'w'))).status).toBe(200);
    expect((await call('GET', '/v2/', as('writer', 'wrong'))).status).toBe(401);
    expect((await call('POST', '/v2/a/blobs/uploads/', as('writer', 'w'))).status).toBe(202);
    expect(await code(await call('POST', '/v2/a/blobs/uploads/', as('reader', 'r')))).toEqual([403, 'DENIED']);
  });

  test('asks for a token of the right scope, which lasts for its time', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const { call } = await registryWith({ auth: { kind: 'bearer', users, tokenSeconds: 60 }, now: () => now });
    const refused = await call('POST', '/v2/a/blobs/uploads/');
    expect(refused.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="http:\/\/127.*\/token",service=".*",scope="repository:a:pull,push"$/,
    );
    const tokenFor = async (scope: string, user: { headers: Record<string, string> }) => {
      const response = await call('GET', `/token?scope=${scope}`, user);
      return { headers: { Authorization: `Bearer ${JSON.parse(await response.text()).token}` } };
    };
    const token = await tokenFor('repository:a:pull,push', as('writer', 'w'));
    expect((await call('POST', '/v2/a/blobs/uploads/', token)).status).toBe(202);
    expect((await call('POST', '/v2/b/blobs/uploads/', token)).status).toBe(401);
    expect(
      (await call('POST', '/v2/a/blobs/uploads/', await tokenFor('repository:a:pull,push', as('reader', 'r')))).status,
    ).toBe(401);
    now = new Date('2026-01-01T00:01:01Z');
    expect((await call('POST', '/v2/a/blobs/uploads/', token)).status).toBe(401);
    expect((await call('GET', '/token?scope=repository:a:pull', as('writer', 'no'))).status).toBe(401);
    expect((await call('GET', '/token?scope=repository:a:pull')).status).toBe(401);
  });

  test('lets anyone do what it allows to anyone', async () => {
    const { call } = await registryWith({ auth: { kind: 'basic', users, anonymous: ['pull'] } });
    expect((await call('GET', '/v2/a/manifests/v1')).status).toBe(404);
    expect((await call('POST', '/v2/a/blobs/uploads/')).status).toBe(401);
  });
});
