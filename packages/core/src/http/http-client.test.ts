// SPDX-License-Identifier: Apache-2.0
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StepContext } from '../context.ts';
import { createHttpClient, type HttpClientOptions } from './http-client.ts';
import { trustCertificates } from './trust.ts';

const retry = { attempts: 3, firstDelayMs: 1, maxDelayMs: 20 };
let logged: string[];
let server: http.Server;
let url: string;
let answer: http.RequestListener;
let count: number;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    count += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an AddressInfo.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  logged = [];
  count = 0;
});

async function get(address: string, options: HttpClientOptions = {}, more: Partial<StepContext> = {}) {
  const note = (message: string) => void logged.push(message);
  const ctx: StepContext = { now: () => new Date(), env: {}, log: { info: note, warn: note, debug: note }, ...more };
  const client = createHttpClient(ctx, { retry, ...options });
  try {
    return await client.request('the service', address);
  } finally {
    client.close();
  }
}

describe('a request', () => {
  it('is sent again after 503 and after a broken connection, as often as the policy says', async () => {
    answer = (request, response) => {
      if (count === 1) response.writeHead(503).end();
      else if (count === 2) request.socket.destroy();
      else response.end('here');
    };
    expect((await get(url)).body.toString()).toBe('here');
    expect(logged).toEqual([
      'the service: answered 503; trying again in 1 ms (2 of 3).',
      expect.stringMatching(/^the service: ECONNRESET; trying again in 2 ms \(3 of 3\)\.$/),
    ]);
  });

  it('is sent again as the user says, where the caller says nothing', async () => {
    answer = (_request, response) => response.writeHead(503).end();
    const note = (message: string) => void logged.push(message);
    const log = { info: note, warn: note, debug: note };
    const wish = { attempts: 3, firstDelayMs: 1, maxDelayMs: 4, factor: 5, jitter: 0 };
    const client = createHttpClient({ now: () => new Date(), env: {}, log, retry: wish });
    expect(await client.request('the service', url)).toMatchObject({ status: 503 });
    client.close();
    expect(logged.map((line) => /in \d+ ms/.exec(line)?.[0])).toEqual(['in 1 ms', 'in 4 ms']);
  });

  it('waits as long as Retry-After says, within the bound', async () => {
    answer = (_request, response) => {
      if (count === 1) response.writeHead(429, { 'retry-after': '3600' }).end();
      else response.end();
    };
    await get(url);
    expect(logged[0]).toMatch(/answered 429; trying again in 20 ms/);
  });

  it('is not sent again after a final answer, and gives up with the last one after too many', async () => {
    answer = (_request, response) => response.writeHead(404).end();
    expect([(await get(url)).status, count]).toEqual([404, 1]);
    answer = (_request, response) => response.writeHead(500).end();
    expect([(await get(url)).status, count]).toEqual([500, 4]);
  });

  it('follows no redirect: tokens travel on it', async () => {
    answer = (_request, response) => response.writeHead(302, { location: 'https://elsewhere.example' }).end();
    expect((await get(url)).status).toBe(302);
  });

  it('goes through the proxy of the environment handed in, and past it where NO_PROXY says', async () => {
    answer = (request, response) => response.end(request.url);
    const env = { HTTP_PROXY: url };
    expect((await get('http://localhost:1/x', {}, { env })).body.toString()).toBe('http://localhost:1/x');
    await expect(get('http://localhost:1/x', {}, { env: { ...env, NO_PROXY: 'localhost' } })).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });
});

describe('a request ends in one sentence when', () => {
  it('nobody listens', async () => {
    await expect(get('http://127.0.0.1:1/token?secret=1')).rejects.toMatchObject({
      code: 'unreachable',
      message:
        'the service at http://127.0.0.1:1 could not be reached (ECONNREFUSED); check the address, the network and HTTPS_PROXY.',
    });
  });

  it('the answer is larger than the bound', async () => {
    answer = (_request, response) => response.end('x'.repeat(100));
    await expect(get(url, { maxBodyBytes: 99 })).rejects.toThrow(/at most 99 bytes/);
    expect(count).toBe(1);
  });

  it('the service hangs', async () => {
    answer = () => {};
    await expect(get(url, { timeoutMs: 20 })).rejects.toThrow(/no answer in 20 ms/);
    expect(count).toBe(3);
  });

  it('the user cancels while it waits', async () => {
    const controller = new AbortController();
    answer = (_request, response) => {
      response.writeHead(503).end();
      controller.abort();
    };
    const slow = { retry: { attempts: 3, firstDelayMs: 60_000, maxDelayMs: 60_000 } };
    await expect(get(url, slow, { signal: controller.signal })).rejects.toThrow(/Cancelled|could not be reached/);
  });

  it('the address is plain http to another machine', async () => {
    await expect(get('http://fulcio.example')).rejects.toMatchObject({ code: 'configuration' });
    await expect(get('http://127.0.0.1.evil.example')).rejects.toThrow(/must be https/);
    await expect(get('file:///etc/passwd')).rejects.toThrow(/must be https/);
  });
});

it('certificate authorities that are none are refused', () => {
  expect(() => trustCertificates('cosign.pub')).toThrow(/found none/);
});
