// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { algorithmOf, createDigester, digestOf, isDigest } from '../digest.ts';
import { OciError } from '../error.ts';
import { redactUrl } from '../http/address.ts';
import { isBroken, unreachable } from '../http/failure.ts';
import { discardBody, readBody } from '../http/read.ts';
import type { WireResponse } from '../http/wire.ts';
import type { Manifest } from '../manifest.ts';
import { bareMediaType, MANIFEST_ACCEPT, manifestKind } from '../media-types.ts';
import { parseManifest } from '../parse-manifest.ts';
import { isTag } from '../reference.ts';
import { type RegistryTarget, read } from './target.ts';

type BlobId = Pick<Descriptor, 'digest' | 'size'>;

/** HEAD first: it tells the digest without the content. Registries that cannot are asked for the content. */
export async function resolve(target: RegistryTarget, reference: string): Promise<Descriptor> {
  checkReference(reference);
  const headers = { Accept: MANIFEST_ACCEPT };
  const path = `manifests/${reference}`;
  const accept = [200, 404, 405, 501];
  const response = await read(target, { method: 'HEAD', target: path, headers, accept });
  await discardBody(response);
  if (response.status === 404) throw missing(target, `manifest ${reference}`);
  const digest = isDigest(reference) ? reference : String(response.headers['docker-content-digest'] ?? '');
  const size = Number(response.headers['content-length'] ?? Number.NaN);
  const mediaType = bareMediaType(response.headers['content-type']);
  if (
    response.status !== 200 ||
    !isDigest(digest) ||
    !Number.isSafeInteger(size) ||
    manifestKind(mediaType) === undefined
  ) {
    return (await getManifest(target, reference)).descriptor;
  }
  return { mediaType, digest, size };
}

export async function getManifest(target: RegistryTarget, reference: string): Promise<Manifest> {
  checkReference(reference);
  const known = isDigest(reference) ? target.manifests.get(reference) : undefined;
  if (known !== undefined) return known;
  const { manifest } = await fetchManifest(target, reference);
  if (isDigest(reference)) remember(target, reference, manifest);
  return manifest;
}

/** Graphs are read in several passes; what was read is kept, up to a number of bytes. */
function remember(target: RegistryTarget, digest: Digest, manifest: Manifest): void {
  const held = [...target.manifests.values()].reduce((sum, { bytes }) => sum + bytes.length, manifest.bytes.length);
  if (held > target.session.limits.blobBytes) target.manifests.clear();
  target.manifests.set(digest, manifest);
}

/** A manifest as the registry has it now, with the validator for a conditional request. */
export async function fetchManifest(
  target: RegistryTarget,
  reference: string,
): Promise<{ readonly manifest: Manifest; readonly etag: string | undefined }> {
  const { limits } = target.session;
  const headers = { Accept: MANIFEST_ACCEPT };
  const response = await read(target, { method: 'GET', target: `manifests/${reference}`, headers, accept: [200, 404] });
  if (response.status === 404) {
    await discardBody(response);
    throw missing(target, `manifest ${reference}`);
  }
  const bytes = await readBody(response, { bytes: limits.manifestBytes, ms: limits.readMs });
  const digest = verifiedDigest(target, reference, bytes, response);
  const manifest = parseManifest(bytes, bareMediaType(response.headers['content-type']), digest);
  return { manifest, etag: response.headers.etag };
}

/** The digest of a manifest's bytes, which must be the one that was asked for and the one that the registry claims. */
function verifiedDigest(target: RegistryTarget, reference: string, bytes: Uint8Array, response: WireResponse): Digest {
  const claimed = String(response.headers['docker-content-digest'] ?? '');
  const expected = isDigest(reference) ? reference : isDigest(claimed) ? claimed : undefined;
  const digest = digestOf(bytes, expected === undefined ? 'sha256' : algorithmOf(expected));
  if (expected !== undefined && digest !== expected) {
    throw mismatch(target, `manifest ${reference}`, expected, digest);
  }
  return digest;
}

export async function getBlob(target: RegistryTarget, blob: BlobId, limit: number): Promise<Uint8Array> {
  if (blob.size > limit) {
    throw new OciError(
      'too-large',
      `Expected blob ${blob.digest} of ${target.name} to have at most ${limit} bytes, found ${blob.size}.`,
    );
  }
  const parts: Uint8Array[] = [];
  for await (const part of await openBlob(target, blob)) parts.push(part);
  return Buffer.concat(parts);
}

export async function openBlob(target: RegistryTarget, blob: BlobId): Promise<AsyncIterable<Uint8Array>> {
  const first = await requestBlob(target, blob, 0);
  target.held.add(blob.digest);
  return verified(target, blob, resumed(target, blob, first));
}

export async function hasBlob(target: RegistryTarget, digest: Digest): Promise<boolean> {
  if (target.held.has(digest)) return true;
  const response = await read(target, { method: 'HEAD', target: `blobs/${digest}`, accept: [200, 404] });
  await discardBody(response);
  if (response.status === 200) target.held.add(digest);
  return response.status === 200;
}

export async function blobSize(target: RegistryTarget, digest: Digest): Promise<number> {
  const response = await read(target, { method: 'HEAD', target: `blobs/${digest}`, accept: [200, 404] });
  await discardBody(response);
  if (response.status === 404) throw missing(target, `blob ${digest}`);
  const size = Number(response.headers['content-length'] ?? Number.NaN);
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new OciError(
    'registry-error',
    `Expected the size of blob ${digest} of ${target.name}, but the registry does not say it.`,
  );
}

async function requestBlob(target: RegistryTarget, blob: BlobId, from: number): Promise<WireResponse> {
  const range = from === 0 ? {} : { Range: `bytes=${from}-` };
  const accept = from === 0 ? [200, 404] : [206, 404];
  const response = await read(target, { method: 'GET', target: `blobs/${blob.digest}`, headers: range, accept });
  if (response.status === 404) {
    await discardBody(response);
    throw missing(target, `blob ${blob.digest}`);
  }
  const declared = response.headers['content-length'];
  if (declared !== undefined && Number(declared) !== blob.size - from) {
    response.body.destroy();
    throw wrongSize(target, blob, `${Number(declared) + from}`);
  }
  const { 'content-range': contentRange = '' } = response.headers;
  if (from > 0 && !contentRange.startsWith(`bytes ${from}-`)) {
    response.body.destroy();
    throw new OciError(
      'registry-error',
      `Expected ${redactUrl(response.url)} to go on at byte ${from}, found another range.`,
    );
  }
  return response;
}

/** The bytes of a blob; where the connection breaks, the rest is asked for on a new one. */
async function* resumed(target: RegistryTarget, blob: BlobId, first: WireResponse): AsyncGenerator<Uint8Array> {
  let response = first;
  let received = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      for await (const part of response.body as AsyncIterable<Uint8Array>) {
        received += part.length;
        yield part;
      }
      return;
    } catch (error) {
      if (!isBroken(error) || attempt >= target.session.limits.attempts || received >= blob.size) {
        throw unreachable(response.url, error, attempt);
      }
      target.session.log.warn(
        `${redactUrl(response.url)} broke off after ${received} of ${blob.size} bytes; asking for the rest`,
      );
    }
    response = await requestBlob(target, blob, received);
  }
}

/** Passes bytes on and ends in an error where size or digest do not fit; never passes more than the size. */
async function* verified(
  target: RegistryTarget,
  blob: BlobId,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const digester = createDigester(algorithmOf(blob.digest));
  let size = 0;
  for await (const part of content) {
    size += part.length;
    if (size > blob.size) throw wrongSize(target, blob, 'more');
    digester.update(part);
    yield part;
  }
  if (size !== blob.size) throw wrongSize(target, blob, String(size));
  const digest = digester.digest();
  if (digest !== blob.digest) throw mismatch(target, 'a blob', blob.digest, digest);
}

function checkReference(reference: string): void {
  if (isDigest(reference) || isTag(reference)) return;
  throw new OciError('bad-reference', `Expected a tag or digest, found ${JSON.stringify(reference.slice(0, 200))}.`);
}

function missing(target: RegistryTarget, what: string): OciError {
  return new OciError(
    'not-found',
    `Expected ${what} in ${target.name}, but the registry has none; check the name, and that you may see it.`,
    { status: 404 },
  );
}

function mismatch(target: RegistryTarget, what: string, expected: Digest, found: Digest): OciError {
  return new OciError(
    'digest-mismatch',
    `Expected ${what} of ${target.name} to have digest ${expected}, but its content has ${found}; do not trust this registry's copy.`,
  );
}

function wrongSize(target: RegistryTarget, blob: BlobId, found: string): OciError {
  return new OciError(
    'size-mismatch',
    `Expected blob ${blob.digest} of ${target.name} to have ${blob.size} bytes, found ${found}; the copy is damaged or not what its manifest says.`,
  );
}
