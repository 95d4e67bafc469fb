// SPDX-License-Identifier: Apache-2.0
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import { openRepository } from '../src/client/open.ts';
import { isLoopback, redactUrl } from '../src/http/address.ts';
import { createRegistryHandler } from '../src/server/handler.ts';
import { startRegistry } from '../src/server/start.ts';
import { createSession, type SessionOptions } from '../src/session.ts';
import { selfSigned } from './support/certificate.ts';
import { layerOf, pushImage } from './support/content.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function open(registry: string, options: SessionOptions = {}) {
  const session = createSession({ sleep: async () => undefined, limits: { attempts: 2 }, ...options });
  closing.push(() => session.close());
  return openRepository(session, { registry, repository: 'team/app' });
}

describe('plain HTTP', () => {
  test.each(['localhost', 'registry.localhost', '127.0.0.1', '127.8.9.1', '[::1]'])('is spoken to %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  test.each(['128.0.0.1', 'localhost.example', '127.0.0.1.example', '[::2]', '0.0.0.0', '10.0.0.1'])(
    'is not spoken to %s',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );

  test('is spoken to another host only where the user names it', async () => {
    const proxied: string[] = [];
    const proxy = createServer((request, response) => {
      proxied.push(`${request.method} ${request.url}`);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"name":"team/app","tags":["v1"]}');
    });
    proxy.on('connect', (request, socket) => {
      proxied.push(`CONNECT ${request.url}`);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closing.push(
      () => proxy.closeAllConnections(),
      () => void proxy.close(),
    );
    const address = proxy.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const proxyEnv = { HTTP_PROXY: url, HTTPS_PROXY: url };
    await expect(open('registry.example', { proxyEnv }).tags()).rejects.toMatchObject({ code: 'unreachable' });
    expect(new Set(proxied)).toEqual(new Set(['CONNECT registry.example:443']));
    proxied.length = 0;
    const told = open('registry.example', { proxyEnv, plainHttp: ['registry.example'] });
    expect(await told.tags()).toEqual(['v1']);
    expect(proxied).toEqual(['GET http://registry.example/v2/team/app/tags/list?n=1000']);
  });

  test('to a loopback address does not go through a proxy', async () => {
    const registry = await startRegistry();
    closing.push(() => registry.close());
    const proxyEnv = { HTTP_PROXY: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1' };
    await pushImage(open(registry.host, { proxyEnv }), 'image', { tag: 'v1' });
  });
});

describe('TLS', () => {
  const { key, cert } = selfSigned();

  async function startSecure(listener: RequestListener = createRegistryHandler()) {
    const server = createSecureServer({ key, cert }, listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(
      () => void server.close(),
      () => server.closeAllConnections(),
    );
    const address = server.address();
    return `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  test('is spoken to a loopback registry that asks for it, with a certificate that the user trusts', async () => {
    const repository = open(await startSecure(), { caCertificates: cert });
    const image = await pushImage(repository, 'image', { tag: 'v1' });
    expect(await repository.resolve('v1')).toEqual(image);
  });

  test('is not followed by plain HTTP', async () => {
    const plain: string[] = [];
    const server = createServer((request, response) => {
      plain.push(request.url ?? '');
      response.end('{"name":"a","tags":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const address = server.address();
    const elsewhere = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/tags`;
    const host = await startSecure((_request, response) => void response.writeHead(302, { Location: elsewhere }).end());
    await expect(open(host, { caCertificates: cert }).tags()).rejects.toMatchObject({
      code: 'registry-error',
      message: expect.stringContaining('plain HTTP'),
    });
    const uploads = await startSecure((request, response) => {
      request.resume();
      const isStart = request.method === 'POST';
      response.writeHead(isStart ? 202 : 404, isStart ? { Location: 'http://storage.example/upload' } : {}).end();
    });
    const { descriptor, bytes } = layerOf('x');
    await expect(open(uploads, { caCertificates: cert }).putBlob(descriptor, bytes)).rejects.toMatchObject({
      code: 'registry-error',
      message: expect.stringContaining('https'),
    });
    expect(plain).toEqual([]);
  });

  test('is kept where a registry behind a proxy names itself with http', async () => {
    const registry = createRegistryHandler();
    const host = await startSecure((request, response) => {
      const { writeHead } = response;
      // The overloads of writeHead cannot be met otherwise.
      response.writeHead = ((status: number, headers: Record<string, string>) => {
        const { Location: path } = headers;
        const location = path === undefined ? {} : { Location: `http://${request.headers.host}${path}` };
        return writeHead.call(response, status, { ...headers, ...location });
      }) as typeof writeHead;
      registry(request, response);
    });
    await pushImage(open(host, { caCertificates: cert }), 'image', { tag: 'v1' });
  });

  test('with a certificate that nobody vouches for is refused', async () => {
    const repository = open(await startSecure());
    await expect(repository.tags()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/self-signed/),
      retryable: false,
    });
  });
});

test('URLs are shown without what may be secret in them', () => {
  const url = new URL('https://user:pw@storage.example/v2/a/blobs/x?digest=sha256:ab&X-Amz-Signature=s3cret&n=5');
  expect(redactUrl(url)).toBe('https://storage.example/v2/a/blobs/x?digest=sha256:ab&X-Amz-Signature=REDACTED&n=5');
});

test('a limit that does not exist is a mistake of the caller', () => {
  // @ts-expect-error such a limit does not exist
  expect(() => createSession({ limits: { manifestByte: 1 } })).toThrow(TypeError);
  expect(() => createSession({ limits: { attempts: 0 } })).toThrow(TypeError);
});
