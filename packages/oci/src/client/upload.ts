// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { OciError } from '../error.ts';
import { discardBody } from '../http/read.ts';
import type { Body, WireResponse } from '../http/wire.ts';
import { type BlobContent, inChunks } from './chunks.ts';
import { locationOf, type RegistryTarget, write } from './target.ts';

type BlobId = Pick<Descriptor, 'digest' | 'size'>;

const OCTETS = { 'Content-Type': 'application/octet-stream' };

/**
 * Uploads a blob: in one piece first, because that is one request less and every registry takes it; where that fails
 * in a way that may pass, in chunks, because an upload in chunks goes on where the registry has lost it.
 */
export async function uploadBlob(target: RegistryTarget, blob: BlobId, content: BlobContent): Promise<void> {
  const { session } = target;
  for (let attempt = 1; ; attempt += 1) {
    const location = await beginUpload(target, blob.digest);
    try {
      if (attempt === 1) await uploadWhole(target, location, blob, content);
      else await uploadChunks(target, location, blob, content);
      return;
    } catch (error) {
      await cancelUpload(target, location);
      if (attempt >= session.limits.attempts || !mayRetry(error)) throw error;
      session.log.warn(`The upload of ${blob.digest} to ${target.name} failed; trying again in chunks`);
      await session.sleep(100 * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}

async function beginUpload(target: RegistryTarget, digest: Digest): Promise<URL> {
  const begun = target.begun.get(digest);
  target.begun.delete(digest);
  if (begun !== undefined) return begun;
  const algorithm = digest.startsWith('sha256:') ? '' : `?digest-algorithm=${digest.split(':', 1).join('')}`;
  const response = await write(target, {
    method: 'POST',
    target: `blobs/uploads/${algorithm}`,
    headers: { 'Content-Length': '0' },
    accept: [202],
  });
  await discardBody(response);
  return locationOf(response);
}

async function uploadWhole(target: RegistryTarget, location: URL, blob: BlobId, content: BlobContent): Promise<void> {
  const body: Body = content instanceof Uint8Array ? content : { size: blob.size, open: content };
  await finishUpload(target, location, blob.digest, body);
}

async function uploadChunks(target: RegistryTarget, start: URL, blob: BlobId, content: BlobContent): Promise<void> {
  let location = start;
  let offset = 0;
  const { chunkBytes } = target.session.limits;
  for await (const chunk of inChunks(content, chunkBytes)) {
    location = await uploadChunk(target, location, chunk, offset);
    offset += chunk.length;
  }
  await finishUpload(target, location, blob.digest, new Uint8Array());
}

/** Sends one chunk; where that fails, asks the registry how far it is and sends the rest of it. */
async function uploadChunk(target: RegistryTarget, start: URL, chunk: Uint8Array, offset: number): Promise<URL> {
  let location = start;
  let done = 0;
  for (let attempt = 1; done < chunk.length; attempt += 1) {
    const rest = chunk.subarray(done);
    const range = `${offset + done}-${offset + chunk.length - 1}`;
    try {
      const headers = { ...OCTETS, 'Content-Range': range };
      const response = await write(target, {
        method: 'PATCH',
        target: location,
        headers,
        body: rest,
        accept: [202],
        retry: false,
      });
      await discardBody(response);
      return locationOf(response);
    } catch (error) {
      if (attempt >= target.session.limits.attempts || !mayResume(error)) throw error;
      const progress = await uploadProgress(target, location);
      if (progress.size < offset || progress.size > offset + chunk.length) throw error;
      location = progress.location;
      done = progress.size - offset;
    }
  }
  return location;
}

async function uploadProgress(
  target: RegistryTarget,
  location: URL,
): Promise<{ readonly location: URL; readonly size: number }> {
  const response = await write(target, { method: 'GET', target: location, accept: [204, 202, 200] });
  await discardBody(response);
  const last = /^(?:bytes=)?0-(\d+)$/.exec(String(response.headers['range'] ?? ''))?.[1];
  // `0-0` stands for one byte and for none; sending the first byte again is refused where it was one.
  const size = last === undefined || last === '0' ? 0 : Number(last) + 1;
  return { location: response.headers.location === undefined ? location : locationOf(response), size };
}

async function finishUpload(target: RegistryTarget, location: URL, digest: Digest, body: Body): Promise<WireResponse> {
  const separator = location.search === '' ? '?' : '&';
  // The query of an upload location may be signed: it is added to, never written anew.
  const url = new URL(`${location.href}${separator}digest=${encodeURIComponent(digest)}`);
  const response = await write(target, {
    method: 'PUT',
    target: url,
    headers: OCTETS,
    body,
    accept: [201, 204],
    retry: false,
  });
  await discardBody(response);
  return response;
}

/** Lets the registry forget an upload that will not be finished; whether it does is no concern of ours. */
async function cancelUpload(target: RegistryTarget, location: URL): Promise<void> {
  try {
    const response = await write(target, { method: 'DELETE', target: location, accept: [204], retry: false });
    await discardBody(response);
  } catch (error) {
    target.session.log.debug(`an upload to ${target.name} could not be cancelled: ${String(error)}`);
  }
}

/** 404 and 416: the registry lost the upload or its place in it. 413: one piece is too large for it. */
function mayRetry(error: unknown): boolean {
  return error instanceof OciError && (error.retryable || [404, 413, 416].includes(error.status ?? 0));
}

function mayResume(error: unknown): boolean {
  return error instanceof OciError && (error.retryable || error.status === 416);
}
