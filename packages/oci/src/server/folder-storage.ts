// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest } from '../descriptor.ts';
import { algorithmOf, hexOf } from '../digest.ts';
import type { LinkKind, RegistryStorage } from './storage.ts';

/**
 * Storage in a folder, for a registry that outlives its process:
 *
 *     contents/sha256/ab/abcd…           content, shared
 *     uploads/<id>                       uploads in progress
 *     repositories/<name>/_links/<kind>/<name of the link>
 *
 * Components of repository names begin with a letter or digit, so `_links` cannot be one. Files appear by renaming:
 * a reader sees all of a file or none.
 */
export function folderStorage(root: string): RegistryStorage {
  const contentPath = (digest: Digest) =>
    join(root, 'contents', algorithmOf(digest), hexOf(digest).slice(0, 2), hexOf(digest));
  const uploadPath = (id: string) => join(root, 'uploads', id);
  const linkFolder = (repository: string, kind: LinkKind) => join(root, 'repositories', repository, '_links', kind);
  // A colon is not allowed in file names everywhere; digests are the only names that hold one.
  const linkPath = (repository: string, kind: LinkKind, name: string) =>
    join(linkFolder(repository, kind), name.replace(':', '='));

  async function place(path: string, bytes: Uint8Array | string): Promise<void> {
    const temporary = uploadPath(`_${randomUUID()}`);
    await mkdir(dirname(temporary), { recursive: true });
    await writeFile(temporary, bytes);
    await mkdir(dirname(path), { recursive: true });
    await rename(temporary, path);
  }

  return {
    contentSize: async (digest) => (await orUndefined(stat(contentPath(digest))))?.size,
    readContent: (digest, start, end) => (end < start ? none() : createReadStream(contentPath(digest), { start, end })),
    putContent: (digest, bytes) => place(contentPath(digest), bytes),
    beginUpload: (id) => place(uploadPath(id), ''),
    appendUpload: (id, bytes) => appendFile(uploadPath(id), bytes),
    readUpload: (id) => createReadStream(uploadPath(id)),
    finishUpload: async (id, digest) => {
      await mkdir(dirname(contentPath(digest)), { recursive: true });
      await rename(uploadPath(id), contentPath(digest));
    },
    dropUpload: (id) => rm(uploadPath(id), { force: true }),
    getLink: (repository, kind, name) => orUndefined(readFile(linkPath(repository, kind, name), 'utf8')),
    setLink: (repository, kind, name, value) => place(linkPath(repository, kind, name), value),
    deleteLink: async (repository, kind, name) =>
      (await orUndefined(rm(linkPath(repository, kind, name)).then(() => true))) ?? false,
    listLinks: async (repository, kind) =>
      ((await orUndefined(readdir(linkFolder(repository, kind)))) ?? []).map((name) => name.replace('=', ':')),
    repositories: () => findRepositories(join(root, 'repositories'), ''),
  };
}

async function findRepositories(folder: string, prefix: string): Promise<string[]> {
  const entries = (await orUndefined(readdir(folder))) ?? [];
  const below = entries
    .filter((entry) => entry !== '_links')
    .map((entry) => findRepositories(join(folder, entry), prefix === '' ? entry : `${prefix}/${entry}`));
  return [...(entries.includes('_links') ? [prefix] : []), ...(await Promise.all(below)).flat()];
}

async function* none(): AsyncIterable<Uint8Array> {}

/** Absence is an answer; any other failure of the file system is an error. */
async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
