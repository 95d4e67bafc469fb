// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '../descriptor.ts';
import { answer, digestFrom, type Exchange } from './exchange.ts';
import { RegistryFault } from './fault.ts';

/** end-2: a blob, whole or in a single range. */
export async function serveBlob(exchange: Exchange, repository: string, digestText: string): Promise<void> {
  const { request, response, storage } = exchange;
  const digest = digestFrom(digestText);
  const size = await blobSize(exchange, repository, digest);
  if (size === undefined) throw new RegistryFault(404, 'BLOB_UNKNOWN', `the repository has no blob ${digest}`);
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    'Accept-Ranges': 'bytes',
    ETag: `"${digest}"`,
  };
  if (request.headers['if-none-match'] === `"${digest}"`) return answer(exchange, 304, headers);
  const range = request.method === 'GET' ? rangeOf(request.headers.range, size) : undefined;
  if (range === 'unsatisfiable') {
    throw new RegistryFault(416, 'SIZE_INVALID', `the blob has ${size} bytes`, { 'Content-Range': `bytes */${size}` });
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const partial = range === undefined ? {} : { 'Content-Range': `bytes ${start}-${end}/${size}` };
  const status = range === undefined ? 200 : 206;
  if (request.method === 'HEAD') return answer(exchange, status, { ...headers, 'Content-Length': size });
  response.writeHead(status, { ...headers, ...partial, 'Content-Length': end - start + 1 });
  await pipeline(Readable.from(storage.readContent(digest, start, end), { objectMode: false }), response);
}

/** end-10. Other repositories keep the content, and so does the storage: deleting takes the blob out of this one. */
export async function deleteBlob(exchange: Exchange, repository: string, digestText: string): Promise<void> {
  const digest = digestFrom(digestText);
  const found = await exchange.storage.deleteLink(repository, 'blobs', digest);
  if (!found) throw new RegistryFault(404, 'BLOB_UNKNOWN', `the repository has no blob ${digest}`);
  answer(exchange, 202);
}

/** The size of a blob that the repository holds. */
export async function blobSize(exchange: Exchange, repository: string, digest: Digest): Promise<number | undefined> {
  const link = await exchange.storage.getLink(repository, 'blobs', digest);
  return link === undefined ? undefined : exchange.storage.contentSize(digest);
}

/** One range as RFC 9110, section 14.1.2 has it; several ranges, and what is no byte range, are answered in full. */
function rangeOf(header: string | undefined, size: number) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}
