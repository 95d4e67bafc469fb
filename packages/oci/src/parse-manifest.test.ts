// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, layerOf, manifestOf } from '../test/support/content.ts';
import { OciError } from './error.ts';
import { DOCKER_MANIFEST, emptyJsonDescriptor, IMAGE_INDEX, IMAGE_MANIFEST } from './media-types.ts';
import { artifactTypeOf, parseManifest } from './parse-manifest.ts';

const layer = layerOf('content').descriptor;
const image = { schemaVersion: 2, config: emptyJsonDescriptor, layers: [layer] };
const read = (value: unknown, type: string = IMAGE_MANIFEST) => parseManifest(bytesOf(JSON.stringify(value)), type);

describe('a manifest', () => {
  test('is read as what it is served as', () => {
    expect(parseManifest(manifestOf([layer]), IMAGE_MANIFEST)).toMatchObject({ kind: 'image', content: image });
    expect(read(image, DOCKER_MANIFEST).descriptor.mediaType).toBe(DOCKER_MANIFEST);
    expect(read({ schemaVersion: 2, manifests: [layer] }, IMAGE_INDEX).kind).toBe('index');
  });

  test('that is served without a type is read as what its members show', () => {
    expect(read(image, '').kind).toBe('image');
    expect(read({ schemaVersion: 2, manifests: [] }, 'text/plain').kind).toBe('index');
  });

  test('has the artifact type that the specification derives', () => {
    expect(artifactTypeOf(read(image))).toBe(emptyJsonDescriptor.mediaType);
    expect(artifactTypeOf(read({ ...image, artifactType: 'a/b' }))).toBe('a/b');
    expect(artifactTypeOf(read({ schemaVersion: 2, manifests: [] }, IMAGE_INDEX))).toBeUndefined();
  });

  test.each([
    ['that says it is another type than it is served as', { ...image, mediaType: IMAGE_INDEX }, IMAGE_MANIFEST],
    ['that is image and index at once (CVE-2021-41190)', { ...image, manifests: [] }, IMAGE_MANIFEST],
    ['that is index and image at once', { ...image, manifests: [] }, IMAGE_INDEX],
    ['of schema 1', { ...image, schemaVersion: 1 }, IMAGE_MANIFEST],
    ['of an unknown type', image, 'application/vnd.example.thing'],
    ['without a config', { ...image, config: undefined }, IMAGE_MANIFEST],
    ['whose layers are no list', { ...image, layers: {} }, IMAGE_MANIFEST],
    ['with a negative size', { ...image, layers: [{ ...layer, size: -1 }] }, IMAGE_MANIFEST],
    ['with a size beyond exact numbers', { ...image, layers: [{ ...layer, size: 2 ** 60 }] }, IMAGE_MANIFEST],
    [
      'with a digest that climbs out of a folder',
      { ...image, layers: [{ ...layer, digest: 'sha256:../../x' }] },
      IMAGE_MANIFEST,
    ],
    ['with a subject that is no descriptor', { ...image, subject: 'sha256:x' }, IMAGE_MANIFEST],
    ['with annotations that are not text', { ...image, annotations: { a: 1 } }, IMAGE_MANIFEST],
    ['that is a list', [], IMAGE_MANIFEST],
    ['that is null', null, IMAGE_MANIFEST],
  ])('%s is refused', (_, value, type) => {
    expect(() => read(value, type)).toThrow(expect.objectContaining({ code: 'bad-manifest' }));
  });

  test('of bytes that are no JSON or no UTF-8 is refused', () => {
    expect(() => parseManifest(bytesOf('{'), IMAGE_MANIFEST)).toThrow(OciError);
    expect(() => parseManifest(Uint8Array.of(0x22, 0xff, 0x22), IMAGE_MANIFEST)).toThrow(OciError);
  });

  test('is never anything else than read or refused', () => {
    const member = fc.oneof(fc.jsonValue(), fc.constant(layer), fc.constant([layer]), fc.constant(2));
    const document = fc.dictionary(
      fc.constantFrom(
        'schemaVersion',
        'mediaType',
        'config',
        'layers',
        'manifests',
        'subject',
        'annotations',
        'artifactType',
      ),
      member,
    );
    fc.assert(
      fc.property(document, fc.constantFrom(IMAGE_MANIFEST, IMAGE_INDEX, '', 'x/y'), (value, type) => {
        try {
          read(value, type);
        } catch (error) {
          expect(error).toBeInstanceOf(OciError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
