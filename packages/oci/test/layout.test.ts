// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cosignTag, referrersTag } from '../src/digest.ts';
import { openLayout } from '../src/layout/open-layout.ts';
import { IMAGE_INDEX } from '../src/media-types.ts';
import { bytesOf, layerOf, pushImage, pushIndex, textOf } from './support/content.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-layout-'));
});
afterEach(() => rm(folder, { recursive: true }));

const REF_NAME = 'org.opencontainers.image.ref.name';

async function rewriteIndex(
  change: (entry: Record<string, unknown>, at: number) => Record<string, unknown>,
): Promise<void> {
  const path = join(folder, 'index.json');
  const index: { manifests: Record<string, unknown>[] } = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...index, manifests: index.manifests.map(change) }));
}

describe('an image layout', () => {
  test('is written as the image specification says', async () => {
    const layout = openLayout(folder);
    const image = await pushImage(layout, 'image', { tag: 'v1' });
    expect(await readFile(join(folder, 'oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
    const index: unknown = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
    expect(index).toEqual({
      schemaVersion: 2,
      mediaType: IMAGE_INDEX,
      manifests: [{ ...image, annotations: { [REF_NAME]: 'v1' } }],
    });
    const { digest } = layerOf('image').descriptor;
    expect(await readFile(join(folder, 'blobs', 'sha256', digest.slice(7)), 'utf8')).toBe('image');
  });

  test('gives back what was put into it', async () => {
    const image = await pushImage(openLayout(folder), 'image', { tag: 'v1' });
    const layout = openLayout(folder);
    expect(await layout.resolve('v1')).toMatchObject(image);
    expect(await layout.resolve(image.digest)).toMatchObject(image);
    expect(textOf(await layout.getBlob(layerOf('image').descriptor))).toBe('image');
    expect(await layout.tags()).toEqual(['v1']);
  });

  test('moves a tag', async () => {
    const layout = openLayout(folder);
    await pushImage(layout, 'old', { tag: 'v1' });
    const image = await pushImage(layout, 'new', { tag: 'v1' });
    await pushImage(layout, 'new', { tag: 'v2' });
    expect((await layout.resolve('v1')).digest).toBe(image.digest);
    expect(await layout.tags()).toEqual(['v1', 'v2']);
  });

  test.each(['registry.example:5000/team/app:v1', 'v1'])('finds a tag under the name %s', async (name) => {
    const image = await pushImage(openLayout(folder), 'image', { tag: 'v1' });
    await rewriteIndex((entry) => ({ ...entry, annotations: { [REF_NAME]: name } }));
    expect((await openLayout(folder).resolve('v1')).digest).toBe(image.digest);
    expect(await openLayout(folder).tags()).toEqual(['v1']);
  });

  test('finds referrers by looking at its manifests, and under the referrers tag', async () => {
    const layout = openLayout(folder);
    const image = await pushImage(layout, 'image');
    await pushIndex(layout, [image], 'v1');
    const sbom = await pushImage(layout, 'sbom', { about: image, artifactType: 'a/sbom' });
    const listed = await pushImage(layout, 'listed elsewhere');
    await pushIndex(layout, [{ ...listed, artifactType: 'a/sig' }], referrersTag(image.digest));
    expect((await layout.referrers(image.digest)).map(({ digest }) => digest)).toEqual([sbom.digest, listed.digest]);
    expect(await layout.referrers(image.digest, 'a/sbom')).toHaveLength(1);
    expect(await layout.entries()).toHaveLength(3);
  });

  test('tells images from the evidence for them', async () => {
    const layout = openLayout(folder);
    const image = await pushImage(layout, 'image', { tag: 'v1' });
    await pushImage(layout, 'image', { tag: 'v2' });
    await pushImage(layout, 'sbom', { about: image });
    await pushImage(layout, 'signature', { tag: cosignTag(image.digest, 'sig') });
    expect((await layout.images()).map(({ digest }) => digest)).toEqual([image.digest]);
  });

  test('that cosign saved holds its signatures under their tags', async () => {
    const layout = openLayout(folder);
    const image = await pushImage(layout, 'image', { tag: 'image' });
    const signature = await pushImage(layout, 'signature', { tag: 'signature' });
    const attestation = await pushImage(layout, 'attestation', { tag: 'attestation' });
    const kinds = ['image', 'sigs', 'atts'].map((kind) => ({ kind: `dev.cosignproject.cosign/${kind}` }));
    await rewriteIndex((entry, at) => ({ ...entry, annotations: kinds[at] }));
    expect((await layout.resolve(cosignTag(image.digest, 'sig'))).digest).toBe(signature.digest);
    expect((await layout.resolve(cosignTag(image.digest, 'att'))).digest).toBe(attestation.digest);
    expect((await layout.images()).map(({ digest }) => digest)).toEqual([image.digest]);
  });

  test('that many write to at once keeps every entry', async () => {
    const layout = openLayout(folder);
    const tags = Array.from({ length: 10 }, (_, at) => `v${at}`);
    await Promise.all(tags.map((tag) => pushImage(layout, tag, { tag })));
    expect(await layout.tags()).toEqual(tags);
  });

  test('that does not exist is empty', async () => {
    const layout = openLayout(join(folder, 'none'));
    expect(await layout.tags()).toEqual([]);
    await expect(layout.resolve('v1')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a layout is refused', () => {
  test('where a file is not what its digest says', async () => {
    const layout = openLayout(folder);
    await pushImage(layout, 'image', { tag: 'v1' });
    const { digest } = layerOf('image').descriptor;
    await writeFile(join(folder, 'blobs', 'sha256', digest.slice(7)), 'imagE');
    await expect(layout.getBlob(layerOf('image').descriptor)).rejects.toMatchObject({ code: 'digest-mismatch' });
    await writeFile(join(folder, 'blobs', 'sha256', digest.slice(7)), 'images');
    await expect(layout.getBlob(layerOf('image').descriptor)).rejects.toMatchObject({ code: 'size-mismatch' });
  });

  test('where two manifests carry one name', async () => {
    const layout = openLayout(folder);
    await pushImage(layout, 'one', { tag: 'v1' });
    await pushImage(layout, 'two', { tag: 'v2' });
    await rewriteIndex((entry) => ({ ...entry, annotations: { [REF_NAME]: 'v1' } }));
    await expect(layout.resolve('v1')).rejects.toMatchObject({ code: 'bad-layout' });
  });

  test.each([
    ['without its marker', { 'index.json': '{"schemaVersion":2,"manifests":[]}' }, 'bad-layout'],
    [
      'of another version',
      { 'oci-layout': '{"imageLayoutVersion":"2"}', 'index.json': '{"schemaVersion":2,"manifests":[]}' },
      'bad-layout',
    ],
    ['without an index', { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}' }, 'bad-layout'],
    [
      'with an index that is no JSON',
      { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': '{' },
      'bad-manifest',
    ],
    [
      'with a digest that is a path',
      {
        'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
        'index.json':
          '{"schemaVersion":2,"manifests":[{"mediaType":"a","size":1,"digest":"sha256:../../../etc/passwd"}]}',
      },
      'bad-manifest',
    ],
  ])('%s', async (_, files, code) => {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await expect(openLayout(folder).resolve('v1')).rejects.toMatchObject({ code });
  });

  test('when content given to it is not what its descriptor says, and nothing of it is kept', async () => {
    const layout = openLayout(folder);
    const { descriptor } = layerOf('image');
    await expect(layout.putBlob(descriptor, bytesOf('imagE'))).rejects.toMatchObject({ code: 'digest-mismatch' });
    expect(await layout.hasBlob(descriptor.digest)).toBe(false);
  });
});
