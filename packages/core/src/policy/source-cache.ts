// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash, type SourceFile } from './source-file.ts';

/** Sources by what never changes: a commit and folder, or a digest. */
export interface SourceCache {
  get(key: string): Promise<readonly SourceFile[] | undefined>;
  put(key: string, files: readonly SourceFile[]): Promise<void>;
}

/** A cache in a folder of this user. What was changed on disk is not used; what cannot be written is fetched again. */
export function folderCache(folder: string): SourceCache {
  const pathOf = (key: string) => join(folder, `${createHash('sha256').update(key).digest('hex')}.json`);
  return {
    async get(key) {
      try {
        const entry: unknown = JSON.parse(await readFile(pathOf(key), 'utf8'));
        return isEntry(entry) && entry.key === key && contentHash(entry.files) === entry.sha256
          ? entry.files
          : undefined;
      } catch {
        return undefined;
      }
    },
    async put(key, files) {
      const path = pathOf(key);
      const own = `${path}.${process.pid}.tmp`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(own, JSON.stringify({ key, sha256: contentHash(files), files }), { mode: 0o600 });
        await rename(own, path);
      } catch {
        // Without a cache the next run fetches again; this one has what it needs.
      }
    },
  };
}

export const noCache: SourceCache = { get: async () => undefined, put: async () => {} };

interface Entry {
  readonly key: string;
  readonly sha256: string;
  readonly files: SourceFile[];
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null || !('files' in value) || !Array.isArray(value.files)) return false;
  if (!('key' in value) || !('sha256' in value) || typeof value.sha256 !== 'string') return false;
  return value.files.every((file) => typeof file?.path === 'string' && typeof file?.text === 'string');
}
