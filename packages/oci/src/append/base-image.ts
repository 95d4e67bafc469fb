// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Platform } from '../descriptor.ts';
import { OciError } from '../error.ts';
import type { ImageManifest, Manifest } from '../manifest.ts';
import {
  DOCKER_CONFIG,
  DOCKER_LAYER_GZIP,
  DOCKER_MANIFEST,
  IMAGE_CONFIG,
  IMAGE_MANIFEST,
  LAYER_GZIP,
  LAYER_TAR,
} from '../media-types.ts';
import type { Repository } from '../repository.ts';

/** The config of an image as far as this package reads it; other members are kept as they are. */
export type ImageConfig = Readonly<Record<string, unknown>> & {
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history: readonly unknown[];
};

/** What a layer is put on. */
export interface BaseImage {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly types: { readonly manifest: string; readonly config: string; readonly gzip: string; readonly tar: string };
  /** The manifest that was taken: named in the annotations of the result. */
  readonly descriptor?: Descriptor;
}

const OCI_TYPES = { manifest: IMAGE_MANIFEST, config: IMAGE_CONFIG, gzip: LAYER_GZIP, tar: LAYER_TAR };
const DOCKER_TYPES = {
  manifest: DOCKER_MANIFEST,
  config: DOCKER_CONFIG,
  gzip: DOCKER_LAYER_GZIP,
  tar: 'application/vnd.docker.image.rootfs.diff.tar',
};
const EMPTY: Descriptor = { mediaType: IMAGE_CONFIG, digest: `sha256:${'0'.repeat(64)}`, size: 0 };

/** An image of nothing, for a platform. */
export function scratch(platform: Platform): BaseImage {
  return {
    manifest: { schemaVersion: 2, config: EMPTY, layers: [] },
    config: { ...platformMembers(platform), config: {}, rootfs: { type: 'layers', diff_ids: [] }, history: [] },
    types: OCI_TYPES,
  };
}

/** An image to put a layer on; of an index, the one for the platform. */
export async function readBase(repository: Repository, reference: string, platform: Platform): Promise<BaseImage> {
  const found = await repository.getManifest(reference);
  const manifest = found.kind === 'image' ? found : await pickPlatform(repository, found, platform);
  const { content, descriptor } = manifest;
  const types = descriptor.mediaType === DOCKER_MANIFEST ? DOCKER_TYPES : OCI_TYPES;
  if (content.config.mediaType !== IMAGE_CONFIG && content.config.mediaType !== DOCKER_CONFIG) {
    throw new OciError(
      'bad-manifest',
      `Expected ${reference} in ${repository.name} to be a container image, found a config of ${content.config.mediaType}.`,
    );
  }
  const config = parseConfig(await repository.getBlob(content.config), content.config);
  if (config.rootfs.diff_ids.length !== content.layers.length) {
    throw new OciError(
      'bad-manifest',
      `Expected one diff id for each layer of ${descriptor.digest}, found ${config.rootfs.diff_ids.length} for ${content.layers.length}.`,
    );
  }
  return { manifest: content, config, types, descriptor };
}

async function pickPlatform(repository: Repository, index: Extract<Manifest, { kind: 'index' }>, platform: Platform) {
  const found = index.content.manifests.find((entry) => fits(entry.platform, platform));
  if (found === undefined) {
    const offered = index.content.manifests.map(({ platform: other }) =>
      other === undefined ? 'unknown' : platformName(other),
    );
    throw new OciError(
      'not-found',
      `Expected an image for ${platformName(platform)} in ${index.descriptor.digest}, found ${offered.join(', ') || 'none'}.`,
    );
  }
  const manifest = await repository.getManifest(found.digest);
  if (manifest.kind === 'index') {
    throw new OciError(
      'bad-manifest',
      `Expected ${found.digest} to be an image for ${platformName(platform)}, found an index.`,
    );
  }
  return manifest;
}

function fits(offered: Platform | undefined, wanted: Platform): boolean {
  if (offered?.os !== wanted.os || offered.architecture !== wanted.architecture) return false;
  return wanted.variant === undefined || offered.variant === wanted.variant;
}

export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== undefined).join('/');
}

function platformMembers(platform: Platform): Readonly<Record<string, unknown>> {
  const { architecture, os, variant } = platform;
  return { architecture, os, ...(variant === undefined ? {} : { variant }) };
}

function parseConfig(bytes: Uint8Array, { digest }: Descriptor): ImageConfig {
  const bad = (cause?: unknown) =>
    new OciError(
      'bad-manifest',
      `Expected ${digest} to be the config of an image with its diff ids, found something else.`,
      { cause },
    );
  let config: unknown;
  try {
    config = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw bad(cause);
  }
  if (typeof config !== 'object' || config === null || !('rootfs' in config)) throw bad();
  const { rootfs } = config;
  const diffIds = typeof rootfs === 'object' && rootfs !== null && 'diff_ids' in rootfs ? rootfs.diff_ids : undefined;
  if (!Array.isArray(diffIds) || !diffIds.every((id) => typeof id === 'string')) throw bad();
  const history: unknown = 'history' in config ? config.history : [];
  return { ...config, rootfs: { type: 'layers', diff_ids: diffIds }, history: Array.isArray(history) ? history : [] };
}
