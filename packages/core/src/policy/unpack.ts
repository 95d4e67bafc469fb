// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Extract } from 'tar-stream';
import { SluiceError } from '../error.ts';
import { isPolicyFile, type SourceFile, sourceLimits } from './source-file.ts';
import { SourceTree } from './source-tree.ts';

/** The policy files of a tar archive, gzipped or not; nothing is written to disk, and what unpacks without end is refused. */
export async function unpack(archive: Uint8Array, source: string): Promise<SourceFile[]> {
  const { extract } = await import('tar-stream');
  const tree = new SourceTree(source);
  const unpacked = extract();
  const reading = readEntries(unpacked, tree);
  const bytes = Readable.from([archive]);
  const counted = counter(source);
  const zipped = archive[0] === 0x1f && archive[1] === 0x8b;
  const written = zipped ? pipeline(bytes, createGunzip(), counted, unpacked) : pipeline(bytes, counted, unpacked);
  const [entries, write] = await Promise.allSettled([reading, written]);
  const reasons: unknown[] = [write, entries].flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  // When one side refuses, the other only says that it was cut off.
  if (reasons.length > 0)
    throw asRefusal(reasons.find((reason) => reason instanceof SluiceError) ?? reasons[0], source);
  return tree.files();
}

/** True for a name that is unpacked rather than read. */
export function isArchive(name: string): boolean {
  return /\.(tar|tar\.gz|tgz)$/i.test(name);
}

async function readEntries(entries: Extract, tree: SourceTree): Promise<void> {
  for await (const entry of entries) {
    const { name, type, size, linkname } = entry.header;
    const wanted = (type === 'file' || type === 'contiguous-file') && isPolicyFile(name);
    if (type !== 'directory') {
      const path = tree.checkedPath(name);
      if (type === 'symlink') tree.addLink(path, linkname ?? '');
      // A hard link's target is named from the root of the archive.
      if (type === 'link') tree.addLink(path, `${'../'.repeat(path.split('/').length - 1)}${linkname ?? ''}`);
      if (wanted) tree.expect(size ?? 0);
      if (wanted) tree.addFile(path, await content(entry));
    }
    entry.resume();
  }
}

async function content(entry: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function counter(source: string): (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer> {
  return async function* (chunks) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > sourceLimits.transfer) {
        throw new SluiceError(
          'configuration',
          `Expected the policy source ${source} to unpack to at most ${sourceLimits.transfer} bytes, but found more.`,
        );
      }
      yield chunk;
    }
  };
}

function asRefusal(cause: unknown, source: string): SluiceError {
  if (cause instanceof SluiceError) return cause;
  const found = cause instanceof Error ? cause.message : 'something else';
  return new SluiceError(
    'configuration',
    `Expected the policy source ${source} to be a tar archive, but found: ${found}.`,
    { cause },
  );
}
