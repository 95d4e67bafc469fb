// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import type { Digest } from '../descriptor.ts';
import { OciError } from '../error.ts';
import { checkTar } from './check-tar.ts';
import { tarOfDirectory } from './tar-of-directory.ts';

/** What a layer is made of: a directory, or a tar (plain or gzip) as a file or a stream. */
export type LayerContent = string | AsyncIterable<Uint8Array>;

export type LayerCompression = 'gzip' | 'none';

/** A layer in a file: its digest as stored, and the digest of its tar, which the config lists as diff id. */
export interface Layer {
  readonly file: string;
  readonly digest: Digest;
  readonly size: number;
  readonly diffId: Digest;
}

/** Writes a layer to a file. The same content gives the same bytes: names sorted, times set, owners and umask left out. */
export async function writeLayer(
  content: LayerContent,
  file: string,
  options: { readonly compression: LayerCompression; readonly created: Date; readonly signal?: AbortSignal },
): Promise<Layer> {
  const { compression, created, signal } = options;
  const tar = await tarOf(content, created);
  const diffId = createHash('sha256');
  const digest = createHash('sha256');
  let size = 0;
  const stages: Transform[] = [
    ...tar.stages,
    observe((bytes) => diffId.update(bytes)),
    ...(compression === 'gzip' ? [createGzip({ level: constants.Z_BEST_COMPRESSION }), neutralGzipHeader()] : []),
    observe((bytes) => {
      digest.update(bytes);
      size += bytes.length;
    }),
  ];
  try {
    await pipeline([tar.source, ...stages, createWriteStream(file)], signal === undefined ? {} : { signal });
  } catch (error) {
    throw notGzip(error);
  }
  return { file, digest: `sha256:${digest.digest('hex')}`, size, diffId: `sha256:${diffId.digest('hex')}` };
}

/** Streams that give a plain tar, the first one readable. */
interface TarSource {
  readonly source: Readable;
  readonly stages: readonly Transform[];
}

async function tarOf(content: LayerContent, created: Date): Promise<TarSource> {
  if (typeof content !== 'string') return plainTar(Readable.from(content, { objectMode: false }));
  const found = await stat(content).catch((cause: unknown) => {
    throw new OciError('bad-content', `Expected a directory or a tar file at ${content}, but it cannot be read.`, {
      cause,
    });
  });
  // Our own tar needs no check.
  if (found.isDirectory()) return { source: await tarOfDirectory(content, created), stages: [] };
  return plainTar(createReadStream(content));
}

/** Another's tar must be one; it may come compressed, which its first two bytes show. */
async function plainTar(content: Readable): Promise<TarSource> {
  const parts = content[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done === true)
    throw new OciError('bad-content', 'Expected a tar as the content of a layer, found nothing.');
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield first.value;
    for (let part = await parts.next(); part.done !== true; part = await parts.next()) yield part.value;
  }
  return {
    source: Readable.from(whole(), { objectMode: false }),
    stages: [...(isGzip ? [createGunzip()] : []), checkTar()],
  };
}

function notGzip(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!code.startsWith('Z_')) return error;
  return new OciError('bad-content', 'Expected a whole gzip stream as the content of a layer, found a damaged one.', {
    cause: error,
  });
}

function observe(see: (bytes: Uint8Array) => void): Transform {
  return new Transform({
    transform(bytes: Uint8Array, _encoding, done) {
      see(bytes);
      done(null, bytes);
    },
  });
}

/** The gzip header names the operating system that wrote it (RFC 1952, section 2.3.1); 255 is "unknown". */
function neutralGzipHeader(): Transform {
  let at = 0;
  return new Transform({
    transform(bytes: Uint8Array, _encoding, done) {
      const osByte = 9 - at;
      at += bytes.length;
      if (osByte < 0 || osByte >= bytes.length) return done(null, bytes);
      const changed = Uint8Array.from(bytes);
      changed[osByte] = 255;
      done(null, changed);
    },
  });
}
