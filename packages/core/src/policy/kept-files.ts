// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** What was made from policy sources, kept for the next run under a key that says what it was made from. */
export interface KeptFiles {
  /** Undefined where nothing is kept, or nothing that may be believed. */
  read(key: unknown): Promise<Buffer | undefined>;
  /** Never fails: without it the next run makes the same again. */
  write(key: unknown, content: Buffer): Promise<void>;
}

export const nothingKept: KeptFiles = { read: async () => undefined, write: async () => {} };

/**
 * Files in a folder of this user, for one version of this package. They are believed as they are, so one that others may
 * write is left alone, and so is one that was cut short or that a disk has changed. The oldest make room for new ones.
 */
export function keptFolder(folder: string, version: string, maxBytes: number = 256 * 1024 * 1024): KeptFiles {
  const pathOf = (key: unknown) =>
    join(
      folder,
      createHash('sha256')
        .update(JSON.stringify([version, key]))
        .digest('hex'),
    );
  return {
    async read(key) {
      try {
        return checked(await readOwn(pathOf(key)));
      } catch {
        return undefined;
      }
    },
    async write(key, content) {
      const path = pathOf(key);
      const own = `${path}.${process.pid}.tmp`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(own, [checksum(content), content], { mode: 0o600 });
        await rename(own, path);
        await makeRoom(folder, maxBytes);
      } catch {
        // A folder that cannot be written costs time, and nothing else.
      }
    },
  };
}

function checksum(content: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(content));
  return sum;
}

function checked(file: Buffer | undefined): Buffer | undefined {
  const content = file?.subarray(4);
  return content && file?.readUInt32LE() === crc32(content) ? content : undefined;
}

/** The file, where it is this user's and nobody else may write it. */
async function readOwn(path: string): Promise<Buffer | undefined> {
  await using file = await open(path, 'r');
  const { uid, mode } = await file.stat();
  const mine = process.getuid === undefined || uid === process.getuid();
  return mine && (process.platform === 'win32' || (mode & 0o022) === 0) ? file.readFile() : undefined;
}

/** Removes the files that were written longest ago, as far as all of them together are too large. */
async function makeRoom(folder: string, maxBytes: number): Promise<void> {
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  const files = await Promise.all(paths.map(async (path) => ({ path, ...(await sizeAndAge(path)) })));
  let room = maxBytes;
  for (const { path, size } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    room -= size;
    if (room < 0) await rm(path, { force: true });
  }
}

async function sizeAndAge(path: string): Promise<{ readonly size: number; readonly mtimeMs: number }> {
  const { size, mtimeMs } = await stat(path);
  return { size, mtimeMs };
}
