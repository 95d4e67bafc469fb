// SPDX-License-Identifier: Apache-2.0
import { createHash, type Hash, randomUUID } from 'node:crypto';
import type { Digest } from '../descriptor.ts';
import { algorithmOf, createDigester, type DigestAlgorithm } from '../digest.ts';
import type { RegistryStorage } from './storage.ts';

/** One upload in progress: how far it is, and the hash so far. */
export interface UploadSession {
  readonly id: string;
  readonly repository: string;
  readonly algorithm: DigestAlgorithm;
  readonly size: number;
}

interface OpenUpload {
  readonly id: string;
  readonly repository: string;
  readonly algorithm: DigestAlgorithm;
  readonly running: Hash;
  size: number;
  busy: boolean;
}

/** The uploads of one registry process; they do not outlive it. */
export interface UploadSessions {
  begin(repository: string, algorithm: DigestAlgorithm): Promise<UploadSession>;
  find(repository: string, id: string): UploadSession | undefined;
  /** Appends what the stream brings; undefined when another request is writing to the same upload. */
  append(id: string, content: AsyncIterable<Uint8Array>): Promise<UploadSession | undefined>;
  /** The digest of everything so far, in the algorithm of the digest that is expected. */
  digest(id: string, expected: Digest): Promise<Digest>;
  finish(id: string, digest: Digest): Promise<void>;
  drop(id: string): Promise<void>;
}

export function createUploadSessions(storage: RegistryStorage): UploadSessions {
  const open = new Map<string, OpenUpload>();

  function existing(id: string): OpenUpload {
    const upload = open.get(id);
    if (upload === undefined) throw new TypeError(`Expected an upload that was begun, found ${id}.`);
    return upload;
  }

  return {
    async begin(repository, algorithm) {
      const id = randomUUID();
      await storage.beginUpload(id);
      const upload = { id, repository, algorithm, running: createHash(algorithm), size: 0, busy: false };
      open.set(id, upload);
      return upload;
    },
    find(repository, id) {
      const upload = open.get(id);
      return upload?.repository === repository ? upload : undefined;
    },
    async append(id, content) {
      const upload = existing(id);
      if (upload.busy) return undefined;
      upload.busy = true;
      try {
        for await (const bytes of content) {
          await storage.appendUpload(id, bytes);
          upload.running.update(bytes);
          upload.size += bytes.length;
        }
      } finally {
        upload.busy = false;
      }
      return upload;
    },
    async digest(id, expected) {
      const upload = existing(id);
      const algorithm = algorithmOf(expected);
      if (upload.algorithm === algorithm) return `${algorithm}:${upload.running.copy().digest('hex')}`;
      const digester = createDigester(algorithm);
      for await (const bytes of storage.readUpload(id)) digester.update(bytes);
      return digester.digest();
    },
    async finish(id, digest) {
      await storage.finishUpload(id, digest);
      open.delete(id);
    },
    async drop(id) {
      open.delete(id);
      await storage.dropUpload(id);
    },
  };
}
