// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenOnLoopback, type Service } from './service.ts';
import { ServiceError } from './service-error.ts';

describe('a service on the loopback address', () => {
  let service: Service;
  beforeAll(async () => {
    service = await listenOnLoopback({ name: 'example' });
    service.serve({
      describe: ({ status, message }) => ({ status, message }),
      routes: [
        { method: 'GET', path: '/things/:name', handle: ({ parameters }) => ({ status: 200, body: parameters }) },
        { method: 'GET', path: '/rest/*', handle: ({ parameters }) => ({ status: 200, body: parameters['rest'] }) },
        { method: 'POST', path: '/echo', handle: ({ body }) => ({ status: 200, body }) },
        {
          method: 'GET',
          path: '/moved',
          handle: () => {
            throw new ServiceError(409, 'It is elsewhere.', { location: '/things/a' });
          },
        },
        {
          method: 'GET',
          path: '/broken',
          handle: () => {
            throw new TypeError('a fault of ours');
          },
        },
      ],
    });
  });
  afterAll(() => service.close());

  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${service.url}${path}`, init);
    return { status: response.status, text: await response.text(), location: response.headers.get('location') };
  };

  it('finds a route by its segments, and hands over the named ones and the rest', async () => {
    expect(await ask('/things/a')).toMatchObject({ status: 200, text: '{"name":"a"}' });
    expect(await ask('/rest/a/b')).toMatchObject({ status: 200, text: 'a/b' });
  });

  it('answers 404 where nothing is and 405 where another method is', async () => {
    expect(await ask('/things')).toMatchObject({ status: 404 });
    expect(await ask('/things/a/b')).toMatchObject({ status: 404 });
    expect(await ask('/things/a', { method: 'POST' })).toMatchObject({ status: 405 });
  });

  it('sends a refusal with its headers in the words of its protocol', async () => {
    const text = '{"status":409,"message":"It is elsewhere."}';
    expect(await ask('/moved')).toEqual({ status: 409, text, location: '/things/a' });
  });

  it('answers 500 for its own faults and goes on', async () => {
    expect(await ask('/broken')).toMatchObject({ status: 500, text: expect.stringContaining('a fault of ours') });
    expect(await ask('/things/a')).toMatchObject({ status: 200 });
  });

  it('refuses a body of more than eight megabytes with an answer', async () => {
    const body = Buffer.alloc(8 * 1024 * 1024 + 1);
    expect(await ask('/echo', { method: 'POST', body })).toMatchObject({ status: 413 });
  });
});
