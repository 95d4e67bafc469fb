// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { isDigest } from '../digest.ts';
import { OciError } from '../error.ts';
import type { Manifest } from '../manifest.ts';
import { IMAGE_INDEX } from '../media-types.ts';
import { parseManifest, referrerEntry } from '../parse-manifest.ts';
import { isTag } from '../reference.ts';
import { isNamed, REF_NAME, tagNameOf } from './entry-names.ts';
import { blobPath, blobSize, getBlob, type LayoutFolder, missing } from './folder.ts';
import { placeFile, readLayoutIndex, writeLayoutIndex } from './layout-index.ts';

export async function getManifest(folder: LayoutFolder, reference: string): Promise<Manifest> {
  const { manifests } = await readLayoutIndex(folder.path, folder.limits.manifestBytes);
  const entry = isDigest(reference)
    ? manifests.find(({ digest }) => digest === reference)
    : named(folder, manifests, reference);
  const digest = entry?.digest ?? (isDigest(reference) ? reference : undefined);
  const size = digest && (await blobSize(folder, digest));
  if (digest === undefined || size === undefined) throw missing(folder, `manifest ${reference}`);
  return readManifest(folder, { mediaType: entry?.mediaType ?? '', digest, size: entry?.size ?? size });
}

export async function readManifest(folder: LayoutFolder, descriptor: Descriptor): Promise<Manifest> {
  const bytes = await getBlob(folder, descriptor, folder.limits.manifestBytes);
  return parseManifest(bytes, descriptor.mediaType, descriptor.digest);
}

/** Several entries may carry one name when they are the same content; otherwise it is unclear which is meant. */
function named(folder: LayoutFolder, entries: readonly Descriptor[], tag: string): Descriptor | undefined {
  const found = entries.filter((entry) => isNamed(entry, tag, entries));
  const digests = new Set(found.map(({ digest }) => digest));
  if (digests.size > 1) {
    throw new OciError(
      'bad-layout',
      `Expected one manifest named ${tag} in ${folder.path}, found ${digests.size}; name it by digest.`,
    );
  }
  return found[0];
}

export async function putManifest(
  folder: LayoutFolder,
  bytes: Uint8Array,
  mediaType: string,
  tag?: string,
): Promise<Descriptor> {
  const manifest = parseManifest(bytes, mediaType);
  const { descriptor } = manifest;
  if (tag !== undefined && !isTag(tag)) {
    throw new OciError(
      'bad-reference',
      `Expected a tag to store a manifest under, found ${JSON.stringify(tag.slice(0, 200))}.`,
    );
  }
  await placeFile(blobPath(folder, descriptor.digest), bytes);
  // A child of an index is found through it; only what has a name or a subject is looked for in index.json.
  if (tag !== undefined || manifest.content.subject !== undefined) {
    await folder.exclusively('index.json', () => list(folder, manifest, tag));
  }
  return descriptor;
}

async function list(folder: LayoutFolder, manifest: Manifest, tag: string | undefined): Promise<void> {
  const { path, limits } = folder;
  const index = await readLayoutIndex(path, limits.manifestBytes);
  const { annotations, ...entry } = referrerEntry(manifest);
  const { descriptor } = manifest;
  if (tag === undefined && index.manifests.some(({ digest }) => digest === descriptor.digest)) return;
  const listed =
    manifest.content.subject === undefined ? descriptor : { ...entry, ...(annotations && { annotations }) };
  const name = tag === undefined ? {} : { annotations: { ...listed.annotations, [REF_NAME]: tag } };
  const kept = index.manifests.filter(
    (other) =>
      !(tag !== undefined && other.annotations?.[REF_NAME] === tag) &&
      !isUnnamed(other, descriptor.digest, index.manifests),
  );
  await writeLayoutIndex(path, { ...index, mediaType: IMAGE_INDEX, manifests: [...kept, { ...listed, ...name }] });
}

/** An entry without a name gives way to the one for the same manifest that has one. */
function isUnnamed(entry: Descriptor, digest: Digest, entries: readonly Descriptor[]): boolean {
  return entry.digest === digest && tagNameOf(entry, entries) === undefined;
}
