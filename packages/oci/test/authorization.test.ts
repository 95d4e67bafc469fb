// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from 'vitest';
import type { Credential } from '../src/auth/credentials.ts';
import { openRepository } from '../src/client/open.ts';
import type { RegistryAuth } from '../src/server/access.ts';
import type { SessionOptions } from '../src/session.ts';
import { layerOf, pushImage } from './support/content.ts';
import { type Fault, listen, startFaultyRegistry } from './support/faulty-registry.ts';
import { recordingSession } from './support/recording-session.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const auth = (kind: 'basic' | 'bearer'): RegistryAuth => ({
  kind,
  users: [
    { username: 'writer', password: 'pa:ss' },
    { username: 'reader', password: 'r', actions: ['pull'] },
  ],
  tokenSeconds: 60,
});

/** A registry, and everything of a request that a person on the wire would see. */
async function registryWith(options: RegistryAuth, fault?: Fault, now: () => Date = () => new Date()) {
  const seen: { readonly url: string; readonly authorization: string | undefined }[] = [];
  const registry = await startFaultyRegistry({ auth: options, now }, (request, response) => {
    seen.push({ url: request.url ?? '', authorization: request.headers.authorization });
    return fault?.(request, response);
  });
  closing.push(() => registry.close());
  const open = (credential: Credential | undefined, more: SessionOptions = {}) => {
    const session = recordingSession({
      credentials: { forHost: async () => credential },
      sleep: async () => undefined,
      now,
      ...more,
    });
    closing.push(() => session.close());
    return { session, repository: openRepository(session, { registry: registry.host, repository: 'team/app' }) };
  };
  return { registry, seen, open };
}

const WRITER = { username: 'writer', password: 'pa:ss' };

describe('a registry that asks who we are', () => {
  test.each(['basic', 'bearer'] as const)('is answered by %s authentication', async (kind) => {
    const { open } = await registryWith(auth(kind));
    const { repository } = open(WRITER);
    const image = await pushImage(repository, 'image', { tag: 'v1' });
    expect(await repository.resolve('v1')).toEqual(image);
  });

  test('is asked for one token for each scope, however many requests are made', async () => {
    const { open, seen } = await registryWith(auth('bearer'));
    const { repository } = open(WRITER);
    const layers = ['one', 'two', 'three', 'four'].map(layerOf);
    await Promise.all(layers.map(({ descriptor, bytes }) => repository.putBlob(descriptor, bytes)));
    await Promise.all(layers.map(({ descriptor }) => repository.getBlob(descriptor)));
    const scopes = seen
      .filter(({ url }) => url.startsWith('/token'))
      .map(({ url }) => new URLSearchParams(url.slice(7)).get('scope'));
    expect(scopes.toSorted()).toEqual(['repository:team/app:pull', 'repository:team/app:pull,push']);
    expect(seen.filter(({ authorization }) => authorization === undefined)).toHaveLength(1);
  });

  test('is asked for a new token once the old one has expired, and only then', async () => {
    let time = Date.parse('2026-01-01T00:00:00Z');
    const { open, seen } = await registryWith(auth('bearer'), undefined, () => new Date(time));
    const { repository } = open(WRITER);
    const tokens = () => seen.filter(({ url }) => url.startsWith('/token')).length;
    await repository.tags().catch(() => undefined);
    await repository.tags().catch(() => undefined);
    expect(tokens()).toBe(1);
    time += 61_000;
    await repository.tags().catch(() => undefined);
    expect(tokens()).toBe(2);
  });

  test('gets a new token where it refuses one that should still hold', async () => {
    let refuse = false;
    const { open, seen } = await registryWith(auth('bearer'), (request, response) => {
      if (!refuse || request.url?.startsWith('/token')) return false;
      refuse = false;
      const challenge = `Bearer realm="http://${request.headers.host}/token",service="s"`;
      response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
      return true;
    });
    const { repository } = open(WRITER);
    await pushImage(repository, 'image', { tag: 'v1' });
    refuse = true;
    expect(await repository.tags()).toEqual(['v1']);
    expect(seen.filter(({ url }) => url.startsWith('/token'))).toHaveLength(3);
  });

  test('takes a refresh token in exchange, by POST', async () => {
    const { open, registry, seen } = await registryWith(auth('bearer'));
    const basic = Buffer.from('writer:pa:ss').toString('base64');
    const answer = await fetch(`http://${registry.host}/token?offline_token=true`, {
      headers: { Authorization: `Basic ${basic}` },
    });
    const { refresh_token: token }: { refresh_token: string } = JSON.parse(await answer.text());
    const { repository } = open({ token });
    await pushImage(repository, 'image', { tag: 'v1' });
    expect(seen.some(({ url }) => url === '/token')).toBe(true);
    expect(seen.some(({ url }) => url.includes(token))).toBe(false);
  });

  test('gets a bearer token as it is', async () => {
    const { open, seen } = await registryWith(auth('bearer'));
    const { repository } = open({ token: 'ready-made', use: 'bearer' });
    await expect(repository.tags()).rejects.toMatchObject({ code: 'unauthorized' });
    expect(seen.map(({ authorization }) => authorization)).toContain('Bearer ready-made');
    expect(seen.some(({ url }) => url.startsWith('/token'))).toBe(false);
  });

  test.each(['basic', 'bearer'] as const)(
    'refuses wrong credentials with a sentence that holds none of them (%s)',
    async (kind) => {
      const { open } = await registryWith(auth(kind));
      const { repository, session } = open({ username: 'writer', password: 'hunter2' });
      const error: unknown = await repository.tags().catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: 'unauthorized',
        status: 401,
        message: expect.stringContaining('refused the credentials'),
      });
      expect(String(error) + JSON.stringify(session.requests())).not.toContain('hunter2');
    },
  );

  test.each(['basic', 'bearer'] as const)(
    'says that credentials are missing where there are none (%s)',
    async (kind) => {
      const { open } = await registryWith(auth(kind));
      await expect(open(undefined).repository.tags()).rejects.toMatchObject({
        code: 'unauthorized',
        message: expect.stringContaining('none were found'),
      });
    },
  );

  test('refuses what a user may not do', async () => {
    const { open } = await registryWith(auth('basic'));
    const layer = layerOf('x');
    const { repository } = open({ username: 'reader', password: 'r' });
    await expect(repository.putBlob(layer.descriptor, layer.bytes)).rejects.toMatchObject({
      code: 'denied',
      status: 403,
    });
  });
});

describe('authorization stays with the registry', () => {
  test('when it redirects to another host', async () => {
    const elsewhere: (string | undefined)[] = [];
    const layer = layerOf('kept elsewhere');
    const storage = await listen((request, response) => {
      elsewhere.push(request.headers.authorization);
      response.end(layer.bytes);
    });
    closing.push(() => storage.close());
    const { open, seen } = await registryWith(auth('bearer'), (request, response) => {
      if (request.method !== 'GET' || !request.url?.includes('/blobs/') || request.headers.authorization === undefined)
        return false;
      response.writeHead(307, { Location: `http://user:pw@${storage.host}/blob?signature=s3cret` }).end();
      return true;
    });
    const { repository, session } = open(WRITER);
    expect(await repository.getBlob(layer.descriptor)).toEqual(Buffer.from(layer.bytes));
    expect(elsewhere).toEqual([undefined]);
    expect(seen.some(({ authorization }) => authorization?.startsWith('Bearer'))).toBe(true);
    expect(JSON.stringify(session.requests())).not.toContain('s3cret');
  });

  test('when it redirects within itself it goes along', async () => {
    const { open } = await registryWith(auth('basic'), (request, response) => {
      if (request.url !== '/v2/team/app/tags/list?n=1000') return false;
      response.writeHead(302, { Location: '/v2/team/app/tags/list?n=999' }).end();
      return true;
    });
    const { repository } = open(WRITER);
    await pushImage(repository, 'image', { tag: 'v1' });
    expect(await repository.tags()).toEqual(['v1']);
  });

  test('when it names an upload location on another host', async () => {
    const elsewhere: (string | undefined)[] = [];
    const storage = await listen((request, response) => {
      elsewhere.push(request.headers.authorization);
      request.resume().on('end', () => response.writeHead(201).end());
    });
    closing.push(() => storage.close());
    const { open } = await registryWith(auth('basic'), (request, response) => {
      if (request.method !== 'POST' || request.headers.authorization === undefined) return false;
      response.writeHead(202, { Location: `http://${storage.host}/upload?key=k` }).end();
      return true;
    });
    const layer = layerOf('uploaded elsewhere');
    await open(WRITER).repository.putBlob(layer.descriptor, layer.bytes);
    expect(elsewhere).toEqual([undefined]);
  });

  test('when it redirects for ever it is left', async () => {
    const { open, seen } = await registryWith(auth('basic'), (_request, response) => {
      response.writeHead(302, { Location: '/v2/again' }).end();
      return true;
    });
    await expect(open(WRITER).repository.tags()).rejects.toMatchObject({ code: 'registry-error' });
    expect(seen.length).toBeLessThan(10);
  });

  test('when its token server speaks plain HTTP elsewhere, credentials are not sent there', async () => {
    const { open } = await registryWith(auth('basic'), (_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer realm="http://auth.example/token"' }).end();
      return true;
    });
    await expect(open(WRITER).repository.tags()).rejects.toMatchObject({
      code: 'registry-error',
      message: expect.stringContaining('https'),
    });
  });

  test('when its token server redirects the form that holds a refresh token', async () => {
    const elsewhere: string[] = [];
    const thief = await listen((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => elsewhere.push(text));
      request.on('end', () => response.end('{"token":"t"}'));
    });
    closing.push(() => thief.close());
    const { open } = await registryWith(auth('bearer'), (request, response) => {
      if (request.method !== 'POST' || !request.url?.startsWith('/token')) return false;
      response.writeHead(307, { Location: `http://${thief.host}/token` }).end();
      return true;
    });
    await expect(open({ token: 'refresh' }).repository.tags()).rejects.toMatchObject({ code: 'registry-error' });
    expect(elsewhere).toEqual([]);
  });

  test('a token with a line break in it is not sent on', async () => {
    const { open } = await registryWith(auth('bearer'), (request, response) => {
      if (!request.url?.startsWith('/token')) return false;
      response.end('{"token":"a\\r\\nX-Evil: 1"}');
      return true;
    });
    await expect(open(WRITER).repository.tags()).rejects.toMatchObject({ code: 'registry-error' });
  });
});
