// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { digestOf } from '../digest.ts';
import { OciError } from '../error.ts';
import type { ImageManifest, Manifest } from '../manifest.ts';
import type { Repository } from '../repository.ts';
import type { CopyStep } from './step.ts';

/**
 * Puts one of cosign's tags on the target. Each layer under such a tag is a signature or attestation of its own, so
 * a target that has others keeps them: the tag then names the layers of both.
 */
export async function mergeCosignTag(
  source: Repository,
  target: Repository,
  tag: string,
  digest: Digest,
): Promise<CopyStep> {
  const ours = await source.getManifest(digest);
  const theirs = await present(target, tag);
  const step = { kind: 'cosign-tag', digest, size: ours.descriptor.size } as const;
  if (theirs === undefined || lacksNothing(ours, theirs)) {
    if (theirs?.descriptor.digest === digest) return { ...step, outcome: 'present' };
    await target.putManifest(ours.bytes, ours.descriptor.mediaType, tag);
    return { ...step, outcome: 'uploaded' };
  }
  if (lacksNothing(theirs, ours)) return { ...step, digest: theirs.descriptor.digest, outcome: 'present' };
  const merged = await pushMerged(source, target, tag, ours, theirs);
  return { ...step, digest: merged.digest, size: merged.size, outcome: 'merged' };
}

async function present(target: Repository, tag: string): Promise<Manifest | undefined> {
  try {
    return await target.getManifest(tag);
  } catch (error) {
    if (error instanceof OciError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Whether a manifest holds every layer of another, with the annotations that carry its signature. */
function lacksNothing(manifest: Manifest, other: Manifest): boolean {
  if (manifest.kind !== 'image' || other.kind !== 'image')
    return manifest.descriptor.digest === other.descriptor.digest;
  const held = new Set(manifest.content.layers.map(identityOf));
  return other.content.layers.every((layer) => held.has(identityOf(layer)));
}

function identityOf(layer: Descriptor): string {
  return JSON.stringify([layer.digest, Object.entries(layer.annotations ?? {}).toSorted()]);
}

async function pushMerged(
  source: Repository,
  target: Repository,
  tag: string,
  ours: Manifest,
  theirs: Manifest,
): Promise<Descriptor> {
  if (ours.kind !== 'image' || theirs.kind !== 'image') {
    throw new OciError(
      'conflict',
      `Expected ${tag} in ${target.name} to hold an image manifest as in ${source.name}, found an index; remove one of them.`,
    );
  }
  const known = new Set(theirs.content.layers.map(identityOf));
  const layers = [...theirs.content.layers, ...ours.content.layers.filter((layer) => !known.has(identityOf(layer)))];
  const config = new TextEncoder().encode(JSON.stringify(configFor(layers)));
  const descriptor = { mediaType: theirs.content.config.mediaType, digest: digestOf(config), size: config.length };
  await target.putBlob(descriptor, config);
  const content: ImageManifest = { ...theirs.content, config: descriptor, layers };
  return target.putManifest(new TextEncoder().encode(JSON.stringify(content)), theirs.descriptor.mediaType, tag);
}

/** The config of a signature image, as cosign writes it: it lists the layers and says nothing else. */
function configFor(layers: readonly Descriptor[]) {
  const created = '0001-01-01T00:00:00Z';
  return {
    architecture: '',
    created,
    history: layers.map(() => ({ created })),
    os: '',
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    config: {},
  };
}
