// SPDX-License-Identifier: Apache-2.0
import { type Manifest, OciError, parseReference, type Repository } from '@sluice/oci';
import { isJsonObject, type Json, parseExactJson } from '../policy/exact-json.ts';
import type { OpenRepository } from './snapshot.ts';

/** Bytes of an image configuration; real ones have a few thousand. */
const maxConfigBytes = 8 * 1024 * 1024;

const baseName = 'org.opencontainers.image.base.name';
const baseDigest = 'org.opencontainers.image.base.digest';

/** What an image says about itself and its base. */
export interface ImageFacts {
  readonly config?: Json;
  readonly parent?: { readonly ref: string; readonly config?: Json };
}

/** Reads configuration and parent. What is missing or cannot be read is left out, as in ec: policies ask for it. */
export async function readImageFacts(
  repository: Repository,
  manifest: Manifest,
  open: OpenRepository,
): Promise<ImageFacts> {
  const image = await platformImage(repository, manifest);
  if (image === undefined) return {};
  const [config, parent] = await Promise.all([readConfig(repository, image), readParent(image, open)]);
  return { ...(config === undefined ? {} : { config }), ...(parent === undefined ? {} : { parent }) };
}

/** The image itself, or linux/amd64 of an index. */
async function platformImage(repository: Repository, manifest: Manifest): Promise<Manifest | undefined> {
  if (manifest.kind === 'image') return manifest;
  const child = manifest.content.manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64',
  );
  return child && (await ifReadable(() => repository.getManifest(child.digest)));
}

async function readConfig(repository: Repository, image: Manifest): Promise<Json | undefined> {
  if (image.kind !== 'image') return undefined;
  const { config } = image.content;
  return ifReadable(async () => {
    const value = parseExactJson(Buffer.from(await repository.getBlob(config, maxConfigBytes)).toString('utf8'));
    return isJsonObject(value) ? (value['config'] ?? {}) : undefined;
  });
}

async function readParent(image: Manifest, open: OpenRepository): Promise<ImageFacts['parent']> {
  const { annotations = {} } = image.content;
  const name = annotations[baseName];
  const digest = annotations[baseDigest];
  if (!name || (!name.includes('@') && !digest)) return undefined;
  const ref = name.includes('@') ? name : `${name}@${digest}`;
  const parent = await ifReadable(async () => {
    const reference = parseReference(ref);
    if (reference.digest === undefined) return undefined;
    const repository = open(reference);
    const found = await platformImage(repository, await repository.getManifest(reference.digest));
    return found && readConfig(repository, found);
  });
  return { ref, ...(parent === undefined ? {} : { config: parent }) };
}

async function ifReadable<Value>(read: () => Promise<Value | undefined>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof OciError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
