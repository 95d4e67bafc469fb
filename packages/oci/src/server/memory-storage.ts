// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../descriptor.ts';
import type { RegistryStorage } from './storage.ts';

/** Storage that lasts as long as the process. */
export function memoryStorage(): RegistryStorage {
  const contents = new Map<Digest, Uint8Array>();
  const uploads = new Map<string, Uint8Array[]>();
  const links = new Map<string, Map<string, string>>();

  const linksOf = (repository: string, kind: string) => links.get(`${repository}\0${kind}`);

  return {
    contentSize: async (digest) => contents.get(digest)?.length,
    async *readContent(digest, start, end) {
      const content = contents.get(digest);
      if (content !== undefined) yield content.subarray(start, end + 1);
    },
    putContent: async (digest, bytes) => {
      contents.set(digest, bytes);
    },
    beginUpload: async (id) => {
      uploads.set(id, []);
    },
    appendUpload: async (id, bytes) => {
      uploads.get(id)?.push(bytes);
    },
    async *readUpload(id) {
      yield* uploads.get(id) ?? [];
    },
    finishUpload: async (id, digest) => {
      contents.set(digest, Buffer.concat(uploads.get(id) ?? []));
      uploads.delete(id);
    },
    dropUpload: async (id) => {
      uploads.delete(id);
    },
    getLink: async (repository, kind, name) => linksOf(repository, kind)?.get(name),
    setLink: async (repository, kind, name, value) => {
      const key = `${repository}\0${kind}`;
      const entries = links.get(key) ?? new Map<string, string>();
      links.set(key, entries.set(name, value));
    },
    deleteLink: async (repository, kind, name) => linksOf(repository, kind)?.delete(name) ?? false,
    listLinks: async (repository, kind) => [...(linksOf(repository, kind)?.keys() ?? [])],
    repositories: async () => [...new Set([...links.keys()].map((key) => key.slice(0, key.indexOf('\0'))))],
  };
}
