// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { FetchedSource } from './source-file.ts';

/** What every source of a policy was when it was pinned. */
export interface PolicyLock {
  readonly version: 1;
  readonly sources: readonly LockedSource[];
}

export interface LockedSource {
  /** As the policy names it. */
  readonly url: string;
  /** With commit or digest. */
  readonly pinned: string;
  readonly revision?: string;
  /** Over the content, so that a folder or a file on a web server can be held to it as well. */
  readonly sha256: string;
}

/** A lock over these sources, in the order of their names. */
export function lockOf(sources: readonly FetchedSource[]): PolicyLock {
  const entries = new Map(sources.map((source) => [source.url, lockedSource(source)]));
  return { version: 1, sources: [...entries.values()].toSorted((a, b) => (a.url < b.url ? -1 : 1)) };
}

/** The lock as a file: JSON, so that what wrote it writes it again byte for byte. */
export function writeLock(lock: PolicyLock): string {
  return `${JSON.stringify(lock, undefined, 2)}\n`;
}

/** Reads a lock; an unknown member or version is refused. */
export function parseLock(text: string, file: string): PolicyLock {
  const lock = parsed(text, file);
  if (!isMembers(lock) || lock.version !== 1 || !Array.isArray(lock.sources))
    throw notALock(file, 'another kind of document');
  for (const name of Object.keys(lock))
    if (name !== 'version' && name !== 'sources') throw notALock(file, `the member "${name}"`);
  return { version: 1, sources: lock.sources.map((source: unknown) => parseLockedSource(source, file)) };
}

/** The address that is read for a source under a lock. */
export function lockedUrl(lock: PolicyLock, url: string): string {
  return entryFor(lock, url).pinned;
}

/** Refuses a source whose content is not what was pinned. */
export function checkLocked(lock: PolicyLock, source: FetchedSource): void {
  const entry = entryFor(lock, source.url);
  if (entry.sha256 === source.sha256 && entry.revision === source.revision) return;
  throw new SluiceError(
    'refused',
    `Expected the policy source ${source.url} to be what the lock holds (sha256 ${entry.sha256.slice(0, 12)}…), but found sha256 ${source.sha256.slice(0, 12)}…; look at the change, then run "sluice policy pin" again.`,
  );
}

function entryFor(lock: PolicyLock, url: string): LockedSource {
  const entry = lock.sources.find((source) => source.url === url);
  if (entry !== undefined) return entry;
  throw new SluiceError(
    'refused',
    `Expected the policy source ${url} in the lock, but found it missing; run "sluice policy pin" to add it.`,
  );
}

function lockedSource(source: FetchedSource): LockedSource {
  const { url, pinned, revision, sha256 } = source;
  return { url, pinned, ...(revision === undefined ? {} : { revision }), sha256 };
}

const members: ReadonlySet<string> = new Set(['url', 'pinned', 'revision', 'sha256']);

function parseLockedSource(source: unknown, file: string): LockedSource {
  if (!isMembers(source)) throw notALock(file, 'a source that is not an object');
  const { url, pinned, revision, sha256 } = source;
  const unknown = Object.keys(source).find((name) => !members.has(name));
  if (unknown !== undefined) throw notALock(file, `the member "${unknown}"`);
  if (typeof url !== 'string' || typeof pinned !== 'string') throw notALock(file, 'a source without url or pinned');
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw notALock(file, 'a source without sha256');
  if (revision !== undefined && typeof revision !== 'string') throw notALock(file, 'a revision that is no text');
  return { url, pinned, ...(revision === undefined ? {} : { revision }), sha256 };
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SluiceError(
      'configuration',
      `Expected ${file} to be a lock that "sluice policy pin" wrote, but found no JSON.`,
      { cause },
    );
  }
}

function isMembers(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notALock(file: string, found: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected ${file} to be a lock that "sluice policy pin" wrote, but found ${found}.`,
  );
}
