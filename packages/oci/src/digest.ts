// SPDX-License-Identifier: Apache-2.0
import { createHash, type Hash, hash } from 'node:crypto';
import type { Digest } from './descriptor.ts';
import { OciError } from './error.ts';

/** The algorithms that the image specification registers and that we verify (descriptor.md, "Registered Algorithms"). */
export type DigestAlgorithm = 'sha256' | 'sha512';

const PATTERN = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** The digest of bytes, sha256 unless told otherwise. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return `${algorithm}:${hash(algorithm, bytes, 'hex')}`;
}

export function isDigest(text: string): text is Digest {
  return PATTERN.test(text);
}

/** Text as a digest; an `OciError` of code `bad-digest` where it is none that we can verify. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new OciError(
    'bad-digest',
    `Expected a digest such as sha256: and 64 lower-case hexadecimal digits, found ${JSON.stringify(text.slice(0, 200))}.`,
  );
}

export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** A running hash that ends in a digest. */
export function createDigester(algorithm: DigestAlgorithm): {
  readonly update: (bytes: Uint8Array) => void;
  readonly digest: () => Digest;
} {
  const running: Hash = createHash(algorithm);
  return {
    update: (bytes) => {
      running.update(bytes);
    },
    digest: () => `${algorithm}:${running.digest('hex')}`,
  };
}

/** The tag under which cosign keeps what belongs to a digest: `sha256-<hex>.sig`. */
export function cosignTag(digest: Digest, kind: 'sig' | 'att' | 'sbom'): string {
  return `${algorithmOf(digest)}-${hexOf(digest)}.${kind}`;
}

/** The tag of the referrers tag schema (distribution specification, "Referrers Tag Schema"). */
export function referrersTag(digest: Digest): string {
  return `${algorithmOf(digest)}-${hexOf(digest).slice(0, 64)}`;
}
