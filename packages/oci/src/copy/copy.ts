// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { OciError } from '../error.ts';
import type { Repository } from '../repository.ts';
import { mapBounded } from './bounded.ts';
import { type CopyPlan, type PlannedManifest, type PlanOptions, planCopy } from './graph.ts';
import { mergeCosignTag } from './merge-cosign-tag.ts';
import type { CopyStep } from './step.ts';

export interface CopyOptions extends PlanOptions {
  /** Told of each part once it is at the target. */
  readonly onProgress?: (step: CopyStep) => void;
}

export interface CopyReport {
  readonly root: Descriptor;
  readonly steps: readonly CopyStep[];
  /** Bytes of blobs and manifests that were uploaded. */
  readonly uploadedBytes: number;
}

/**
 * Copies a digest with everything that belongs to it, byte for byte: an index with its children, configs and layers,
 * referrers, and cosign's tags. Blobs are streamed, mounted where both repositories are in one registry, and left
 * alone where the target has them. No other tag is touched: moving one is the caller's last step.
 *
 * @example
 * await copyGraph(source, digest, target);
 * const { bytes, descriptor } = await source.getManifest(digest);
 * await target.putManifest(bytes, descriptor.mediaType, 'latest');
 */
export async function copyGraph(
  source: Repository,
  digest: Digest,
  target: Repository,
  options: CopyOptions = {},
): Promise<CopyReport> {
  return applyCopy(await planCopy(source, digest, options), source, target, options);
}

/** Carries a plan out. Interrupted anywhere and run again, it completes what is missing. */
export async function applyCopy(
  plan: CopyPlan,
  source: Repository,
  target: Repository,
  options: CopyOptions = {},
): Promise<CopyReport> {
  const concurrency = options.concurrency ?? 4;
  const steps: CopyStep[] = [];
  const done = (step: CopyStep) => {
    steps.push(step);
    options.onProgress?.(step);
  };
  if (source.name !== target.name) {
    await mapBounded(plan.blobs, concurrency, async (blob) => {
      stopIfCancelled(options.signal);
      done(await copyBlob(source, target, blob));
    });
    // What only a tag of cosign names is stored under its tag, and only there.
    const tagged = new Set(plan.tags.map((tag) => tag.digest));
    const untagged = plan.manifests.filter(({ manifest }) => !tagged.has(manifest.descriptor.digest));
    for (const level of levelsOf(untagged)) {
      await mapBounded(level, concurrency, async (planned) => {
        stopIfCancelled(options.signal);
        done(await copyManifest(target, planned));
      });
    }
    for (const { tag, digest } of plan.tags) done(await mergeCosignTag(source, target, tag, digest));
  }
  const uploaded = steps.filter(({ outcome }) => outcome === 'uploaded' || outcome === 'merged');
  return { root: plan.root, steps, uploadedBytes: uploaded.reduce((sum, { size }) => sum + size, 0) };
}

async function copyBlob(source: Repository, target: Repository, blob: Descriptor): Promise<CopyStep> {
  const step = { kind: 'blob', digest: blob.digest, size: blob.size } as const;
  if (await target.hasBlob(blob.digest)) return { ...step, outcome: 'present' };
  if (await target.mountBlob(blob.digest, source)) return { ...step, outcome: 'mounted' };
  await target.putBlob(blob, () => source.openBlob(blob));
  return { ...step, outcome: 'uploaded' };
}

async function copyManifest(target: Repository, { manifest }: PlannedManifest): Promise<CopyStep> {
  const { digest, size, mediaType } = manifest.descriptor;
  const step = { kind: 'manifest', digest, size } as const;
  // A manifest with a subject is stored again even where it is present: an interrupted run may not have listed it.
  if (manifest.content.subject === undefined && (await hasManifest(target, digest)))
    return { ...step, outcome: 'present' };
  await target.putManifest(manifest.bytes, mediaType);
  return { ...step, outcome: 'uploaded' };
}

async function hasManifest(target: Repository, digest: Digest): Promise<boolean> {
  try {
    await target.resolve(digest);
    return true;
  } catch (error) {
    if (error instanceof OciError && error.code === 'not-found') return false;
    throw error;
  }
}

/** Groups of manifests that do not wait for one another, in push order. */
function levelsOf(manifests: readonly PlannedManifest[]): readonly (readonly PlannedManifest[])[] {
  const depths = new Map<Digest, number>();
  const levels: PlannedManifest[][] = [];
  for (const planned of manifests) {
    const { manifest } = planned;
    const before = manifest.kind === 'index' ? manifest.content.manifests.map(({ digest }) => digest) : [];
    const subject = manifest.content.subject?.digest;
    const waits = [...before, ...(subject === undefined ? [] : [subject])].map((digest) => depths.get(digest) ?? -1);
    const depth = Math.max(-1, ...waits) + 1;
    depths.set(manifest.descriptor.digest, depth);
    const level = levels[depth] ?? [];
    level.push(planned);
    levels[depth] = level;
  }
  return levels;
}

function stopIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new OciError('cancelled', 'The copy was cancelled; what was copied stays, and running it again goes on.', {
      cause: signal.reason,
    });
  }
}
