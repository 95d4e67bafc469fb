// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { referrersTag } from '../digest.ts';
import { OciError } from '../error.ts';
import type { Manifest } from '../manifest.ts';
import { referrerEntry } from '../parse-manifest.ts';
import { isNamed } from './entry-names.ts';
import { blobSize, type LayoutFolder } from './folder.ts';
import { readLayoutIndex } from './layout-index.ts';
import { readManifest } from './manifests.ts';

/**
 * The manifests of a layout that name a digest as their subject: a layout has no list of them, so every manifest
 * that index.json leads to is looked at. Lists under a referrers tag, as registries without the API are saved, count too.
 */
export async function readReferrers(
  folder: LayoutFolder,
  subject: Digest,
  artifactType: string | undefined,
): Promise<readonly Descriptor[]> {
  const { manifests } = await readLayoutIndex(folder.path, folder.limits.manifestBytes);
  const found = new Map<Digest, Descriptor>();
  for await (const manifest of reachable(folder, manifests)) {
    if (manifest.content.subject?.digest === subject) found.set(manifest.descriptor.digest, referrerEntry(manifest));
  }
  const lists = manifests.filter((entry) => isNamed(entry, referrersTag(subject), manifests));
  for (const list of lists) {
    const manifest = await readManifest(folder, list);
    for (const entry of manifest.kind === 'index' ? manifest.content.manifests : []) {
      if (!found.has(entry.digest)) found.set(entry.digest, entry);
    }
  }
  const entries = [...found.values()];
  return artifactType === undefined ? entries : entries.filter((entry) => entry.artifactType === artifactType);
}

async function* reachable(folder: LayoutFolder, roots: readonly Descriptor[]): AsyncGenerator<Manifest> {
  const seen = new Set<Digest>();
  const waiting = [...roots];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.digest)) continue;
    seen.add(next.digest);
    if (seen.size > folder.limits.graphManifests) {
      throw new OciError(
        'too-many',
        `Expected at most ${folder.limits.graphManifests} manifests in ${folder.path}, found more.`,
      );
    }
    // An index may list platforms that were not saved with it.
    if ((await blobSize(folder, next.digest)) === undefined) continue;
    const manifest = await readManifest(folder, next);
    yield manifest;
    if (manifest.kind === 'index') waiting.push(...manifest.content.manifests);
  }
}
