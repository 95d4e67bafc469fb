// SPDX-License-Identifier: Apache-2.0
import {
  type Descriptor,
  digestOf,
  emptyJsonBytes,
  emptyJsonDescriptor,
  IMAGE_CONFIG,
  IMAGE_MANIFEST,
  OciError,
  type Repository,
} from '@sluice/oci';
import { SluiceError } from '../error.ts';

/** The media type of a Sigstore bundle, of its layer and of the artifact (protobuf-specs, bundle v0.3). */
export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** Uploads the config that all bundles share; it must be there before the first is attached. */
export async function prepareBundles(repository: Repository): Promise<void> {
  await repository.putBlob(emptyJsonDescriptor, emptyJsonBytes);
}

/**
 * Attaches a bundle to an image as an OCI 1.1 referrer, with the manifest that cosign 3 writes.
 *
 * @returns the referrer's descriptor.
 */
export async function attachBundle(
  repository: Repository,
  subject: Descriptor,
  bundle: Uint8Array,
  predicateType: string,
  created: Date,
): Promise<Descriptor> {
  const layer = { mediaType: bundleMediaType, size: bundle.length, digest: digestOf(bundle) };
  await repository.putBlob(layer, bundle);
  const { mediaType, size, digest } = emptyJsonDescriptor;
  const manifest = {
    schemaVersion: 2,
    mediaType: IMAGE_MANIFEST,
    artifactType: bundleMediaType,
    config: { mediaType, size, digest, artifactType: bundleMediaType },
    layers: [layer],
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': predicateType,
      'org.opencontainers.image.created': `${created.toISOString().slice(0, 19)}Z`,
    },
    subject: { mediaType: subject.mediaType, size: subject.size, digest: subject.digest },
  };
  return repository.putManifest(Buffer.from(JSON.stringify(manifest)), IMAGE_MANIFEST);
}

/** A signed piece under one of cosign's tags: the signed bytes, and in annotations what proves them. */
export interface TagLayer {
  readonly mediaType: string;
  readonly content: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
}

const appendAttempts = 5;

/**
 * Appends layers to the manifest of a cosign tag, which may not exist yet. A tag has no compare-and-swap: so it is read
 * back, and when another writer's manifest took its place the layers are appended to that one.
 */
export async function appendToTag(
  repository: Repository,
  tag: string,
  added: readonly TagLayer[],
): Promise<Descriptor> {
  const layers = added.map(({ mediaType, content, annotations }) => ({
    mediaType,
    size: content.length,
    digest: digestOf(content),
    annotations,
  }));
  for (const [index, layer] of layers.entries()) {
    await repository.putBlob(layer, added[index]?.content ?? new Uint8Array());
  }
  let wanted: readonly Descriptor[] = layers;
  for (let attempt = 1; attempt <= appendAttempts; attempt += 1) {
    const present = await readTagLayers(repository, tag);
    // What was seen before stays wanted: another writer may have missed it.
    wanted = [...present, ...wanted.filter((layer) => !contains(present, layer))];
    const written = await putTagManifest(repository, tag, wanted);
    const kept = await readTagLayers(repository, tag);
    if (wanted.every((layer) => contains(kept, layer))) return written;
  }
  throw new SluiceError(
    'unreachable',
    `The tag ${tag} in ${repository.name} changed ${appendAttempts} times while it was written; run the command again.`,
  );
}

async function readTagLayers(repository: Repository, tag: string): Promise<readonly Descriptor[]> {
  try {
    const manifest = await repository.getManifest(tag);
    if (manifest.kind === 'image') return manifest.content.layers;
  } catch (error) {
    if (error instanceof OciError && error.code === 'not-found') return [];
    throw error;
  }
  throw new SluiceError(
    'unproved',
    `Expected cosign's manifest under the tag ${tag} in ${repository.name}, found an index; it was left as it is.`,
  );
}

async function putTagManifest(repository: Repository, tag: string, layers: readonly Descriptor[]): Promise<Descriptor> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: '',
      created: '0001-01-01T00:00:00Z',
      history: layers.map(() => ({ created: '0001-01-01T00:00:00Z' })),
      os: '',
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
      config: {},
    }),
  );
  const descriptor = { mediaType: IMAGE_CONFIG, size: config.length, digest: digestOf(config) };
  await repository.putBlob(descriptor, config);
  const manifest = { schemaVersion: 2, mediaType: IMAGE_MANIFEST, config: descriptor, layers };
  return repository.putManifest(Buffer.from(JSON.stringify(manifest)), IMAGE_MANIFEST, tag);
}

function contains(layers: readonly Descriptor[], wanted: Descriptor): boolean {
  // The same payload may be signed by several: the annotations tell them apart.
  const expected = Object.entries(wanted.annotations ?? {});
  return layers.some(
    ({ digest, annotations }) =>
      digest === wanted.digest && expected.every(([name, value]) => annotations?.[name] === value),
  );
}
