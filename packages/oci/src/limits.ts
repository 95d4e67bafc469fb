// SPDX-License-Identifier: Apache-2.0

/** How much a registry may make us read, wait and try. Bytes, milliseconds and counts. */
export interface Limits {
  /** A manifest or index; the specification asks clients to support at least 4 megabytes. */
  readonly manifestBytes: number;
  /** A blob that is read into memory whole (`getBlob` without a limit of its own). */
  readonly blobBytes: number;
  /** Answers of token servers, tag lists' pages and error bodies. */
  readonly answerBytes: number;
  /** Descriptors that one list of referrers may hold, over all pages. */
  readonly referrers: number;
  readonly tags: number;
  /** Manifests of one copied graph, and the sum of their bytes. */
  readonly graphManifests: number;
  readonly graphBytes: number;
  readonly redirects: number;
  /** Attempts at one request, the first included. */
  readonly attempts: number;
  /** Silence on a connection after which it counts as broken. */
  readonly idleMs: number;
  /** Silence after a whole upload was sent: registries move and hash large layers before they answer. */
  readonly commitMs: number;
  /** The whole of an answer that is read into memory. */
  readonly readMs: number;
  /** The longest wait that a Retry-After header may ask for. */
  readonly retryAfterMs: number;
  /** The size of a piece when a blob is uploaded in chunks. */
  readonly chunkBytes: number;
  readonly connectionsPerHost: number;
}

const MEBIBYTE = 1024 * 1024;

export const defaultLimits: Limits = Object.freeze({
  manifestBytes: 8 * MEBIBYTE,
  blobBytes: 32 * MEBIBYTE,
  answerBytes: 4 * MEBIBYTE,
  referrers: 10_000,
  tags: 200_000,
  graphManifests: 10_000,
  graphBytes: 64 * MEBIBYTE,
  redirects: 5,
  attempts: 4,
  idleMs: 30_000,
  commitMs: 300_000,
  readMs: 120_000,
  retryAfterMs: 60_000,
  chunkBytes: 16 * MEBIBYTE,
  connectionsPerHost: 8,
});

/** The defaults with some values replaced; an unknown key or a value that is no positive number is a `TypeError`. */
export function limitsWith(changes: Partial<Limits> = {}): Limits {
  for (const [key, value] of Object.entries(changes)) {
    if (!(key in defaultLimits)) throw new TypeError(`Expected the name of a limit, found ${JSON.stringify(key)}.`);
    if (!(typeof value === 'number' && value > 0)) throw new TypeError(`Expected ${key} to be a positive number.`);
  }
  return Object.freeze({ ...defaultLimits, ...changes });
}
