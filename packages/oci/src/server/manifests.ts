// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../descriptor.ts';
import { algorithmOf, digestOf, isDigest } from '../digest.ts';
import { OciError } from '../error.ts';
import type { Manifest } from '../manifest.ts';
import { bareMediaType, isForeignLayer } from '../media-types.ts';
import { parseManifest, referrerEntry } from '../parse-manifest.ts';
import { isTag } from '../reference.ts';
import { answer, type Exchange, readBody } from './exchange.ts';
import { RegistryFault } from './fault.ts';

/** end-3: a manifest by tag or digest. */
export async function serveManifest(exchange: Exchange, repository: string, reference: string): Promise<void> {
  const { storage, request } = exchange;
  const digest = await resolve(exchange, repository, reference);
  const mediaType = digest && (await storage.getLink(repository, 'manifests', digest));
  const size = digest && (await storage.contentSize(digest));
  if (digest === undefined || mediaType === undefined || size === undefined) throw unknown(reference);
  const headers = { 'Content-Type': mediaType, 'Docker-Content-Digest': digest, ETag: etagOf(digest) };
  if (request.headers['if-none-match'] === etagOf(digest)) return answer(exchange, 304, headers);
  if (request.method === 'HEAD') return answer(exchange, 200, { ...headers, 'Content-Length': size });
  answer(exchange, 200, headers, await contentOf(exchange, digest, size));
}

/** end-7a and 7b: stores the exact bytes under their digest and under each tag named. */
export async function storeManifest(exchange: Exchange, repository: string, reference: string): Promise<void> {
  const { query, settings, request } = exchange;
  const bytes = await readBody(request, settings.manifestBytes);
  const digest = digestOf(bytes, isDigest(reference) ? algorithmOf(reference) : 'sha256');
  const manifest = readManifest(bytes, request.headers['content-type'], digest);
  if (reference.includes(':') && reference !== digest) {
    throw new RegistryFault(400, 'DIGEST_INVALID', `the manifest has digest ${digest}, not ${reference}`);
  }
  const tags = reference === digest ? query.getAll('tag') : [reference];
  if (!tags.every(isTag))
    throw new RegistryFault(400, 'MANIFEST_INVALID', 'a tag has at most 128 letters, digits, "_", "." and "-"');
  await checkParts(exchange, repository, manifest);
  await exchange.exclusively(repository, async () => {
    await checkCondition(exchange, repository, tags[0]);
    await store(exchange, repository, manifest, tags);
  });
  const subject = settings.referrersApi ? manifest.content.subject?.digest : undefined;
  answer(exchange, 201, {
    Location: `/v2/${repository}/manifests/${digest}`,
    'Docker-Content-Digest': digest,
    ETag: etagOf(digest),
    ...(subject === undefined ? {} : { 'OCI-Subject': subject }),
    ...(query.has('tag') ? { 'OCI-Tag': tags } : {}),
  });
}

/** end-9: a tag alone, or a manifest with the tags that name it. */
export async function deleteManifest(exchange: Exchange, repository: string, reference: string): Promise<void> {
  const { storage } = exchange;
  await exchange.exclusively(repository, async () => {
    if (isDigest(reference)) return deleteByDigest(exchange, repository, reference);
    // What is no tag was never stored as one, and could lead out of the folder of tags.
    if (!isTag(reference) || !(await storage.deleteLink(repository, 'tags', reference))) throw unknown(reference);
  });
  answer(exchange, 202);
}

/** Whether anything was ever stored in a repository. */
export async function repositoryExists(exchange: Exchange, repository: string): Promise<boolean> {
  const kinds = await Promise.all(
    (['manifests', 'blobs'] as const).map((kind) => exchange.storage.listLinks(repository, kind)),
  );
  return kinds.some((links) => links.length > 0);
}

async function deleteByDigest(exchange: Exchange, repository: string, digest: Digest): Promise<void> {
  const { storage } = exchange;
  const size = await storage.contentSize(digest);
  const mediaType = await storage.getLink(repository, 'manifests', digest);
  if (mediaType === undefined || size === undefined) throw unknown(digest);
  const { subject } = parseManifest(await contentOf(exchange, digest, size), mediaType, digest).content;
  if (subject !== undefined) await storage.deleteLink(repository, `referrers-${subject.digest}`, digest);
  for (const tag of await storage.listLinks(repository, 'tags')) {
    if ((await storage.getLink(repository, 'tags', tag)) === digest) await storage.deleteLink(repository, 'tags', tag);
  }
  await storage.deleteLink(repository, 'manifests', digest);
}

function readManifest(bytes: Uint8Array, contentType: string | undefined, digest: Digest): Manifest {
  try {
    return parseManifest(bytes, bareMediaType(contentType), digest);
  } catch (error) {
    if (error instanceof OciError) throw new RegistryFault(400, 'MANIFEST_INVALID', error.message);
    throw error;
  }
}

/** Everything that a manifest names must be here already, but for its subject and for layers kept elsewhere. */
async function checkParts(exchange: Exchange, repository: string, manifest: Manifest): Promise<void> {
  const kind = manifest.kind === 'index' ? 'manifests' : 'blobs';
  const parts =
    manifest.kind === 'index'
      ? manifest.content.manifests
      : [manifest.content.config, ...manifest.content.layers.filter((layer) => !isForeignLayer(layer))];
  for (const part of parts) {
    if ((await exchange.storage.getLink(repository, kind, part.digest)) === undefined) {
      throw new RegistryFault(400, 'MANIFEST_BLOB_UNKNOWN', `the repository does not hold ${part.digest}`);
    }
  }
}

/** Conditional requests (RFC 9110, section 13.1) on the tag: how clients avoid overwriting each other's lists. */
async function checkCondition(exchange: Exchange, repository: string, tag: string | undefined): Promise<void> {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = exchange.request.headers;
  if (tag === undefined || (ifMatch === undefined && ifNoneMatch === undefined)) return;
  const current = await exchange.storage.getLink(repository, 'tags', tag);
  const matches = (condition: string) =>
    condition === '*' ? current !== undefined : current !== undefined && condition === etagOf(current);
  if ((ifMatch !== undefined && !matches(ifMatch)) || (ifNoneMatch !== undefined && matches(ifNoneMatch))) {
    throw new RegistryFault(412, 'DENIED', 'the tag is not what the condition of the request says');
  }
}

async function store(
  exchange: Exchange,
  repository: string,
  manifest: Manifest,
  tags: readonly string[],
): Promise<void> {
  const { storage } = exchange;
  const { digest, mediaType } = manifest.descriptor;
  await storage.putContent(digest, manifest.bytes);
  await storage.setLink(repository, 'manifests', digest, mediaType);
  // Kept with the API switched off too: once it is on, earlier manifests must be listed ("Enabling the Referrers API").
  const { subject } = manifest.content;
  if (subject !== undefined) {
    const entry = JSON.stringify(referrerEntry(manifest));
    await storage.setLink(repository, `referrers-${subject.digest}`, digest, entry);
  }
  for (const tag of tags) await storage.setLink(repository, 'tags', tag, digest);
}

async function resolve(exchange: Exchange, repository: string, reference: string): Promise<Digest | undefined> {
  if (isDigest(reference)) return reference;
  if (!isTag(reference)) return undefined;
  const digest = await exchange.storage.getLink(repository, 'tags', reference);
  return digest !== undefined && isDigest(digest) ? digest : undefined;
}

async function contentOf(exchange: Exchange, digest: Digest, size: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of exchange.storage.readContent(digest, 0, size - 1)) parts.push(part);
  return Buffer.concat(parts);
}

function etagOf(digest: string): string {
  return `"${digest}"`;
}

function unknown(reference: string): RegistryFault {
  return new RegistryFault(404, 'MANIFEST_UNKNOWN', `the repository has no manifest ${reference}`);
}
