// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../descriptor.ts';

/** What a repository holds besides content: which blobs, manifests, tags and referrers are its own. */
export type LinkKind = 'blobs' | 'manifests' | 'tags' | `referrers-${string}`;

/**
 * Where the registry keeps things: content by digest, uploads in progress, and small texts (links) per repository.
 * Content is shared by all repositories; a link is what makes it visible in one.
 */
export interface RegistryStorage {
  contentSize(digest: Digest): Promise<number | undefined>;
  /** Bytes `start` to `end`, both inclusive. */
  readContent(digest: Digest, start: number, end: number): AsyncIterable<Uint8Array>;
  putContent(digest: Digest, bytes: Uint8Array): Promise<void>;

  beginUpload(id: string): Promise<void>;
  appendUpload(id: string, bytes: Uint8Array): Promise<void>;
  readUpload(id: string): AsyncIterable<Uint8Array>;
  /** Makes an upload content; the caller has checked that it fits the digest. */
  finishUpload(id: string, digest: Digest): Promise<void>;
  dropUpload(id: string): Promise<void>;

  getLink(repository: string, kind: LinkKind, name: string): Promise<string | undefined>;
  setLink(repository: string, kind: LinkKind, name: string, value: string): Promise<void>;
  deleteLink(repository: string, kind: LinkKind, name: string): Promise<boolean>;
  listLinks(repository: string, kind: LinkKind): Promise<readonly string[]>;
  repositories(): Promise<readonly string[]>;
}
