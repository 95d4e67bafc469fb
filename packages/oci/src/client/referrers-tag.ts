// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { referrersTag } from '../digest.ts';
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
// - after the write the list is read again, at once and once more after a pause longer than our own read and write
//   took: another client that had read before our write has written by then. An entry that is gone is added again.

const MAX_UPDATES = 12;
const MIN_SETTLE_MS = 100;
const MAX_SETTLE_MS = 2_000;

interface ReferrersList {
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
      if (holds(list, entry)) return;
      if (await writeList(target, subject, list, entry)) {
        const took = session.now().getTime() - started;
        if (await staysListed(target, subject, entry, took)) return;
      }
      session.log.debug(`another client is updating the referrers of ${subject} in ${target.name}; trying again`);
      await session.sleep(MIN_SETTLE_MS * Math.random() * update);
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
    return { entries: manifest.content.manifests, index: manifest.content, condition };
  } catch (error) {
    if (!(error instanceof OciError) || error.code !== 'not-found') throw error;
    return { entries: [], index: {}, condition: { 'If-None-Match': '*' } };
  }
}

/** False where the registry says that the list is no longer what was read. */
async function writeList(
  target: RegistryTarget,
  subject: Digest,
  list: ReferrersList,
  entry: Descriptor,
): Promise<boolean> {
  const index = { ...list.index, schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [...list.entries, entry] };
  const response = await write(target, {
    method: 'PUT',
    target: `manifests/${referrersTag(subject)}`,
    headers: { 'Content-Type': IMAGE_INDEX, ...list.condition },
    body: new TextEncoder().encode(JSON.stringify(index)),
    accept: [200, 201, 202, 409, 412],
  });
  await discardBody(response);
  return response.status < 400;
}

async function staysListed(target: RegistryTarget, subject: Digest, entry: Descriptor, took: number): Promise<boolean> {
  if (!holds(await readList(target, subject), entry)) return false;
  await target.session.sleep(Math.min(Math.max(3 * took, MIN_SETTLE_MS), MAX_SETTLE_MS));
  return holds(await readList(target, subject), entry);
}

function holds(list: ReferrersList, entry: Descriptor): boolean {
  return list.entries.some(({ digest }) => digest === entry.digest);
}
