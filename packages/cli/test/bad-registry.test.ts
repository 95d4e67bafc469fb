// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type HostileRegistry, startHostileRegistry } from './hostile-registry.ts';
import { sluice } from './sluice.ts';

let registry: HostileRegistry;
let guarded: HostileRegistry;
let folder: string;
let image: string;

const credentials = (password: string) => ({
  auths: { [guarded.host]: { auth: Buffer.from(`ada:${password}`).toString('base64') } },
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
  registry = await startHostileRegistry();
  guarded = await startHostileRegistry({
    auth: { kind: 'basic', users: [{ username: 'ada', password: 'right-password' }] },
  });
  await writeFile(join(folder, 'page.html'), '<p>hi</p>');
  const run = await sluice(['image', 'append', '--quiet', folder, `${registry.host}/acme/app:one`]);
  expect(run).toMatchObject({ exit: 0 });
  image = `${registry.host}/acme/app:one`;
});

beforeEach(() => {
  registry.intercept = () => false;
});

afterAll(async () => {
  await Promise.all([registry.close(), guarded.close()]);
  await rm(folder, { recursive: true });
});

/** One sentence on standard error, nothing on standard output. */
function expectSentence(run: { out: string; err: string }): void {
  expect(run.out).toBe('');
  const errors = run.err.split('\n').filter((line) => line.startsWith('error '));
  expect(errors).toHaveLength(1);
  expect(run.err).not.toContain('    at ');
}

test.each(['acme/UPPER', 'acme/app@sha256:12', 'http://acme/app', 'acme//app', 'a:b:c', ''])(
  'the malformed reference "%s" is wrong usage',
  async (text) => {
    const run = await sluice(['image', 'digest', text]);
    expect(run.exit).toBe(2);
    expectSentence(run);
  },
);

test('a missing image is named', async () => {
  const run = await sluice(['image', 'digest', `${registry.host}/acme/app:none`]);
  expect(run.exit).toBe(3);
  expectSentence(run);
  expect(run.err).toContain('/acme/app');
});

test.each([
  ['without credentials', undefined],
  ['with a wrong password', 'wrong-password'],
])('a registry that asks who we are is not passed %s, and the password is not told', async (_, password) => {
  const config = join(folder, `docker-${password}`);
  const { mkdir } = await import('node:fs/promises');
  await mkdir(config, { recursive: true });
  await writeFile(join(config, 'config.json'), JSON.stringify(password ? credentials(password) : {}));
  const run = await sluice(['image', 'digest', `${guarded.host}/acme/app:one`], { DOCKER_CONFIG: config });
  expect(run.exit).toBe(3);
  expectSentence(run);
  expect(run.err).toContain(guarded.host);
  expect(run.err).not.toContain('wrong-password');
});

test('a registry that answers 500 is tried again, a bounded number of times', async () => {
  registry.intercept = (_request, response) => {
    response.writeHead(500, { 'retry-after': '0' }).end();
    return true;
  };
  const before = registry.requests.length;
  const run = await sluice(['image', 'digest', image]);
  expect(run.exit).toBe(3);
  expectSentence(run);
  expect(registry.requests.length - before).toBeGreaterThan(1);
  expect(registry.requests.length - before).toBeLessThanOrEqual(8);
});

test('a registry that never answers is given up at the time limit', async () => {
  registry.intercept = () => true;
  const run = await sluice(['image', 'digest', '--timeout', '300ms', image]);
  expect(run.exit).toBe(3);
  expectSentence(run);
  expect(run.err).toContain('300ms');
});

test('a manifest of two gigabytes is refused before it is read', async () => {
  registry.intercept = (request, response) => {
    if (!request.url?.includes('/manifests/')) return false;
    response.writeHead(200, {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'content-length': 2 ** 31,
    });
    if (request.method === 'HEAD') response.end();
    else response.write('{');
    return true;
  };
  const run = await sluice(['image', 'inspect', image]);
  expect(run.exit).toBe(1);
  expectSentence(run);
});

test('a registry that lies about a digest is caught, and both digests are named', async () => {
  const { out } = await sluice(['image', 'digest', image]);
  const digest = out.trim();
  registry.intercept = (request, response) => {
    if (request.method !== 'GET' || !request.url?.endsWith(digest)) return false;
    const text = '{"schemaVersion":2}';
    response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }).end(text);
    return true;
  };
  const run = await sluice(['image', 'inspect', `${registry.host}/acme/app@${digest}`]);
  expect(run.exit).toBe(1);
  expectSentence(run);
  expect(run.err).toContain(digest);
  expect(run.err.match(/sha256:[0-9a-f]{64}/g)?.length).toBeGreaterThanOrEqual(2);
});

test('a blob that ends too early is an error, however often it is asked for', async () => {
  registry.intercept = (request, response) => {
    if (request.method !== 'GET' || !request.url?.includes('/blobs/')) return false;
    response.writeHead(200, { 'content-length': '5' }).end('{"a":');
    return true;
  };
  const run = await sluice(['image', 'inspect', image]);
  expect([1, 3]).toContain(run.exit);
  expectSentence(run);
});

test('text of a registry cannot start a workflow command or move the cursor', async () => {
  registry.intercept = (_request, response) => {
    const message = '\u001b[2J\n::set-output name=x::y';
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message }] }));
    return true;
  };
  const run = await sluice(['image', 'digest', image]);
  expect(run.exit).toBe(3);
  expect(run.err).not.toContain('\u001b');
  expect(run.err).not.toMatch(/^::/m);
});
