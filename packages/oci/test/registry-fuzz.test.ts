// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '../src/digest.ts';
import { IMAGE_INDEX } from '../src/media-types.ts';
import { type RunningRegistry, startRegistry } from '../src/server/start.ts';
import { bytesOf } from './support/content.ts';

let folder: string;
let registry: RunningRegistry;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-fuzz-'));
  registry = await startRegistry({ storage: { kind: 'folder', path: join(folder, 'registry') } });
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function send({ method, path, headers, body }: Sent): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port: Number(registry.host.split(':')[1]),
      method,
      path,
      headers,
      agent: false,
    });
    outgoing.on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('whatever is asked, the registry answers within the protocol and writes nowhere else', async () => {
  const digest = digestOf(bytesOf('x'));
  const segment = fc.constantFrom(
    'v2',
    '..',
    '.',
    '%2e%2e',
    '%00',
    '%',
    '%2f',
    'a',
    'b-c',
    '_links',
    'blobs',
    'manifests',
    'uploads',
    'referrers',
    'tags',
    'list',
    'v1',
    digest,
    'sha256:..',
    '',
  );
  const name = fc.oneof(
    fc.constantFrom('a', 'a/b-c'),
    fc.array(segment, { maxLength: 5 }).map((parts) => parts.join('/')),
  );
  const endpoint = fc.oneof(
    fc.constantFrom('blobs/uploads/', 'tags/list', `blobs/${digest}`, 'manifests/v1', `referrers/${digest}`),
    fc
      .tuple(fc.constantFrom('blobs', 'manifests', 'referrers', 'blobs/uploads'), segment)
      .map((parts) => parts.join('/')),
  );
  const path = fc.tuple(name, endpoint).map(([repository, rest]) => `/v2/${repository}/${rest}`);
  const query = fc.constantFrom(
    '',
    '?n=-1',
    '?n=x',
    '?last=..%2f',
    `?digest=${digest}`,
    '?digest=sha256:..',
    '?mount=x&from=..',
    '?digest-algorithm=md5',
    '?tag=..',
    '?artifactType=%00',
  );
  const headers = fc.constantFrom<Record<string, string>[]>(
    {},
    { Range: 'bytes=9-1' },
    { 'Content-Range': '5-1' },
    { 'Content-Type': IMAGE_INDEX },
    { Authorization: 'Bearer' },
    { 'If-Match': '*' },
  );
  const body = fc.constantFrom(
    '',
    'x',
    '{}',
    '{"schemaVersion":2,"manifests":[]}',
    '{"schemaVersion":2,"manifests":[{}]}',
  );
  const method = fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS');
  await fc.assert(
    fc.asyncProperty(fc.record({ method, path, query, headers, body }), async ({ query: search, ...rest }) => {
      const status = await send({ ...rest, path: rest.path + search });
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 600 },
  );
  expect(await readdir(folder)).toEqual(['registry']);
  const kept = await readdir(join(folder, 'registry'));
  expect(kept.every((name) => ['contents', 'uploads', 'repositories'].includes(name))).toBe(true);
});

test('a tag that is none deletes nothing, inside the folder or outside', async () => {
  const kept = join(folder, 'kept');
  await writeFile(kept, 'here');
  const from = '..%2f'.repeat(5);
  for (const reference of [`${from}kept`, `${from}..%2fkept`, '..%2f..%2fx', '%00', '.']) {
    expect(await send({ method: 'DELETE', path: `/v2/a/manifests/${reference}`, headers: {}, body: '' })).toBe(404);
  }
  expect(await readFile(kept, 'utf8')).toBe('here');
  await rm(kept);
});
