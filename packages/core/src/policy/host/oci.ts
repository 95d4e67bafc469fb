// SPDX-License-Identifier: Apache-2.0
import {
  cosignTag,
  type Descriptor,
  type ImageManifest,
  type Manifest,
  OciError,
  parseReference,
  type Reference,
  type Repository,
} from '@sluice/oci';
import type { OpenRepository } from '../../components/snapshot.ts';
import { type Json, type JsonObject, parseExactJson } from '../exact-json.ts';
import { throughShortFloats } from '../through-floats.ts';
import { declarations } from './declarations.ts';
import type { HostFunction } from './host-function.ts';
import { imageFiles, parsedEntry, tarFiles } from './image-tree.ts';

/** A blob that a policy wants whole. */
const maxBlobBytes = 64 * 1024 * 1024;

/** `ec.oci.*`: what the registry says. A failure of any kind is undefined, as in ec. */
export function ociFunctions(open: OpenRepository): readonly HostFunction[] {
  const at = <Answer>(run: (image: Image, args: readonly Json[]) => Promise<Answer>) => {
    return (args: readonly Json[]) => ifPossible(() => run(imageAt(open, args[0]), args));
  };
  return [
    { declaration: declarations.blob, answer: at(blobText) },
    {
      declaration: declarations.parsedBlob,
      answer: at(async (image) => throughShortFloats(parseExactJson(await blobText(image)))),
    },
    { declaration: declarations.blobFiles, answer: at((image, args) => blobFiles(image, texts(args[1]))) },
    { declaration: declarations.imageFiles, answer: at((image, args) => filesOfImage(image, texts(args[1]))) },
    {
      declaration: declarations.descriptor,
      answer: at(async (image) => described(await image.repository.resolve(image.name))),
    },
    {
      declaration: declarations.imageManifest,
      answer: at(async (image) => manifestMembers(await platformManifest(image))),
    },
    { declaration: declarations.imageManifests, answer: ([refs]) => manifests(open, texts(refs)) },
    { declaration: declarations.imageIndex, answer: at(imageIndex) },
    { declaration: declarations.imageTagRefs, answer: at(tagRefs) },
    { declaration: declarations.imageReferrers, answer: at(referrers) },
  ];
}

interface Image {
  readonly repository: Repository;
  readonly reference: Reference;
  /** Digest or tag. */
  readonly name: string;
}

function imageAt(open: OpenRepository, ref: Json | undefined): Image {
  if (typeof ref !== 'string') throw new OciError('bad-reference', 'Expected a reference to be text.');
  const reference = parseReference(ref);
  return { repository: open(reference), reference, name: reference.digest ?? reference.tag ?? 'latest' };
}

/** What goes wrong outside leaves the call undefined; a mistake in here does not hide. */
async function ifPossible<Answer>(run: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof OciError || error instanceof SyntaxError || (error instanceof Error && 'code' in error))
      return undefined;
    if (error instanceof Error && /tar|header|zlib|Premature/i.test(error.message)) return undefined;
    throw error;
  }
}

async function blobText(image: Image): Promise<string> {
  const bytes = await blobBytes(image);
  // ec unpacks a gzipped blob and then misses the digest: such a blob is undefined.
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new OciError('digest-mismatch', 'The blob is compressed.');
  return Buffer.from(bytes).toString('utf8');
}

async function blobBytes(image: Image): Promise<Uint8Array> {
  const { digest } = image.reference;
  if (digest === undefined) throw new OciError('bad-reference', 'Expected a blob to be named by digest.');
  return image.repository.getBlob({ digest, size: await image.repository.blobSize(digest) }, maxBlobBytes);
}

async function blobFiles(image: Image, paths: readonly string[]): Promise<JsonObject> {
  if (paths.length === 0) return {};
  const wanted = new Set(paths);
  const bytes = await blobBytes(image);
  const files = await tarFiles(once(bytes), (name) => wanted.has(name));
  return Object.fromEntries(files.flatMap(({ path, content }) => parsedEntry(path, content)));
}

async function filesOfImage(image: Image, folders: readonly string[]): Promise<JsonObject> {
  if (image.reference.digest === undefined)
    throw new OciError('bad-reference', 'Expected an image to be named by digest.');
  const manifest = await platformManifest(image);
  return imageFiles(image.repository, manifest, folders);
}

/** The image itself, or linux/amd64 of an index. */
async function platformManifest(image: Image): Promise<ImageManifest> {
  const manifest = await image.repository.getManifest(image.name);
  if (manifest.kind === 'image') return manifest.content;
  const child = manifest.content.manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64',
  );
  const found = child === undefined ? undefined : await image.repository.getManifest(child.digest);
  if (found?.kind !== 'image') throw new OciError('not-found', 'The index has no image for linux/amd64.');
  return found.content;
}

async function manifests(open: OpenRepository, refs: readonly string[]): Promise<JsonObject> {
  const found = await Promise.all(
    refs.map(
      async (ref): Promise<[string, Json | undefined]> => [
        ref,
        await ifPossible(async () => manifestMembers(await platformManifest(imageAt(open, ref)))),
      ],
    ),
  );
  return Object.fromEntries(found.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function manifestMembers(manifest: ImageManifest): JsonObject {
  return {
    schemaVersion: manifest.schemaVersion,
    mediaType: manifest.mediaType ?? '',
    config: described(manifest.config),
    layers: manifest.layers.map(described),
    annotations: { ...manifest.annotations },
    ...(manifest.subject === undefined ? {} : { subject: described(manifest.subject) }),
  };
}

async function imageIndex(image: Image): Promise<Json> {
  const manifest: Manifest = await image.repository.getManifest(image.name);
  if (manifest.kind !== 'index') throw new OciError('bad-manifest', 'It is no index.');
  const { schemaVersion, mediaType = '', annotations, manifests: children, subject } = manifest.content;
  return {
    schemaVersion,
    mediaType,
    manifests: children.map(described),
    annotations: { ...annotations },
    ...(subject === undefined ? {} : { subject: described(subject) }),
  };
}

/** The names of cosign's tags that exist. */
async function tagRefs(image: Image): Promise<Json> {
  const digest = image.reference.digest ?? (await image.repository.resolve(image.name)).digest;
  const kinds = ['sig', 'att', 'sbom'] as const;
  const tags = await Promise.all(
    kinds.map(async (kind) => {
      const tag = cosignTag(digest, kind);
      return (await exists(image.repository, tag)) ? [`${image.repository.name}:${tag}`] : [];
    }),
  );
  return tags.flat();
}

async function exists(repository: Repository, tag: string): Promise<boolean> {
  try {
    await repository.resolve(tag);
    return true;
  } catch (error) {
    if (error instanceof OciError && error.code === 'not-found') return false;
    throw error;
  }
}

async function referrers(image: Image): Promise<Json> {
  const digest = image.reference.digest ?? (await image.repository.resolve(image.name)).digest;
  const list = await image.repository.referrers(digest);
  return list.map((referrer) => ({
    mediaType: referrer.mediaType,
    size: referrer.size,
    digest: referrer.digest,
    artifactType: referrer.artifactType ?? '',
    ref: `${image.repository.name}@${referrer.digest}`,
    annotations: { ...referrer.annotations },
  }));
}

/** All members are there, empty when unset; only the platform may be missing. */
function described(descriptor: Descriptor): JsonObject {
  const { mediaType, size, digest, data, urls, annotations, artifactType, platform } = descriptor;
  return {
    mediaType,
    size,
    digest,
    data: data === undefined ? '' : Buffer.from(data, 'base64').toString('utf8'),
    urls: [...(urls ?? [])],
    annotations: { ...annotations },
    artifactType: artifactType ?? '',
    ...(platform === undefined ? {} : { platform: platformMembers(platform) }),
  };
}

function platformMembers(platform: NonNullable<Descriptor['platform']>): JsonObject {
  return {
    architecture: platform.architecture,
    os: platform.os,
    'os.version': platform['os.version'] ?? '',
    'os.features': [...(platform['os.features'] ?? [])],
    variant: platform.variant ?? '',
    features: [],
  };
}

function texts(value: Json | undefined): string[] {
  if (!Array.isArray(value)) throw new OciError('bad-reference', 'Expected a list of texts.');
  return value.map((item: Json) => {
    if (typeof item !== 'string') throw new OciError('bad-reference', 'Expected a list of texts.');
    return item;
  });
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
