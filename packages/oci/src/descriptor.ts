// SPDX-License-Identifier: Apache-2.0

/** A content digest, `algorithm:hex` (OCI image specification, descriptor.md, "Digests"). */
export type Digest = `sha256:${string}` | `sha512:${string}`;

/** What points at content: its type, size in bytes and digest (OCI image specification, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  readonly urls?: readonly string[];
  readonly data?: string;
}

export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly variant?: string;
}
