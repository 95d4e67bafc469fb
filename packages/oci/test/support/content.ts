// SPDX-License-Identifier: Apache-2.0
import type { Descriptor } from '../../src/descriptor.ts';
import { digestOf } from '../../src/digest.ts';
import { emptyJsonBytes, emptyJsonDescriptor, IMAGE_INDEX, IMAGE_MANIFEST } from '../../src/media-types.ts';
import type { Repository } from '../../src/repository.ts';

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export function layerOf(text: string): { readonly descriptor: Descriptor; readonly bytes: Uint8Array } {
  const bytes = bytesOf(text);
  const mediaType = 'application/vnd.oci.image.layer.v1.tar';
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length } };
}

/** Stores an image of one layer. `about` makes it a referrer. */
export async function pushImage(
  repository: Repository,
  text: string,
  options: { readonly tag?: string; readonly about?: Descriptor; readonly artifactType?: string } = {},
): Promise<Descriptor> {
  const layer = layerOf(text);
  await repository.putBlob(emptyJsonDescriptor, emptyJsonBytes);
  await repository.putBlob(layer.descriptor, layer.bytes);
  return repository.putManifest(manifestOf([layer.descriptor], options), IMAGE_MANIFEST, options.tag);
}

export function manifestOf(
  layers: readonly Descriptor[],
  options: { readonly about?: Descriptor; readonly artifactType?: string } = {},
): Uint8Array {
  const { about, artifactType } = options;
  return bytesOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: IMAGE_MANIFEST,
      ...(artifactType === undefined ? {} : { artifactType }),
      config: emptyJsonDescriptor,
      layers,
      ...(about === undefined ? {} : { subject: about }),
    }),
  );
}

export async function pushIndex(
  repository: Repository,
  children: readonly Descriptor[],
  tag?: string,
): Promise<Descriptor> {
  const index = { schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: children };
  return repository.putManifest(bytesOf(JSON.stringify(index)), IMAGE_INDEX, tag);
}

export async function collect(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}
