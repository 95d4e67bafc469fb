// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from './descriptor.ts';
import type { Manifest } from './manifest.ts';

/**
 * One repository's content: behind a registry (`openRepository`) or in an OCI layout on disk (`openLayout`).
 * Every read is bounded, then hashed, then parsed; content that does not fit its digest or size is an `OciError`.
 */
export interface Repository {
  /** `registry/repository`, or the path of the layout: for messages and for references in reports. */
  readonly name: string;
  /** The descriptor that a tag or digest names now; an `OciError` of code `not-found` where there is none. */
  resolve(tagOrDigest: string): Promise<Descriptor>;
  /** A manifest by tag or digest, verified against the digest. */
  getManifest(tagOrDigest: string): Promise<Manifest>;
  /** A whole blob in memory; for configs, bundles and payloads. `limit` bytes bound it (default: the session's). */
  getBlob(descriptor: Pick<Descriptor, 'digest' | 'size'>, limit?: number): Promise<Uint8Array>;
  /** A blob as a stream that ends in an error when size or digest does not fit; for layers. */
  openBlob(descriptor: Pick<Descriptor, 'digest' | 'size'>): Promise<AsyncIterable<Uint8Array>>;
  hasBlob(digest: Digest): Promise<boolean>;
  /** The size in bytes of a blob that is known by its digest alone; an `OciError` of code `not-found` where there is none. */
  blobSize(digest: Digest): Promise<number>;
  /** Uploads bytes (or a stream of known size and digest) unless the blob is there already. */
  putBlob(
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    content: Uint8Array | (() => Promise<AsyncIterable<Uint8Array>>),
  ): Promise<void>;
  /** Mounts a blob of another repository in the same registry; false where the registry did not. */
  mountBlob(digest: Digest, from: Repository): Promise<boolean>;
  /**
   * Stores a manifest's exact bytes under its digest, or under a tag. A manifest with a `subject` also becomes
   * listed by `referrers`, through the referrers tag schema where the registry has no API for it.
   */
  putManifest(bytes: Uint8Array, mediaType: string, tag?: string): Promise<Descriptor>;
  /**
   * The referrers of a digest (distribution specification, "Listing Referrers"), API or tag schema, all pages.
   * Registries misreport `artifactType` in this list: for a decision read the manifest.
   */
  referrers(digest: Digest, artifactType?: string): Promise<readonly Descriptor[]>;
  tags(): Promise<readonly string[]>;
}
