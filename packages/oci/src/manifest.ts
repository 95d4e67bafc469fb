// SPDX-License-Identifier: Apache-2.0
import type { Descriptor } from './descriptor.ts';

/** An image manifest (OCI image specification, manifest.md); Docker's schema 2 has the same members. */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image index (OCI image specification, image-index.md); Docker's manifest list has the same members. */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest as it was pulled: the exact bytes, what they hash to, and what they say. */
export type Manifest =
  | {
      readonly kind: 'image';
      readonly descriptor: Descriptor;
      readonly bytes: Uint8Array;
      readonly content: ImageManifest;
    }
  | {
      readonly kind: 'index';
      readonly descriptor: Descriptor;
      readonly bytes: Uint8Array;
      readonly content: ImageIndex;
    };
