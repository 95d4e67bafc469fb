// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { cosignTag } from '../digest.ts';
import { OciError } from '../error.ts';
import { defaultLimits, type Limits } from '../limits.ts';
import type { Manifest } from '../manifest.ts';
import { isForeignLayer } from '../media-types.ts';
import type { Repository } from '../repository.ts';
import { mapBounded } from './bounded.ts';

/** cosign's tags for what belongs to a digest. */
export const COSIGN_KINDS = ['sig', 'att', 'sbom'] as const;

export interface PlanOptions {
  /** Requests at the same time; 4 unless told. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  readonly limits?: Pick<Limits, 'graphManifests' | 'graphBytes'>;
}

/** A manifest of the graph, with why it is in it. */
export interface PlannedManifest {
  readonly manifest: Manifest;
  readonly reason: 'image' | 'referrer' | 'cosign-tag';
}

/** A tag that cosign would look for at the target. */
export interface PlannedTag {
  readonly tag: string;
  readonly digest: Digest;
}

/** Everything that belongs to a digest, in an order in which it can be pushed: parts before what names them. */
export interface CopyPlan {
  readonly root: Descriptor;
  readonly manifests: readonly PlannedManifest[];
  /** Configs and layers, each once. */
  readonly blobs: readonly Descriptor[];
  readonly tags: readonly PlannedTag[];
}

interface Walk {
  readonly source: Repository;
  readonly concurrency: number;
  readonly limits: Pick<Limits, 'graphManifests' | 'graphBytes'>;
  readonly signal: AbortSignal | undefined;
  readonly planned: Map<Digest, PlannedManifest>;
  readonly tags: Map<string, PlannedTag>;
  bytes: number;
}

/**
 * Reads from the source what a copy of a digest consists of: an index with its children, their configs and layers,
 * the referrers of each manifest and theirs, and what cosign's tags name. It changes nothing.
 */
export async function planCopy(source: Repository, digest: Digest, options: PlanOptions = {}): Promise<CopyPlan> {
  const walk: Walk = {
    source,
    concurrency: options.concurrency ?? 4,
    limits: options.limits ?? defaultLimits,
    signal: options.signal,
    planned: new Map(),
    tags: new Map(),
    bytes: 0,
  };
  const root = await source.getManifest(digest);
  // Breadth first: each round's manifests are looked at side by side.
  let round: readonly PlannedManifest[] = [add(walk, root, 'image')].filter((added) => added !== undefined);
  while (round.length > 0) {
    const next = await mapBounded(round, walk.concurrency, (planned) => expand(walk, planned));
    round = next.flat();
  }
  const manifests = inPushOrder(walk.planned, root.descriptor.digest);
  return { root: root.descriptor, manifests, blobs: blobsOf(manifests), tags: [...walk.tags.values()] };
}

/** What a manifest leads to that was not known before. */
async function expand(walk: Walk, { manifest, reason }: PlannedManifest): Promise<readonly PlannedManifest[]> {
  walk.signal?.throwIfAborted();
  const { source } = walk;
  const children = manifest.kind === 'index' ? manifest.content.manifests : [];
  const [below, attached, tagged] = await Promise.all([
    mapBounded(children, walk.concurrency, ({ digest }) => fetchNew(walk, digest)),
    source
      .referrers(manifest.descriptor.digest)
      .then((list) => mapBounded(list, walk.concurrency, ({ digest }) => fetchNew(walk, digest))),
    reason === 'image' ? cosignManifests(walk, manifest.descriptor.digest) : [],
  ]);
  return [
    ...below.map((found) => add(walk, found, reason)),
    ...attached.map((found) => add(walk, found, 'referrer')),
    ...tagged.map((found) => add(walk, found, 'cosign-tag')),
  ].filter((added) => added !== undefined);
}

async function fetchNew(walk: Walk, digest: Digest): Promise<Manifest | undefined> {
  return walk.planned.has(digest) ? undefined : walk.source.getManifest(digest);
}

async function cosignManifests(walk: Walk, digest: Digest): Promise<readonly Manifest[]> {
  const found = await mapBounded(COSIGN_KINDS, walk.concurrency, async (kind) => {
    const tag = cosignTag(digest, kind);
    try {
      const manifest = await walk.source.getManifest(tag);
      walk.tags.set(tag, { tag, digest: manifest.descriptor.digest });
      return manifest;
    } catch (error) {
      if (error instanceof OciError && error.code === 'not-found') return undefined;
      throw error;
    }
  });
  return found.filter((manifest) => manifest !== undefined);
}

function add(
  walk: Walk,
  manifest: Manifest | undefined,
  reason: PlannedManifest['reason'],
): PlannedManifest | undefined {
  if (manifest === undefined || walk.planned.has(manifest.descriptor.digest)) return undefined;
  const planned = { manifest, reason };
  walk.planned.set(manifest.descriptor.digest, planned);
  walk.bytes += manifest.bytes.length;
  const { graphManifests, graphBytes } = walk.limits;
  if (walk.planned.size > graphManifests || walk.bytes > graphBytes) {
    throw new OciError(
      'too-many',
      `Expected a graph of at most ${graphManifests} manifests and ${graphBytes} bytes of them in ${walk.source.name}, found more.`,
    );
  }
  return planned;
}

/** Children before their index, subjects before their referrers; a manifest that nothing waits for comes last. */
function inPushOrder(planned: ReadonlyMap<Digest, PlannedManifest>, root: Digest): readonly PlannedManifest[] {
  const ordered = new Set<PlannedManifest>();
  const visiting = new Set<Digest>();
  function visit(digest: Digest): void {
    const entry = planned.get(digest);
    if (entry === undefined || ordered.has(entry) || visiting.has(digest)) return;
    visiting.add(digest);
    const { content, kind } = entry.manifest;
    if (kind === 'index') for (const child of entry.manifest.content.manifests) visit(child.digest);
    if (content.subject !== undefined) visit(content.subject.digest);
    ordered.add(entry);
  }
  visit(root);
  for (const digest of planned.keys()) visit(digest);
  return [...ordered];
}

/** Layers that their registries need not hold are not copied: nobody can push them. */
function blobsOf(manifests: readonly PlannedManifest[]): readonly Descriptor[] {
  const blobs = new Map<Digest, Descriptor>();
  for (const { manifest } of manifests) {
    if (manifest.kind === 'index') continue;
    for (const blob of [manifest.content.config, ...manifest.content.layers]) {
      const known = blobs.get(blob.digest);
      if (known !== undefined && known.size !== blob.size) {
        throw new OciError(
          'bad-manifest',
          `Expected ${blob.digest} to have one size, found ${known.size} and ${blob.size}.`,
        );
      }
      if (!isForeignLayer(blob)) blobs.set(blob.digest, blob);
    }
  }
  return [...blobs.values()];
}
