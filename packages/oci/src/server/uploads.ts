// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../descriptor.ts';
import type { DigestAlgorithm } from '../digest.ts';
import { answer, digestFrom, type Exchange } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import type { UploadSession } from './upload-sessions.ts';

/** end-4a, 4b, 4c and 11: begins an upload, takes a whole blob in one request, or mounts one. */
export async function beginUpload(exchange: Exchange, repository: string): Promise<void> {
  const { query, uploads, request } = exchange;
  const mount = query.get('mount');
  if (mount !== null && (await mountBlob(exchange, repository, digestFrom(mount)))) return;
  const digestText = query.get('digest');
  const digest = digestText === null ? undefined : digestFrom(digestText);
  const upload = await uploads.begin(repository, algorithmFrom(exchange, digest));
  if (digest === undefined) return answerProgress(exchange, 202, upload);
  await uploads.append(upload.id, request);
  await finish(exchange, upload, digest);
}

/** end-5: one chunk, or one stream without a range. */
export async function appendUpload(exchange: Exchange, repository: string, id: string): Promise<void> {
  const upload = uploadOf(exchange, repository, id);
  await append(exchange, upload);
  answerProgress(exchange, 202, uploadOf(exchange, repository, id));
}

/** end-6: the last bytes, if any, and the digest of all. */
export async function finishUpload(exchange: Exchange, repository: string, id: string): Promise<void> {
  const upload = uploadOf(exchange, repository, id);
  const digestText = exchange.query.get('digest');
  if (digestText === null) throw new RegistryFault(400, 'DIGEST_INVALID', 'the digest parameter is missing');
  const digest = digestFrom(digestText);
  await append(exchange, upload);
  await finish(exchange, upload, digest);
}

/** end-13. */
export function describeUpload(exchange: Exchange, repository: string, id: string): void {
  answerProgress(exchange, 204, uploadOf(exchange, repository, id));
}

/** end-14. */
export async function cancelUpload(exchange: Exchange, repository: string, id: string): Promise<void> {
  await exchange.uploads.drop(uploadOf(exchange, repository, id).id);
  answer(exchange, 204);
}

async function mountBlob(exchange: Exchange, repository: string, digest: Digest): Promise<boolean> {
  const { query, storage, response } = exchange;
  const from = query.get('from');
  const sources = from === null ? await storage.repositories() : [from];
  const held = await Promise.all(sources.map((source) => storage.getLink(source, 'blobs', digest)));
  if (held.every((link) => link === undefined) || (await storage.contentSize(digest)) === undefined) return false;
  await storage.setLink(repository, 'blobs', digest, '');
  response.setHeader('Docker-Content-Digest', digest);
  answer(exchange, 201, { Location: `/v2/${repository}/blobs/${digest}` });
  return true;
}

async function append(exchange: Exchange, upload: UploadSession): Promise<void> {
  const { request, uploads } = exchange;
  const range = request.headers['content-range'];
  if (range !== undefined) checkRange(upload, range, request.headers['content-length']);
  const appended = await uploads.append(upload.id, request);
  if (appended === undefined) {
    throw new RegistryFault(400, 'BLOB_UPLOAD_INVALID', 'another request is writing to this upload');
  }
}

function checkRange(upload: UploadSession, header: string, length: string | undefined): void {
  const match = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/(?:\d+|\*))?$/.exec(header);
  const [, start, end] = match ?? [];
  if (match === null || Number(end) < Number(start)) {
    throw new RegistryFault(400, 'BLOB_UPLOAD_INVALID', 'Content-Range is first-last, both inclusive');
  }
  if (Number(start) !== upload.size) {
    const progress = { Location: locationOf(upload), Range: rangeOf(upload), 'Docker-Upload-UUID': upload.id };
    throw new RegistryFault(416, 'BLOB_UPLOAD_INVALID', `the next byte to upload is ${upload.size}`, progress);
  }
  if (length !== undefined && Number(length) !== Number(end) - Number(start) + 1) {
    throw new RegistryFault(400, 'SIZE_INVALID', 'Content-Length and Content-Range differ');
  }
}

async function finish(exchange: Exchange, upload: UploadSession, expected: Digest): Promise<void> {
  const { uploads, storage } = exchange;
  const found = await uploads.digest(upload.id, expected);
  if (found !== expected) {
    await uploads.drop(upload.id);
    throw new RegistryFault(400, 'DIGEST_INVALID', `the content has digest ${found}, not ${expected}`);
  }
  await uploads.finish(upload.id, expected);
  await storage.setLink(upload.repository, 'blobs', expected, '');
  const location = `/v2/${upload.repository}/blobs/${expected}`;
  answer(exchange, 201, { Location: location, 'Docker-Content-Digest': expected });
}

function algorithmFrom(exchange: Exchange, digest: Digest | undefined): DigestAlgorithm {
  const algorithm = exchange.query.get('digest-algorithm') ?? digest?.split(':', 1).join('') ?? 'sha256';
  if (algorithm === 'sha256' || algorithm === 'sha512') return algorithm;
  throw new RegistryFault(400, 'DIGEST_INVALID', 'the digest algorithm is sha256 or sha512');
}

function uploadOf(exchange: Exchange, repository: string, id: string): UploadSession {
  const upload = exchange.uploads.find(repository, id);
  if (upload === undefined) throw new RegistryFault(404, 'BLOB_UPLOAD_UNKNOWN', 'there is no such upload');
  return upload;
}

function answerProgress(exchange: Exchange, status: 202 | 204, upload: UploadSession): void {
  answer(exchange, status, {
    Location: locationOf(upload),
    Range: rangeOf(upload),
    'Docker-Upload-UUID': upload.id,
  });
}

function locationOf(upload: UploadSession): string {
  return `/v2/${upload.repository}/blobs/uploads/${upload.id}`;
}

/** The header cannot say "nothing yet"; `0-0` is what clients read so. */
function rangeOf(upload: UploadSession): string {
  return `0-${Math.max(0, upload.size - 1)}`;
}
