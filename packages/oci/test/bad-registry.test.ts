// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { openRepository } from '../src/client/open.ts';
import type { Descriptor } from '../src/descriptor.ts';
import { digestOf } from '../src/digest.ts';
import { OciError } from '../src/error.ts';
import { IMAGE_INDEX, IMAGE_MANIFEST } from '../src/media-types.ts';
import type { Repository } from '../src/repository.ts';
import { createSession, type SessionOptions } from '../src/session.ts';
import { bytesOf, collect, layerOf, pushImage } from './support/content.ts';
import { type Fault, type FaultyRegistry, startFaultyRegistry } from './support/faulty-registry.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Scene {
  readonly registry: FaultyRegistry;
  readonly repository: Repository;
  readonly image: Descriptor;
  readonly waits: number[];
}

const layer = layerOf('l'.repeat(100_000));

/** An image in a good registry, seen by a client that knows nothing yet, when the registry turns bad. */
async function scene(fault: Fault, options: SessionOptions = {}): Promise<Scene> {
  const registry = await startFaultyRegistry();
  closing.push(() => registry.close());
  const waits: number[] = [];
  const sleep = async (ms: number) => void waits.push(ms);
  const open = () => {
    const session = createSession({ sleep, ...options });
    closing.push(() => session.close());
    return openRepository(session, { registry: registry.host, repository: 'team/app' });
  };
  const good = open();
  await good.putBlob(layer.descriptor, layer.bytes);
  const image = await pushImage(good, 'image', { tag: 'v1' });
  registry.setFault(fault);
  return { registry, repository: open(), image, waits };
}

async function failure(work: Promise<unknown>): Promise<OciError> {
  const error: unknown = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof OciError)) throw new Error('expected an OciError', { cause: error });
  expect(error.message).toMatch(/^Expected .*\.$/);
  return error;
}

describe('a registry that lies is found out', () => {
  test('about a manifest that was asked for by digest', async () => {
    const { repository, image } = await scene((_request, response) => {
      response.writeHead(200, { 'Content-Type': IMAGE_INDEX }).end('{"schemaVersion":2,"manifests":[]}');
      return true;
    });
    const error = await failure(repository.getManifest(image.digest));
    expect(error.code).toBe('digest-mismatch');
    expect(error.message).toContain(image.digest);
    expect(error.message).toContain(digestOf(bytesOf('{"schemaVersion":2,"manifests":[]}')));
  });

  test('about the digest of a manifest that was asked for by tag', async () => {
    const { repository } = await scene((_request, response) => {
      const headers = { 'Content-Type': IMAGE_INDEX, 'Docker-Content-Digest': digestOf(bytesOf('another')) };
      response.writeHead(200, headers).end('{"schemaVersion":2,"manifests":[]}');
      return true;
    });
    expect((await failure(repository.getManifest('v1'))).code).toBe('digest-mismatch');
  });

  test('about the content of a blob of the right size', async () => {
    const { repository } = await scene((_request, response) => {
      response.end('m'.repeat(100_000));
      return true;
    });
    expect((await failure(repository.getBlob(layer.descriptor))).code).toBe('digest-mismatch');
    expect((await failure(repository.openBlob(layer.descriptor).then(collect))).code).toBe('digest-mismatch');
  });

  test.each([
    ['longer, and says so', 'l'.repeat(100_001), true],
    ['shorter, and says so', 'l'.repeat(99_999), true],
    ['longer, without saying so', 'l'.repeat(100_001), false],
    ['shorter, without saying so', 'l'.repeat(99_999), false],
  ])('with a blob that is %s', async (_, text, declared) => {
    const { repository } = await scene((_request, response) => {
      if (declared) response.setHeader('Content-Length', text.length);
      response.end(text);
      if (!declared) response.flushHeaders();
      return true;
    });
    const error = await failure(repository.getBlob(layer.descriptor));
    expect(error.code).toBe('size-mismatch');
    expect(error.message).toContain('100000 bytes');
  });

  test('about what it stored', async () => {
    const { repository } = await scene((request, response) => {
      if (request.method !== 'PUT') return false;
      response.writeHead(201, { 'Docker-Content-Digest': digestOf(bytesOf('changed')) }).end();
      return true;
    });
    const manifest = bytesOf('{"schemaVersion":2,"manifests":[]}');
    expect((await failure(repository.putManifest(manifest, IMAGE_INDEX, 'v2'))).code).toBe('digest-mismatch');
  });
});

describe('a registry that sends too much is cut off', () => {
  test('when it announces a manifest of 2 GB, before any of it is read', async () => {
    let sent = 0;
    const { repository } = await scene((_request, response) => {
      response.writeHead(200, { 'Content-Type': IMAGE_MANIFEST, 'Content-Length': 2 * 1024 ** 3 });
      response.write('x'.repeat(1024), () => {
        sent += 1024;
      });
      return true;
    });
    expect((await failure(repository.getManifest('v1'))).code).toBe('too-large');
    expect(sent).toBeLessThanOrEqual(1024);
  });

  test('when it does not announce it and goes on and on', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    const { repository } = await scene(
      (_request, response) => {
        response.writeHead(200, { 'Content-Type': IMAGE_MANIFEST });
        const more = () => {
          sent += chunk.length;
          if (!response.destroyed) response.write(chunk, more);
        };
        more();
        return true;
      },
      { limits: { manifestBytes: 1024 * 1024 } },
    );
    expect((await failure(repository.getManifest('v1'))).code).toBe('too-large');
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test('when a descriptor asks for more than may be held in memory', async () => {
    const { repository } = await scene(() => false);
    expect((await failure(repository.getBlob({ ...layer.descriptor, size: 2 ** 40 }))).code).toBe('too-large');
    expect((await failure(repository.getBlob(layer.descriptor, 10))).code).toBe('too-large');
  });

  test('when referrers or tags have no end', async () => {
    let page = 0;
    const { repository, image } = await scene(
      (request, response) => {
        page += 1;
        const digest = digestOf(bytesOf(String(page)));
        const isTags = request.url?.includes('/tags/');
        const entry = { mediaType: IMAGE_MANIFEST, digest, size: 1 };
        const body = isTags ? { name: 'team/app', tags: [`t${page}`] } : { schemaVersion: 2, manifests: [entry] };
        const path = (request.url ?? '').split('?', 1).join('');
        response.writeHead(200, {
          'Content-Type': isTags ? 'application/json' : IMAGE_INDEX,
          Link: `<${path}?p=${page}>; rel="next"`,
        });
        response.end(JSON.stringify(body));
        return true;
      },
      { limits: { referrers: 20, tags: 20 } },
    );
    expect((await failure(repository.referrers(image.digest))).code).toBe('too-many');
    expect((await failure(repository.tags())).code).toBe('too-many');
    expect(page).toBeLessThan(50);
  });
});

describe('a registry that fails is asked again, but not for ever', () => {
  test('when it answers 500', async () => {
    let asked = 0;
    const { repository, waits } = await scene((_request, response) => {
      asked += 1;
      response
        .writeHead(500, { 'Content-Type': 'application/json' })
        .end('{"errors":[{"code":"UNKNOWN","message":"disk\\u001b[31m full"}]}');
      return true;
    });
    const error = await failure(repository.getManifest('v1'));
    expect(error).toMatchObject({ code: 'registry-error', status: 500, registryCode: 'UNKNOWN', retryable: true });
    expect(error.message).toContain('disk [31m full');
    expect([asked, waits.length]).toEqual([4, 3]);
    expect(waits.every((ms, at) => at === 0 || ms > (waits[at - 1] ?? 0) * 0.6)).toBe(true);
  });

  test.each([
    ['in seconds', '7', 7_000],
    ['as a date', new Date('2026-01-01T00:00:09Z').toUTCString(), 9_000],
    ['beyond all patience', '99999', 60_000],
  ])('when it answers 429 with Retry-After %s', async (_, retryAfter, expected) => {
    let asked = 0;
    const { repository, image, waits } = await scene(
      (_request, response) => {
        asked += 1;
        if (asked > 1) return false;
        response.writeHead(429, { 'Retry-After': retryAfter }).end();
        return true;
      },
      { now: () => new Date('2026-01-01T00:00:00Z') },
    );
    expect(await repository.resolve('v1')).toEqual(image);
    expect(waits).toEqual([expected]);
  });

  test('when connections break', async () => {
    let asked = 0;
    const { repository, image } = await scene((request) => {
      asked += 1;
      if (asked > 3) return false;
      request.socket.destroy();
      return true;
    });
    expect(await repository.resolve('v1')).toEqual(image);
  });

  test('when every connection breaks', async () => {
    const { repository } = await scene((request) => {
      request.socket.destroy();
      return true;
    });
    expect(await failure(repository.resolve('v1'))).toMatchObject({ code: 'unreachable', retryable: true });
  });

  test('when it truncates a blob each time', async () => {
    const { repository } = await scene((request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from === 0 ? 200 : 206, {
        'Content-Length': 100_000 - from,
        'Content-Range': `bytes ${from}-99999/100000`,
      });
      response.write('l'.repeat(10), () => setTimeout(() => response.destroy(), 10));
      return true;
    });
    expect((await failure(repository.getBlob(layer.descriptor))).code).toBe('unreachable');
  });

  test('but a refusal is not asked for again', async () => {
    let asked = 0;
    const { repository, waits } = await scene((_request, response) => {
      asked += 1;
      response.writeHead(400).end();
      return true;
    });
    expect((await failure(repository.tags())).code).toBe('registry-error');
    expect([asked, waits.length]).toEqual([1, 0]);
  });
});

describe('a registry that hangs is left', () => {
  test('when it never answers', async () => {
    const { repository } = await scene(() => true, { limits: { idleMs: 50, attempts: 2 } });
    expect(await failure(repository.resolve('v1'))).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('silent'),
    });
  });

  test('when it takes a whole upload and never says so', async () => {
    const { repository } = await scene(
      (request) => {
        if (request.method === 'PUT' || request.method === 'PATCH') request.resume();
        return request.method === 'PUT' || request.method === 'PATCH';
      },
      { limits: { commitMs: 50, attempts: 2 } },
    );
    const other = layerOf('other');
    expect((await failure(repository.putBlob(other.descriptor, other.bytes))).code).toBe('unreachable');
  });

  test('when it stops in the middle of a manifest or blob', async () => {
    const { repository } = await scene(
      (_request, response) => {
        response.writeHead(200, { 'Content-Type': IMAGE_MANIFEST, 'Content-Length': 100_000 }).write('{');
        return true;
      },
      { limits: { idleMs: 50, attempts: 1 } },
    );
    expect((await failure(repository.getManifest('v1'))).code).toBe('unreachable');
    expect((await failure(repository.getBlob(layer.descriptor))).code).toBe('unreachable');
  });

  test('when it trickles', async () => {
    const { repository } = await scene(
      (_request, response) => {
        response.writeHead(200, { 'Content-Type': IMAGE_MANIFEST });
        const timer = setInterval(() => response.write(' '), 5);
        response.on('close', () => clearInterval(timer));
        return true;
      },
      { limits: { readMs: 80 } },
    );
    expect((await failure(repository.getManifest('v1'))).code).toBe('unreachable');
  });

  test('when it takes no more of an upload', async () => {
    const { repository } = await scene(
      (request) => {
        if (request.method === 'PUT' || request.method === 'PATCH') request.pause();
        return request.method === 'PUT' || request.method === 'PATCH';
      },
      { limits: { idleMs: 50, attempts: 2 } },
    );
    const large = { digest: digestOf(Buffer.alloc(8_000_000)), size: 8_000_000 };
    expect((await failure(repository.putBlob(large, Buffer.alloc(8_000_000)))).code).toBe('unreachable');
  });

  test('when the user cancels', async () => {
    const cancel = new AbortController();
    const { repository } = await scene(() => {
      cancel.abort();
      return true;
    });
    const session = createSession({ signal: cancel.signal });
    closing.push(() => session.close());
    const registry = repository.name.split('/', 1).join('');
    const other = openRepository(session, { registry, repository: 'team/app' });
    await expect(other.resolve('v1')).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('an upload whose source fails', () => {
  test('ends with the failure of the source, and is not tried again', async () => {
    let opened = 0;
    const { repository } = await scene(() => false);
    const absent = layerOf('never there in full').descriptor;
    const work = repository.putBlob(absent, async () => {
      opened += 1;
      return (async function* () {
        yield bytesOf('never');
        throw new OciError('digest-mismatch', 'Expected the source to be whole.');
      })();
    });
    expect((await failure(work)).code).toBe('digest-mismatch');
    expect(opened).toBe(1);
    expect(await repository.hasBlob(absent.digest)).toBe(false);
  });
});

test('a port that answers something else than HTTP is an unreachable registry', async () => {
  const server = createServer((socket) => void socket.resume().end('SSH-2.0-OpenSSH\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const session = createSession({ sleep: async () => undefined });
  closing.push(() => session.close());
  const repository = openRepository(session, { registry: `127.0.0.1:${port}`, repository: 'app' });
  expect((await failure(repository.tags())).code).toBe('unreachable');
});

test.each([
  ['a web page', 'text/html', '<html>'],
  ['JSON of another shape', 'application/json', '{"tags":[1]}'],
  ['tags that are none', 'application/json', '{"tags":["../x"]}'],
  ['a number', 'application/json', '7'],
])('%s where tags are expected is refused', async (_, type, body) => {
  const { repository } = await scene((_request, response) => {
    response.writeHead(200, { 'Content-Type': type }).end(body);
    return true;
  });
  expect((await failure(repository.tags())).code).toBe('registry-error');
});
