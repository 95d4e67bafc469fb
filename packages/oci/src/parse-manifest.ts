// SPDX-License-Identifier: Apache-2.0
import type { Descriptor } from './descriptor.ts';
import { digestOf, isDigest } from './digest.ts';
import { OciError } from './error.ts';
import type { ImageIndex, ImageManifest, Manifest } from './manifest.ts';
import { bareMediaType, IMAGE_INDEX, IMAGE_MANIFEST, manifestKind } from './media-types.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the bytes of an image manifest or index. `declaredType` is what the registry or a descriptor says the bytes
 * are; a `mediaType` inside that differs is refused, and so is a document that is both kinds at once: two readers
 * could take it for different images (image specification, "Ambiguous manifests", CVE-2021-41190).
 * Throws an `OciError` of code `bad-manifest`.
 */
export function parseManifest(bytes: Uint8Array, declaredType: string, digest = digestOf(bytes)): Manifest {
  const content = parseObject(bytes, digest);
  const mediaType = mediaTypeOf(content, bareMediaType(declaredType), digest);
  const descriptor = { mediaType, digest, size: bytes.length };
  checkCommon(content, digest);
  if (manifestKind(mediaType) === 'index') {
    checkIndex(content, digest);
    // The checks above looked at every member that the type names.
    return { kind: 'index', descriptor, bytes, content: content as unknown as ImageIndex };
  }
  checkImage(content, digest);
  // As above.
  return { kind: 'image', descriptor, bytes, content: content as unknown as ImageManifest };
}

/** The artifact type under which a manifest is listed among referrers (distribution specification, "Listing Referrers"). */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  if (manifest.content.artifactType) return manifest.content.artifactType;
  return manifest.kind === 'image' ? manifest.content.config.mediaType : undefined;
}

/** The entry that a referrers list holds for a manifest. */
export function referrerEntry(manifest: Manifest): Descriptor {
  const artifactType = artifactTypeOf(manifest);
  const { annotations } = manifest.content;
  return {
    ...manifest.descriptor,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** Everything that a manifest needs in its repository before itself: manifests of an index, blobs of an image. */
export function childrenOf(manifest: Manifest): readonly Descriptor[] {
  if (manifest.kind === 'index') return manifest.content.manifests;
  return [manifest.content.config, ...manifest.content.layers];
}

function parseObject(bytes: Uint8Array, digest: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new OciError('bad-manifest', `Expected manifest ${digest} to be JSON, but it does not parse.`, { cause });
  }
  if (!isObject(value)) throw bad(digest, 'to be a JSON object', value);
  return value;
}

function mediaTypeOf(content: Json, declared: string, digest: string): string {
  const inside = content['mediaType'];
  if (inside !== undefined && typeof inside !== 'string') throw bad(digest, 'to have a mediaType of text', inside);
  const known = manifestKind(declared) !== undefined;
  if (known && inside !== undefined && inside !== '' && inside !== declared) {
    throw bad(digest, `to be the ${declared} that it was served as`, inside);
  }
  if (known) return declared;
  if (inside !== undefined && manifestKind(inside) !== undefined) return inside;
  if (declared !== '' && declared !== 'application/json' && !declared.startsWith('text/') && inside === undefined) {
    throw bad(digest, 'to be an image manifest or index of OCI or Docker schema 2', declared);
  }
  if (inside !== undefined && inside !== '') throw bad(digest, 'to be an image manifest or index', inside);
  return 'manifests' in content ? IMAGE_INDEX : IMAGE_MANIFEST;
}

function checkCommon(content: Json, digest: string): void {
  if (content['schemaVersion'] !== 2) throw bad(digest, 'to have schemaVersion 2', content['schemaVersion']);
  if (content['subject'] !== undefined) checkDescriptor(content['subject'], digest, 'subject');
  const { artifactType } = content;
  if (artifactType !== undefined && typeof artifactType !== 'string') {
    throw bad(digest, 'to have an artifactType of text', artifactType);
  }
  checkAnnotations(content['annotations'], digest);
}

function checkIndex(content: Json, digest: string): void {
  if ('layers' in content || 'config' in content)
    throw bad(digest, 'to be an index only', 'layers or config beside it');
  const { manifests } = content;
  if (!Array.isArray(manifests)) throw bad(digest, 'to list manifests', manifests);
  manifests.forEach((entry: unknown, at) => {
    checkDescriptor(entry, digest, `manifests[${at}]`);
  });
}

function checkImage(content: Json, digest: string): void {
  if ('manifests' in content) throw bad(digest, 'to be an image manifest only', 'manifests beside it');
  checkDescriptor(content['config'], digest, 'config');
  const { layers } = content;
  if (!Array.isArray(layers)) throw bad(digest, 'to list layers', layers);
  layers.forEach((entry: unknown, at) => {
    checkDescriptor(entry, digest, `layers[${at}]`);
  });
}

function checkDescriptor(value: unknown, digest: string, where: string): void {
  if (!isObject(value)) throw bad(digest, `to have a descriptor at ${where}`, value);
  const { mediaType, size } = value;
  if (typeof mediaType !== 'string') throw bad(digest, `to have a mediaType at ${where}`, mediaType);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw bad(digest, `to have a size in bytes at ${where}`, size);
  }
  if (typeof value['digest'] !== 'string' || !isDigest(value['digest'])) {
    throw bad(digest, `to have a sha256 or sha512 digest at ${where}`, value['digest']);
  }
  checkAnnotations(value['annotations'], digest);
}

function checkAnnotations(value: unknown, digest: string): void {
  if (value === undefined || value === null) return;
  if (!isObject(value) || Object.values(value).some((entry) => typeof entry !== 'string')) {
    throw bad(digest, 'to have annotations that map text to text', value);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(digest: string, expected: string, found: unknown): OciError {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 120);
  return new OciError('bad-manifest', `Expected manifest ${digest} ${expected}, found ${shown}.`);
}
