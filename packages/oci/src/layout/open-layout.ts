// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { OciError } from '../error.ts';
import { type Limits, limitsWith } from '../limits.ts';
import { createLocks } from '../locks.ts';
import type { Repository } from '../repository.ts';
import { isEvidence, tagNameOf } from './entry-names.ts';
import { blobSize, getBlob, type LayoutFolder, openBlob, putBlob } from './folder.ts';
import { readLayoutIndex } from './layout-index.ts';
import { getManifest, putManifest } from './manifests.ts';
import { readReferrers } from './referrers.ts';

/** An image layout on disk: a repository whose index can be looked at. */
export interface Layout extends Repository {
  /** The entries of index.json: what the layout holds, by name or without one. */
  entries(): Promise<readonly Descriptor[]>;
  /** The entries that are no evidence for others: no subject, no tag of cosign's or of the referrers tag schema. */
  images(): Promise<readonly Descriptor[]>;
}

/**
 * An OCI image layout (image specification, image-layout.md) as a repository: tags are the entries of index.json
 * that carry `org.opencontainers.image.ref.name`. A directory that does not exist is an empty layout, which the first
 * write creates.
 */
export function openLayout(path: string, limits?: Partial<Limits>): Layout {
  const folder: LayoutFolder = { path, limits: limitsWith(limits), exclusively: createLocks() };
  return {
    name: path,
    entries: async () => (await readLayoutIndex(path, folder.limits.manifestBytes)).manifests,
    images: () => imagesOf(folder),
    resolve: async (reference) => (await getManifest(folder, reference)).descriptor,
    getManifest: (reference) => getManifest(folder, reference),
    getBlob: (blob, limit = folder.limits.blobBytes) => getBlob(folder, blob, limit),
    openBlob: (blob) => openBlob(folder, blob),
    hasBlob: async (digest) => (await blobSize(folder, digest)) !== undefined,
    blobSize: async (digest) => {
      const size = await blobSize(folder, digest);
      if (size !== undefined) return size;
      throw new OciError('not-found', `Expected blob ${digest} in ${path}, found none.`);
    },
    putBlob: (blob, content) => putBlob(folder, blob, content),
    mountBlob: async () => false,
    putManifest: (bytes, mediaType, tag) => putManifest(folder, bytes, mediaType, tag),
    referrers: (digest, artifactType) => readReferrers(folder, digest, artifactType),
    tags: async () => {
      const { manifests } = await readLayoutIndex(path, folder.limits.manifestBytes);
      const names = manifests.map((entry) => tagNameOf(entry, manifests)).filter((name) => name !== undefined);
      return [...new Set(names)].toSorted();
    },
  };
}

async function imagesOf(folder: LayoutFolder): Promise<readonly Descriptor[]> {
  const { manifests } = await readLayoutIndex(folder.path, folder.limits.manifestBytes);
  const images = new Map<Digest, Descriptor>();
  for (const entry of manifests) {
    if (isEvidence(entry, manifests)) continue;
    const { subject } = (await getManifest(folder, entry.digest)).content;
    if (subject === undefined) images.set(entry.digest, entry);
  }
  return [...images.values()];
}
