// SPDX-License-Identifier: Apache-2.0
// Our registry client against other registries, and other clients against our registry.

import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import { createServer as createPortServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  appendLayer,
  copyGraph,
  cosignTag,
  createSession,
  type Descriptor,
  digestOf,
  emptyJsonBytes,
  emptyJsonDescriptor,
  IMAGE_INDEX,
  IMAGE_MANIFEST,
  openLayout,
  openRepository,
  type RegistryOptions,
  type Repository,
  referrersTag,
  type SessionOptions,
  startRegistry,
} from '@sluice/oci';
import type { Check } from './check.ts';
import type { Tools } from './tools.ts';

/** What a check works with; everything opened or started through it ends with the check. */
interface Scene {
  readonly tools: Tools;
  readonly folder: string;
  readonly atEnd: (close: () => unknown) => void;
}

type StartPeer = (scene: Scene) => Promise<string>;

const PEERS: readonly (readonly [name: string, program: string, start: StartPeer])[] = [
  ["distribution's registry", 'distribution', startDistribution],
  ["go-containerregistry's registry", 'registry', startGoContainerRegistry],
];

const withPeers = PEERS.flatMap(([name, program, start]) => [
  check(`our client pushes, pulls and lists in ${name}`, [program], (scene) => pushAndPull(scene, start)),
  check(`a release with its evidence goes to ${name} and back`, [program], (scene) => copyThereAndBack(scene, start)),
  check(`many clients lose no referrer in ${name}`, [program], (scene) => manyWriters(scene, start)),
  check(`our client uploads in chunks to ${name}`, [program], (scene) => uploadInChunks(scene, start)),
]);

export const checks: readonly Check[] = [
  ...withPeers,
  check('crane pushes, pulls, copies, lists and deletes in our registry in memory', ['crane'], (scene) =>
    craneRoundTrip(scene, {}),
  ),
  check('crane does so in our registry in a folder', ['crane'], (scene) =>
    craneRoundTrip(scene, { storage: { kind: 'folder', path: join(scene.folder, 'registry') } }),
  ),
  check('crane logs in to our registry by Basic authentication', ['crane'], (scene) => craneLogsIn(scene, 'basic')),
  check('crane logs in to our registry by Bearer tokens', ['crane'], (scene) => craneLogsIn(scene, 'bearer')),
  check('crane finds nothing wrong with an image that we appended', ['crane'], craneValidates),
  check('crane and our client read the layouts that the other writes', ['crane'], layouts),
];

async function pushAndPull(scene: Scene, start: StartPeer): Promise<void> {
  const open = opener(scene, await start(scene));
  const repository = open('build/app');
  const children = [await pushImage(repository, 'amd64'), await pushImage(repository, 'arm64')];
  const index = await pushIndex(repository, children, 'v1');
  deepStrictEqual(await repository.resolve('v1'), index);
  strictEqual((await repository.getManifest('v1')).kind, 'index');
  strictEqual(await textOf(repository, 'amd64'), 'amd64');
  await rejects(repository.resolve('v2'), { code: 'not-found' });
  await rejects(open('nothing/here').tags(), { code: 'not-found' });
  const sbom = await pushImage(repository, 'sbom', { about: index, artifactType: 'application/example.sbom' });
  deepStrictEqual(
    (await repository.referrers(index.digest)).map(({ digest }) => digest),
    [sbom.digest],
  );
  deepStrictEqual(await repository.tags(), [referrersTag(index.digest), 'v1'].toSorted());
  const { digest } = layerOf('amd64').descriptor;
  const other = open('release/app');
  const mounted = await other.mountBlob(digest, repository);
  if (!mounted) await other.putBlob(layerOf('amd64').descriptor, layerOf('amd64').bytes);
  ok(await other.hasBlob(digest));
}

async function copyThereAndBack(scene: Scene, start: StartPeer): Promise<void> {
  const peer = opener(scene, await start(scene));
  const ours = opener(scene, await startOurs(scene, {}));
  const source = ours('build/app');
  const image = await pushImage(source, 'image');
  const index = await pushIndex(source, [image], 'v1');
  await pushImage(source, 'sbom', { about: image, artifactType: 'application/example.sbom' });
  await pushImage(source, 'bundle', { about: index, artifactType: 'application/example.bundle' });
  await pushImage(source, 'signature', { tag: cosignTag(index.digest, 'sig') });
  await copyGraph(source, index.digest, peer('release/app'));
  await copyGraph(peer('release/app'), index.digest, peer('again/app'));
  await copyGraph(peer('again/app'), index.digest, ours('back/app'));
  for (const { digest } of [image, index]) {
    deepStrictEqual((await ours('back/app').getManifest(digest)).bytes, (await source.getManifest(digest)).bytes);
    const listed = async (repository: Repository) => (await repository.referrers(digest)).map((entry) => entry.digest);
    deepStrictEqual(await listed(ours('back/app')), await listed(source));
  }
  const tag = cosignTag(index.digest, 'sig');
  deepStrictEqual(await ours('back/app').resolve(tag), await source.resolve(tag));
}

async function manyWriters(scene: Scene, start: StartPeer): Promise<void> {
  const host = await start(scene);
  const first = opener(scene, host)('build/app');
  const image = await pushImage(first, 'image');
  const texts = Array.from({ length: 8 }, (_, at) => `signature ${at}`);
  // Each with a session of its own, as eight jobs of a pipeline would be.
  const stored = await Promise.all(
    texts.map((text) => pushImage(opener(scene, host)('build/app'), text, { about: image })),
  );
  const listed = (await first.referrers(image.digest)).map(({ digest }) => digest);
  deepStrictEqual(listed.toSorted(), stored.map(({ digest }) => digest).toSorted());
}

async function uploadInChunks(scene: Scene, start: StartPeer): Promise<void> {
  const limit = 100_000;
  const methods: string[] = [];
  const proxy = await startProxy(scene, await start(scene), limit);
  const options = {
    limits: { chunkBytes: limit },
    onRequest: ({ method }: { method: string }) => methods.push(method),
  };
  const repository = opener(scene, proxy, options)('build/app');
  const layer = layerOf('0123456789'.repeat(45_000));
  await repository.putBlob(layer.descriptor, layer.bytes);
  deepStrictEqual(await repository.getBlob(layer.descriptor), Buffer.from(layer.bytes));
  strictEqual(methods.filter((method) => method === 'PATCH').length, 5);
}

async function craneRoundTrip(scene: Scene, options: RegistryOptions): Promise<void> {
  const host = await startOurs(scene, options);
  const repository = opener(scene, host)('build/app');
  const index = await pushIndex(repository, [await appendExample(scene, repository)], 'v1');
  const crane = (...args: readonly string[]) => run(scene, 'crane', args);
  const image = `${host}/build/app`;
  strictEqual(await crane('digest', `${image}:v1`), index.digest);
  await crane('copy', `${image}:v1`, `${host}/copied/app:v1`);
  strictEqual((await opener(scene, host)('copied/app').resolve('v1')).digest, index.digest);
  await crane('pull', '--format', 'oci', `${image}:v1`, join(scene.folder, 'pulled'));
  await crane('push', '--index', join(scene.folder, 'pulled'), `${host}/pushed/app:v2`);
  const children = (await opener(scene, host)('pushed/app').getManifest('v2')).content;
  ok(JSON.stringify(children).includes(index.digest));
  await crane('tag', `${image}:v1`, 'v2');
  deepStrictEqual((await crane('ls', image)).split('\n'), ['v1', 'v2']);
  match(await crane('catalog', host), /pushed\/app/);
  await crane('delete', `${image}:v2`);
  strictEqual(await crane('ls', image), 'v1');
  await rejects(crane('digest', `${image}:v2`), /MANIFEST_UNKNOWN|404/);
}

async function craneLogsIn(scene: Scene, kind: 'basic' | 'bearer'): Promise<void> {
  const users = [
    { username: 'writer', password: 'secret' },
    { username: 'reader', password: 'secret', actions: ['pull'] as const },
  ];
  const host = await startOurs(scene, { auth: { kind, users } });
  const credentials = { forHost: async () => ({ username: 'writer', password: 'secret' }) };
  await pushImage(opener(scene, host, { credentials })('build/app'), 'image', { tag: 'v1' });
  const crane = (...args: readonly string[]) => run(scene, 'crane', args);
  const image = `${host}/build/app`;
  await rejects(crane('digest', `${image}:v1`), /UNAUTHORIZED|401/);
  await crane('auth', 'login', host, '-u', 'writer', '-p', 'secret');
  await crane('copy', `${image}:v1`, `${host}/copied/app:v1`);
  match(await crane('ls', `${host}/copied/app`), /v1/);
  await crane('auth', 'login', host, '-u', 'reader', '-p', 'secret');
  match(await crane('digest', `${image}:v1`), /^sha256:/);
  await rejects(crane('tag', `${image}:v1`, 'v2'), /DENIED|UNAUTHORIZED|40[13]/);
}

async function craneValidates(scene: Scene): Promise<void> {
  const host = await startOurs(scene, {});
  const repository = opener(scene, host)('build/app');
  await appendExample(scene, repository, 'base');
  await appendExample(scene, repository, 'v1', { repository, reference: 'base' });
  match(await run(scene, 'crane', ['validate', '--remote', `${host}/build/app:v1`]), /PASS/);
  await run(scene, 'crane', ['export', `${host}/build/app:v1`, join(scene.folder, 'root.tar')]);
  match(await promisedOutput('tar', ['tf', join(scene.folder, 'root.tar')]), /^bin\/app$/m);
}

async function layouts(scene: Scene): Promise<void> {
  const host = await startOurs(scene, {});
  const repository = opener(scene, host)('build/app');
  const image = await appendExample(scene, repository, 'v1');
  await run(scene, 'crane', ['pull', '--format', 'oci', `${host}/build/app:v1`, join(scene.folder, 'theirs')]);
  const theirs = openLayout(join(scene.folder, 'theirs'));
  deepStrictEqual((await theirs.getManifest(image.digest)).bytes, (await repository.getManifest('v1')).bytes);
  const ours = openLayout(join(scene.folder, 'ours'));
  await copyGraph(repository, image.digest, ours);
  const { bytes } = await ours.getManifest(image.digest);
  await ours.putManifest(bytes, image.mediaType, 'v1');
  await run(scene, 'crane', ['push', join(scene.folder, 'ours'), `${host}/pushed/app:v1`]);
  strictEqual((await opener(scene, host)('pushed/app').resolve('v1')).digest, image.digest);
}

function check(name: string, needs: readonly string[], ask: (scene: Scene) => Promise<void>): Check {
  return {
    name,
    needs,
    async run(tools) {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-interop-'));
      const closing: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
      try {
        await ask({ tools, folder, atEnd: (close) => closing.push(close) });
      } finally {
        for (const close of closing.reverse()) await close();
      }
    },
  };
}

function opener(scene: Scene, registry: string, options: SessionOptions = {}): (repository: string) => Repository {
  const session = createSession(options);
  scene.atEnd(() => session.close());
  return (repository) => openRepository(session, { registry, repository });
}

async function startOurs(scene: Scene, options: RegistryOptions): Promise<string> {
  const registry = await startRegistry(options);
  scene.atEnd(() => registry.close());
  return registry.host;
}

async function startDistribution(scene: Scene): Promise<string> {
  const port = await freePort();
  const config = join(scene.folder, 'distribution.yml');
  const storage = `storage: { filesystem: { rootdirectory: ${join(scene.folder, 'distribution')} }, delete: { enabled: true } }`;
  await writeFile(config, `version: 0.1\nlog: { level: error }\n${storage}\nhttp: { addr: 127.0.0.1:${port} }\n`);
  return serve(scene, 'distribution', ['serve', config], port);
}

async function startGoContainerRegistry(scene: Scene): Promise<string> {
  const port = await freePort();
  return serve(scene, 'registry', ['-port', String(port)], port);
}

async function serve(scene: Scene, program: string, args: readonly string[], port: number): Promise<string> {
  const child = spawn(pathOf(scene, program), [...args], { stdio: 'ignore', env: { HOME: scene.folder } });
  scene.atEnd(() => child.kill());
  for (let tries = 0; tries < 200; tries += 1) {
    const answered = await fetch(`http://127.0.0.1:${port}/v2/`).then(
      ({ ok: isUp }) => isUp,
      () => false,
    );
    if (answered) return `127.0.0.1:${port}`;
    await wait(50);
  }
  throw new Error(`${program} does not answer on port ${port}`);
}

async function freePort(): Promise<number> {
  const server = createPortServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A proxy that takes no body beyond a limit, as proxies in front of registries do. */
async function startProxy(scene: Scene, host: string, limit: number): Promise<string> {
  const server = createServer((request, response) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      request.resume();
      response.writeHead(413).end();
      return;
    }
    const { method = 'GET', headers, url } = request;
    const upstream = forward(`http://${host}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scene.atEnd(() => server.close());
  scene.atEnd(() => server.closeAllConnections());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}

function pathOf(scene: Scene, program: string): string {
  const path = scene.tools[program];
  if (path === undefined) throw new Error(`${program} is not here`);
  return path;
}

async function run(scene: Scene, program: string, args: readonly string[]): Promise<string> {
  const env = { HOME: scene.folder, DOCKER_CONFIG: join(scene.folder, 'docker') };
  return promisedOutput(pathOf(scene, program), args, env);
}

async function promisedOutput(program: string, args: readonly string[], env?: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], env === undefined ? {} : { env });
  return stdout.trim();
}

async function appendExample(
  scene: Scene,
  repository: Repository,
  tag?: string,
  base?: { readonly repository: Repository; readonly reference: string },
): Promise<Descriptor> {
  const content = join(scene.folder, 'content');
  await mkdir(join(content, 'bin'), { recursive: true });
  await writeFile(join(content, 'bin', 'app'), '#!/bin/sh\necho hello\n');
  const config = { entrypoint: ['/bin/app'] };
  return appendLayer(repository, { content, config, ...(tag && { tag }), ...(base && { base }) });
}

function layerOf(text: string): { readonly descriptor: Descriptor; readonly bytes: Uint8Array } {
  const bytes = new TextEncoder().encode(text);
  return { bytes, descriptor: { mediaType: 'text/plain', digest: digestOf(bytes), size: bytes.length } };
}

async function textOf(repository: Repository, text: string): Promise<string> {
  return new TextDecoder().decode(await repository.getBlob(layerOf(text).descriptor));
}

async function pushImage(
  repository: Repository,
  text: string,
  options: { readonly tag?: string; readonly about?: Descriptor; readonly artifactType?: string } = {},
): Promise<Descriptor> {
  const { descriptor, bytes } = layerOf(text);
  const { tag, about: subject, artifactType } = options;
  await repository.putBlob(emptyJsonDescriptor, emptyJsonBytes);
  await repository.putBlob(descriptor, bytes);
  const manifest = {
    schemaVersion: 2,
    mediaType: IMAGE_MANIFEST,
    artifactType,
    config: emptyJsonDescriptor,
    layers: [descriptor],
    subject,
  };
  return repository.putManifest(new TextEncoder().encode(JSON.stringify(manifest)), IMAGE_MANIFEST, tag);
}

async function pushIndex(repository: Repository, manifests: readonly Descriptor[], tag: string): Promise<Descriptor> {
  const index = { schemaVersion: 2, mediaType: IMAGE_INDEX, manifests };
  return repository.putManifest(new TextEncoder().encode(JSON.stringify(index)), IMAGE_INDEX, tag);
}
