// SPDX-License-Identifier: Apache-2.0
import type { Descriptor } from './descriptor.ts';
import { digestOf } from './digest.ts';

export const IMAGE_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const IMAGE_INDEX = 'application/vnd.oci.image.index.v1+json';
export const IMAGE_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const LAYER_TAR = 'application/vnd.oci.image.layer.v1.tar';
export const LAYER_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_MANIFEST_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
export const DOCKER_LAYER_GZIP = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
export const EMPTY_JSON = 'application/vnd.oci.empty.v1+json';

/** The bytes `{}`: config or layer of an artifact that needs none (image specification, "Guidance for an Empty Descriptor"). */
export const emptyJsonBytes: Uint8Array = new TextEncoder().encode('{}');

export const emptyJsonDescriptor: Descriptor = {
  mediaType: EMPTY_JSON,
  digest: digestOf(emptyJsonBytes),
  size: emptyJsonBytes.length,
};

const IMAGE_TYPES: ReadonlySet<string> = new Set([IMAGE_MANIFEST, DOCKER_MANIFEST]);
const INDEX_TYPES: ReadonlySet<string> = new Set([IMAGE_INDEX, DOCKER_MANIFEST_LIST]);

/** Every manifest type that we read, as an `Accept` header. */
export const MANIFEST_ACCEPT: string = [...IMAGE_TYPES, ...INDEX_TYPES].join(', ');

export function manifestKind(mediaType: string): 'image' | 'index' | undefined {
  if (IMAGE_TYPES.has(mediaType)) return 'image';
  return INDEX_TYPES.has(mediaType) ? 'index' : undefined;
}

/** Layers that registries need not hold (image specification, "Non-Distributable Layers"). */
export function isForeignLayer(descriptor: Descriptor): boolean {
  return /^application\/vnd\.(?:oci\.image\.layer\.nondistributable\.|docker\.image\.rootfs\.foreign\.)/.test(
    descriptor.mediaType,
  );
}

/** A media type without its parameters, lower-cased. */
export function bareMediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1).join('').trim().toLowerCase();
}
