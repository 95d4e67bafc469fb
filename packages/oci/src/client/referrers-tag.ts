// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { digestOf, referrersTag } from '../digest.ts';
import { OciError } from '../error.ts';
import { discardBody } from '../http/read.ts';
import type { ImageIndex } from '../manifest.ts';
import { IMAGE_INDEX } from '../media-types.ts';
import { fetchManifest } from './pull.ts';
import { type RegistryTarget, write } from './target.ts';

// The referrers tag schema (distribution specification, "Referrers Tag Schema"): an index under a tag made of the
// subject's digest, which every client reads, adds to and writes back. Two clients that do so at the same time can
// each overwrite the other's entry. Three things keep entries from being lost:
//
// - within one session the updates of one tag run one after another;
// - the write is conditional on what was read (If-Match), for registries that heed it;
// - after the write the list is read again, after a pause longer than our own read and write took: another client
//   that had read before our write has written by then. An entry that is gone is added again, and a list that others
//   are seen to change is watched until it has been quiet for longer.
//
// Without conditions no client can be certain: one that stalls between its read and its write for longer than the
// others watch still overwrites them. That is what the referrers API is for.

const MAX_UPDATES = 12;
const MAX_LOOKS = 10;
/** The pause before a lone writer looks at its list again; twice that between tries, on average. */
const ALONE_MS = 100;
/** How long a list must be quiet once others are seen to change it. */
const CONTENDED_MS = 600;
const MAX_PAUSE_MS = 2_000;

interface ReferrersList {
  /** The digest of the list; undefined where there is none. */
  readonly digest: Digest | undefined;
  readonly entries: readonly Descriptor[];
  /** The index as it was found, whose other members are kept. */
  readonly index: Partial<ImageIndex>;
  readonly condition: Readonly<Record<string, string>>;
}

/** The entries under the referrers tag; none where there is no tag or where it holds no index. */
export async function readReferrersTag(target: RegistryTarget, subject: Digest): Promise<readonly Descriptor[]> {
  try {
    return (await readList(target, subject)).entries;
  } catch (error) {
    if (!(error instanceof OciError) || (error.code !== 'conflict' && error.code !== 'bad-manifest')) throw error;
    // "the client SHOULD assume there are no referrers"
    target.session.log.warn(error.message);
    return [];
  }
}

/** Adds an entry to the list under the referrers tag and makes sure that it stays there. */
export async function addToReferrersTag(target: RegistryTarget, subject: Digest, entry: Descriptor): Promise<void> {
  const { session } = target;
  await session.exclusively(`${target.name} ${referrersTag(subject)}`, async () => {
    for (let update = 1; update <= MAX_UPDATES; update += 1) {
      const started = session.now().getTime();
      const list = await readList(target, subject);
      const isListed = holds(list, entry);
      if (isListed && update === 1) return;
      const written = isListed ? list.digest : await writeList(target, subject, list, entry);
      const took = session.now().getTime() - started;
      const pause = Math.max(3 * took, update === 1 ? ALONE_MS : CONTENDED_MS);
      if (written !== undefined && (await staysListed(target, subject, entry, written, pause))) return;
      session.log.debug(`another client is updating the referrers of ${subject} in ${target.name}; trying again`);
      await session.sleep(ALONE_MS * Math.random() * update);
    }
    throw new OciError(
      'conflict',
      `Expected ${entry.digest} to stay listed under ${referrersTag(subject)} in ${target.name}, but other clients overwrote it ${MAX_UPDATES} times; try again.`,
      { retryable: true },
    );
  });
}

async function readList(target: RegistryTarget, subject: Digest): Promise<ReferrersList> {
  const tag = referrersTag(subject);
  try {
    const { manifest, etag } = await fetchManifest(target, tag);
    if (manifest.kind !== 'index') {
      throw new OciError(
        'conflict',
        `Expected ${tag} in ${target.name} to hold an index of referrers, found an image manifest.`,
      );
    }
    const condition = etag === undefined || etag.startsWith('W/') ? {} : { 'If-Match': etag };
    return {
      digest: manifest.descriptor.digest,
      entries: manifest.content.manifests,
      index: manifest.content,
      condition,
    };
  } catch (error) {
    if (!(error instanceof OciError) || error.code !== 'not-found') throw error;
    return { digest: undefined, entries: [], index: {}, condition: { 'If-None-Match': '*' } };
  }
}

/**
 * The digest of the list that was written, or undefined where it was not: because it is no longer what was read, or
 * because of a failure that may pass. Sending the same list again later would overwrite what others wrote meanwhile.
 */
async function writeList(
  target: RegistryTarget,
  subject: Digest,
  list: ReferrersList,
  entry: Descriptor,
): Promise<Digest | undefined> {
  const index = { ...list.index, schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [...list.entries, entry] };
  const body = new TextEncoder().encode(JSON.stringify(index));
  try {
    const response = await write(target, {
      method: 'PUT',
      target: `manifests/${referrersTag(subject)}`,
      headers: { 'Content-Type': IMAGE_INDEX, ...list.condition },
      body,
      accept: [200, 201, 202, 409, 412],
      retry: false,
    });
    await discardBody(response);
    return response.status < 400 ? digestOf(body) : undefined;
  } catch (error) {
    if (!(error instanceof OciError) || !error.retryable) throw error;
    target.session.log.warn(error.message);
    return undefined;
  }
}

/** Whether the entry is listed still once the list has not changed for a while. */
async function staysListed(
  target: RegistryTarget,
  subject: Digest,
  entry: Descriptor,
  written: Digest,
  firstPause: number,
): Promise<boolean> {
  let seen: Digest | undefined = written;
  let pause = firstPause;
  for (let look = 1; look <= MAX_LOOKS; look += 1) {
    await target.session.sleep(Math.min(pause, MAX_PAUSE_MS));
    const list = await readList(target, subject);
    if (!holds(list, entry)) return false;
    if (list.digest === seen) return true;
    seen = list.digest;
    pause = Math.max(pause, CONTENDED_MS);
  }
  return true;
}

function holds(list: ReferrersList, entry: Descriptor): boolean {
  return list.entries.some(({ digest }) => digest === entry.digest);
}
