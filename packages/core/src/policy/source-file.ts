// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { compareText } from './exact-json.ts';

/** One file of a source. */
export interface SourceFile {
  /** Relative to the source, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** A source as it was read: what it says now, and the name under which it will always say so. */
export interface FetchedSource {
  /** As the policy names it. */
  readonly url: string;
  /** The same with the commit or digest that was read. */
  readonly pinned: string;
  /** The commit or digest itself; absent where a source has none. */
  readonly revision?: string;
  /** SHA-256 over the paths and contents, hex. */
  readonly sha256: string;
  /** Rego and data files, in the order of their paths. */
  readonly files: readonly SourceFile[];
}

/** Frozen limits of a source; a larger one is refused, not cut. */
export const sourceLimits = Object.freeze({
  /** Files that matter (Rego, JSON, YAML) in one source. */
  files: 10_000,
  /** Bytes of those files together. */
  bytes: 64 * 1024 * 1024,
  /** Bytes that are downloaded or unpacked to get at them. */
  transfer: 256 * 1024 * 1024,
});

/** Only these are looked at; everything else in a source is left alone. */
export function isPolicyFile(path: string): boolean {
  return /\.(rego|json|ya?ml)$/i.test(path);
}

export function contentHash(files: readonly SourceFile[]): string {
  const hash = createHash('sha256');
  // Lengths keep the end of one text and the beginning of the next apart.
  for (const { path, text } of files) {
    hash.update(`${Buffer.byteLength(path)} ${Buffer.byteLength(text)}\n${path}`).update(text);
  }
  return hash.digest('hex');
}

/** What a source says and how its files are called, for keys of what is made from it. */
export function contentKey({ url, sha256 }: FetchedSource): readonly string[] {
  return [url, sha256];
}

export function inPathOrder(files: readonly SourceFile[]): SourceFile[] {
  return files.toSorted((a, b) => compareText(a.path, b.path));
}
