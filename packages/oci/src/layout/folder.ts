// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BlobContent } from '../client/chunks.ts';
import type { Descriptor, Digest } from '../descriptor.ts';
import { algorithmOf, createDigester, hexOf } from '../digest.ts';
import { OciError } from '../error.ts';
import type { Limits } from '../limits.ts';

export type BlobId = Pick<Descriptor, 'digest' | 'size'>;

/** What the functions of a layout work on. */
export interface LayoutFolder {
  readonly path: string;
  readonly limits: Limits;
  readonly exclusively: <T>(key: string, work: () => Promise<T>) => Promise<T>;
}

export async function getBlob(folder: LayoutFolder, blob: BlobId, limit: number): Promise<Uint8Array> {
  if (blob.size > limit) {
    throw new OciError(
      'too-large',
      `Expected ${blob.digest} in ${folder.path} to have at most ${limit} bytes, found ${blob.size}.`,
    );
  }
  const parts: Uint8Array[] = [];
  for await (const part of await openBlob(folder, blob)) parts.push(part);
  return Buffer.concat(parts);
}

export async function openBlob(folder: LayoutFolder, blob: BlobId): Promise<AsyncIterable<Uint8Array>> {
  const size = await blobSize(folder, blob.digest);
  if (size === undefined) throw missing(folder, `blob ${blob.digest}`);
  if (size !== blob.size) {
    throw new OciError(
      'size-mismatch',
      `Expected ${blob.digest} in ${folder.path} to have ${blob.size} bytes, found ${size}.`,
    );
  }
  return verified(folder, blob, createReadStream(blobPath(folder, blob.digest)));
}

async function* verified(
  folder: LayoutFolder,
  blob: BlobId,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const digester = createDigester(algorithmOf(blob.digest));
  let size = 0;
  for await (const part of content) {
    size += part.length;
    if (size > blob.size) break;
    digester.update(part);
    yield part;
  }
  const found = digester.digest();
  if (size !== blob.size || found !== blob.digest) {
    throw new OciError(
      'digest-mismatch',
      `Expected content of digest ${blob.digest} in ${folder.path}, found ${found}; the file is damaged.`,
    );
  }
}

export async function putBlob(folder: LayoutFolder, blob: BlobId, content: BlobContent): Promise<void> {
  await folder.exclusively(blob.digest, async () => {
    if ((await blobSize(folder, blob.digest)) === blob.size) return;
    const path = blobPath(folder, blob.digest);
    const temporary = `${path}.${randomUUID()}.tmp`;
    await mkdir(join(path, '..'), { recursive: true });
    try {
      const source = content instanceof Uint8Array ? [content] : await content();
      const checked = verified(folder, blob, asyncOf(source));
      await pipeline(Readable.from(checked, { objectMode: false }), createWriteStream(temporary));
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

async function* asyncOf(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* source;
}

export async function blobSize(folder: LayoutFolder, digest: Digest): Promise<number | undefined> {
  try {
    return (await stat(blobPath(folder, digest))).size;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new OciError('bad-layout', `Expected to read ${digest} in ${folder.path}, but it cannot be read.`, { cause });
  }
}

export function blobPath(folder: LayoutFolder, digest: Digest): string {
  return join(folder.path, 'blobs', algorithmOf(digest), hexOf(digest));
}

export function missing(folder: LayoutFolder, what: string): OciError {
  return new OciError(
    'not-found',
    `Expected ${what} in the layout ${folder.path}, but it has none; list what it holds.`,
  );
}
