// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSnapshot, readSnapshot } from './snapshot.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'images-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('the images to validate', () => {
  test('are one with --image, which ec calls Unnamed', async () => {
    const { components } = await readSnapshot({ image: 'registry.test/app:1' });
    expect(components).toEqual([{ name: 'Unnamed', containerImage: 'registry.test/app:1', source: {} }]);
  });

  test('are those of a file, with their sources', async () => {
    const file = join(folder, 'images.yaml');
    const git = 'source: {git: {url: https://g.test/a, revision: abc}}';
    await writeFile(
      file,
      `application: shop\ncomponents:\n- {name: a, containerImage: r.test/a:1, ${git}, color: red}\n`,
    );
    expect(await readSnapshot({ images: file })).toEqual({
      application: 'shop',
      components: [
        {
          name: 'a',
          containerImage: 'r.test/a:1',
          source: { git: { url: 'https://g.test/a', revision: 'abc' } },
        },
      ],
    });
  });

  test('may be given in place, as JSON, YAML or a resource', async () => {
    const spec = { components: [{ name: 'a', containerImage: 'r.test/a:1' }] };
    const resource = { apiVersion: 'v1', kind: 'Snapshot', spec };
    for (const images of [
      JSON.stringify(spec),
      JSON.stringify(resource),
      'components:\n- {name: a, containerImage: r.test/a:1}',
    ]) {
      expect((await readSnapshot({ images })).components[0]?.containerImage).toBe('r.test/a:1');
    }
  });

  test('are joined with --image, and an image given twice is one with its better name', async () => {
    const images = JSON.stringify({ components: [{ name: 'a', containerImage: 'r.test/a:1' }] });
    expect((await readSnapshot({ images, image: 'r.test/a:1' })).components.map(({ name }) => name)).toEqual(['a']);
    expect((await readSnapshot({ images, image: 'r.test/b:1' })).components).toHaveLength(2);
  });
});

describe('a list of images is refused', () => {
  test.each([
    ['that names no component', '{"components": []}', 'usage'],
    ['whose components are no list', '{"components": {"a": 1}}', 'configuration'],
    ['with a component without an image', '{"components": [{"name": "a"}]}', 'configuration'],
    ['with a name that is no text', '{"components": [{"name": 1, "containerImage": "a"}]}', 'configuration'],
    ['with a source that is no object', '{"components": [{"containerImage": "a", "source": "git"}]}', 'configuration'],
    ['that is not YAML', 'components: [\n', 'configuration'],
    ['that is not there', '/nowhere/images.yaml', 'file'],
  ])('%s', async (_name, images, code) => {
    await expect(readSnapshot({ images })).rejects.toMatchObject({ code });
  });

  test('when there is none at all', async () => {
    await expect(readSnapshot({})).rejects.toMatchObject({ code: 'usage' });
    expect((await parseSnapshot('', 'images')).components).toEqual([]);
  });
});
