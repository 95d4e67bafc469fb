// SPDX-License-Identifier: Apache-2.0
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Header, Pack } from 'tar-stream';
import { OciError } from '../error.ts';

/**
 * A directory's content as a tar that depends on names, content, links and executable bits only: entries are sorted
 * by the bytes of their names, all carry one time, belong to root, and have the mode 755 or 644.
 */
export async function tarOfDirectory(folder: string, created: Date): Promise<Readable> {
  // Loaded here: most runs append nothing.
  const { pack: createPack } = await import('tar-stream');
  const pack = createPack();
  const written = addEntries(pack, folder, '', wholeSeconds(created));
  written.then(
    () => pack.finalize(),
    (error: unknown) => pack.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return Readable.from(pack as AsyncIterable<Uint8Array>, { objectMode: false });
}

async function addEntries(pack: Pack, folder: string, prefix: string, mtime: Date): Promise<void> {
  const names = await readdir(join(folder, prefix));
  for (const name of names.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    await addEntry(pack, folder, path, mtime);
  }
}

async function addEntry(pack: Pack, folder: string, path: string, mtime: Date): Promise<void> {
  const found = await lstat(join(folder, path));
  const common = { mtime, uid: 0, gid: 0, uname: '', gname: '' };
  if (found.isDirectory()) {
    await addHeader(pack, { ...common, name: `${path}/`, type: 'directory', mode: 0o755 });
    await addEntries(pack, folder, path, mtime);
  } else if (found.isSymbolicLink()) {
    const linkname = await readlink(join(folder, path));
    await addHeader(pack, { ...common, name: path, type: 'symlink', mode: 0o777, linkname });
  } else if (found.isFile()) {
    const mode = (found.mode & 0o111) === 0 ? 0o644 : 0o755;
    const entry = pack.entry({ ...common, name: path, type: 'file', mode, size: found.size });
    await pipeline(createReadStream(join(folder, path)), entry);
  } else {
    throw new OciError(
      'bad-content',
      `Expected files, directories and links in ${folder}, found another kind at ${path}.`,
    );
  }
}

function addHeader(pack: Pack, header: Partial<Header> & Pick<Header, 'name'>): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry(header, (error) => (error ? reject(error) : resolve()));
  });
}

/** Tar keeps whole seconds. */
function wholeSeconds(date: Date): Date {
  return new Date(Math.trunc(date.getTime() / 1000) * 1000);
}
