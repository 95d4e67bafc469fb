// SPDX-License-Identifier: Apache-2.0
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AppendOptions, appendLayer } from '../src/append/append-layer.ts';
import { digestOf } from '../src/digest.ts';
import { openLayout } from '../src/layout/open-layout.ts';
import type { ImageManifest } from '../src/manifest.ts';
import { DOCKER_CONFIG, DOCKER_LAYER_GZIP, DOCKER_MANIFEST, LAYER_GZIP, LAYER_TAR } from '../src/media-types.ts';
import type { Repository } from '../src/repository.ts';
import { bytesOf, collect, pushImage, pushIndex, textOf } from './support/content.ts';

let folder: string;
let target: Repository;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-append-'));
  target = openLayout(join(folder, 'layout'));
});
afterEach(() => rm(folder, { recursive: true }));

async function exampleDirectory(name: string): Promise<string> {
  const root = join(folder, name);
  await mkdir(join(root, 'bin', 'nested'), { recursive: true });
  await writeFile(join(root, 'bin', 'app'), '#!/bin/sh\n');
  await chmod(join(root, 'bin', 'app'), 0o700);
  await writeFile(join(root, 'bin', 'nested', `${'long'.repeat(40)}.txt`), 'text');
  await writeFile(join(root, 'é.txt'), 'accent');
  await symlink('bin/app', join(root, 'link'));
  return root;
}

async function imageOf(options: AppendOptions) {
  const descriptor = await appendLayer(target, options);
  const manifest = await target.getManifest(descriptor.digest);
  if (manifest.kind !== 'image') throw new Error('expected an image');
  const config: Record<string, unknown> = JSON.parse(textOf(await target.getBlob(manifest.content.config)));
  return { descriptor, content: manifest.content, config };
}

async function filesIn({ layers }: ImageManifest): Promise<Record<string, string>> {
  const layer = layers.at(-1);
  if (layer === undefined) throw new Error('expected a layer');
  const bytes = await collect(await target.openBlob(layer));
  const reader = extract();
  const files: Record<string, string> = {};
  reader.on('entry', (header, content, next) => {
    void collect(Readable.from(content)).then((text) => {
      files[header.name] = [header.type, header.mode?.toString(8), header.linkname, textOf(text)]
        .filter((part) => part)
        .join(' ');
      next();
    });
  });
  const tar = layer.mediaType === LAYER_TAR ? bytes : gunzipSync(bytes);
  await pipeline(Readable.from([tar]), reader);
  return files;
}

async function tarOf(entries: Record<string, string>): Promise<Buffer> {
  const writer = pack();
  for (const [name, text] of Object.entries(entries)) writer.entry({ name, mtime: new Date(0) }, text);
  writer.finalize();
  return Buffer.from(await collect(writer as AsyncIterable<Uint8Array>));
}

describe('a directory', () => {
  test('becomes one layer with its files, links and executable bits', async () => {
    const { content } = await imageOf({ content: await exampleDirectory('a') });
    expect(await filesIn(content)).toEqual({
      'bin/': 'directory 755',
      'bin/app': 'file 755 #!/bin/sh\n',
      'bin/nested/': 'directory 755',
      [`bin/nested/${'long'.repeat(40)}.txt`]: 'file 644 text',
      link: 'symlink 777 bin/app',
      'é.txt': 'file 644 accent',
    });
    expect(content.layers.map(({ mediaType }) => mediaType)).toEqual([LAYER_GZIP]);
  });

  test('gives the same digest whenever and wherever it was written', async () => {
    const [one, two] = [await exampleDirectory('one'), await exampleDirectory('two')];
    await utimes(join(two, 'bin', 'app'), new Date(0), new Date(1e9));
    await chmod(join(two, 'bin', 'app'), 0o755);
    await chmod(join(two, 'é.txt'), 0o600);
    const first = await appendLayer(target, { content: one });
    const second = await appendLayer(openLayout(join(folder, 'elsewhere')), { content: two });
    expect(second).toEqual(first);
    await writeFile(join(two, 'é.txt'), 'other');
    expect((await appendLayer(target, { content: two })).digest).not.toBe(first.digest);
  });

  test('carries the time that is asked for', async () => {
    const { config } = await imageOf({
      content: await exampleDirectory('a'),
      created: new Date('2026-01-02T03:04:05Z'),
    });
    expect(config).toMatchObject({ created: '2026-01-02T03:04:05Z', history: [{ created: '2026-01-02T03:04:05Z' }] });
  });

  test('leaves nothing behind in the temporary folder', async () => {
    const temporaryFolder = join(folder, 'tmp');
    await mkdir(temporaryFolder);
    await appendLayer(target, { content: await exampleDirectory('a'), temporaryFolder });
    await expect(appendLayer(target, { content: join(folder, 'absent'), temporaryFolder })).rejects.toMatchObject({
      code: 'bad-content',
    });
    expect(await readdir(temporaryFolder)).toEqual([]);
  });
});

describe('an image', () => {
  test('from nothing has the config that is asked for', async () => {
    const { config, content } = await imageOf({
      content: await exampleDirectory('a'),
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      config: {
        entrypoint: ['/bin/app'],
        env: ['A=1'],
        labels: { team: 'x' },
        user: '65532',
        workingDir: '/w',
        exposedPorts: ['80/tcp'],
      },
      annotations: { note: 'n' },
      tag: 'v1',
    });
    const [layer] = content.layers;
    const tar = layer === undefined ? new Uint8Array() : gunzipSync(await target.getBlob(layer));
    expect(config).toMatchObject({
      os: 'linux',
      architecture: 'arm64',
      variant: 'v8',
      config: {
        Entrypoint: ['/bin/app'],
        Env: ['A=1'],
        Labels: { team: 'x' },
        User: '65532',
        WorkingDir: '/w',
        ExposedPorts: { '80/tcp': {} },
      },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    });
    expect(content.annotations).toEqual({ note: 'n' });
    expect(await target.tags()).toEqual(['v1']);
  });

  test('on a base keeps what the base says, in another repository too', async () => {
    const elsewhere = openLayout(join(folder, 'elsewhere'));
    const base = { content: await exampleDirectory('a'), tag: 'v1', config: { env: ['A=1', 'B=1'], cmd: ['serve'] } };
    await appendLayer(elsewhere, base);
    const options = { content: await exampleDirectory('b'), base: { repository: elsewhere, reference: 'v1' } };
    const { content, config } = await imageOf({ ...options, config: { env: ['B=2', 'C=2'], entrypoint: ['/new'] } });
    expect(content.layers).toHaveLength(2);
    expect(config).toMatchObject({ config: { Env: ['A=1', 'B=2', 'C=2'], Entrypoint: ['/new'], Cmd: null } });
    for (const layer of content.layers) expect(await target.hasBlob(layer.digest)).toBe(true);
  });

  test('on an index takes the platform that is asked for', async () => {
    const images = await Promise.all(
      ['amd64', 'arm64'].map(async (architecture) => {
        const platform = { os: 'linux', architecture };
        return {
          ...(await appendLayer(target, { content: await exampleDirectory(architecture), platform })),
          platform,
        };
      }),
    );
    await pushIndex(target, images, 'v1');
    const base = { repository: target, reference: 'v1' };
    const content = await exampleDirectory('b');
    const { config } = await imageOf({ content, base, platform: { os: 'linux', architecture: 'arm64' } });
    expect(config['architecture']).toBe('arm64');
    await expect(imageOf({ content, base, platform: { os: 'windows', architecture: 'amd64' } })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('found linux/amd64, linux/arm64'),
    });
  });

  test("on a base of Docker's types stays one of Docker's types", async () => {
    const config = bytesOf(
      JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } }),
    );
    const descriptor = { mediaType: DOCKER_CONFIG, digest: digestOf(config), size: config.length };
    await target.putBlob(descriptor, config);
    const manifest = { schemaVersion: 2, mediaType: DOCKER_MANIFEST, config: descriptor, layers: [] };
    await target.putManifest(bytesOf(JSON.stringify(manifest)), DOCKER_MANIFEST, 'v1');
    const base = { repository: target, reference: 'v1' };
    const { content } = await imageOf({ content: await exampleDirectory('a'), base });
    expect([content.mediaType, content.config.mediaType, content.layers[0]?.mediaType]).toEqual([
      DOCKER_MANIFEST,
      DOCKER_CONFIG,
      DOCKER_LAYER_GZIP,
    ]);
  });

  test('is not made on what is no image', async () => {
    await pushImage(target, 'artifact', { tag: 'v1' });
    const base = { repository: target, reference: 'v1' };
    await expect(imageOf({ content: await exampleDirectory('a'), base })).rejects.toMatchObject({
      code: 'bad-manifest',
    });
  });
});

describe('a tar', () => {
  test('is the same layer as a file, as a stream and compressed', async () => {
    const tar = await tarOf({ 'a.txt': 'a', 'b/c.txt': 'c' });
    await writeFile(join(folder, 'a.tar'), tar);
    await writeFile(join(folder, 'a.tar.gz'), gzipSync(tar));
    const images = await Promise.all([
      imageOf({ content: join(folder, 'a.tar') }),
      imageOf({ content: join(folder, 'a.tar.gz') }),
      imageOf({ content: createReadStream(join(folder, 'a.tar')) }),
    ]);
    expect(new Set(images.map(({ descriptor }) => descriptor.digest)).size).toBe(1);
    expect(images[0]?.config).toMatchObject({ rootfs: { diff_ids: [digestOf(tar)] } });
  });

  test('is stored as it is where no compression is asked for', async () => {
    const tar = await tarOf({ 'a.txt': 'a' });
    await writeFile(join(folder, 'a.tar'), tar);
    const { content } = await imageOf({ content: join(folder, 'a.tar'), compression: 'none' });
    expect(content.layers).toEqual([{ mediaType: LAYER_TAR, digest: digestOf(tar), size: tar.length }]);
  });

  test.each([
    ['another file', async () => Buffer.from('no tar at all'.repeat(100))],
    ['an empty file', async () => Buffer.alloc(0)],
    ['a tar that was cut', async () => (await tarOf({ 'a.txt': 'a'.repeat(5000) })).subarray(0, 3000)],
    ['a gzip that was cut', async () => gzipSync(await tarOf({ 'a.txt': 'a' })).subarray(0, 60)],
  ])('that is %s is refused, and nothing is stored', async (_, bytes) => {
    await writeFile(join(folder, 'bad.tar'), await bytes());
    await expect(appendLayer(target, { content: join(folder, 'bad.tar'), tag: 'v1' })).rejects.toMatchObject({
      code: 'bad-content',
    });
    expect(await target.tags()).toEqual([]);
    await expect(readFile(join(folder, 'layout', 'index.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
