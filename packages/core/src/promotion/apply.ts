// SPDX-License-Identifier: Apache-2.0
import {
  applyCopy,
  type CopyReport,
  type CopyStep,
  type Digest,
  type Manifest,
  OciError,
  type PlannedManifest,
  type Repository,
} from '@sluice/oci';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { PlannedTarget, PromotionPlan } from './plan.ts';

/** The repositories that a plan names. */
export interface Repositories {
  readonly source: Repository;
  /** By their names. */
  readonly targets: ReadonlyMap<string, Repository>;
}

export interface PromotedTarget extends PlannedTarget {
  readonly copied?: CopyReport;
}

/**
 * Carries a promotion out: copies everything to every target, reads it back, and only then sets the tags. Interrupted
 * anywhere, each tag names what it named before or the promoted digest, and running it again completes it.
 */
export async function applyPromotion(
  ctx: StepContext,
  plan: PromotionPlan,
  repositories: Repositories,
  onProgress?: (target: string, step: CopyStep) => void,
): Promise<readonly PromotedTarget[]> {
  const copies = await copyToTargets(ctx, plan, repositories, onProgress);
  for (const target of plan.targets) await setTag(ctx, plan, target, repositoryOf(repositories, target.repository));
  return plan.targets.map((target) => {
    const copied = copies.get(target.repository);
    return { ...target, ...(copied === undefined ? {} : { copied }) };
  });
}

async function copyToTargets(
  ctx: StepContext,
  plan: PromotionPlan,
  repositories: Repositories,
  onProgress: ((target: string, step: CopyStep) => void) | undefined,
): Promise<ReadonlyMap<string, CopyReport>> {
  const names = new Set(plan.targets.filter(({ copies }) => copies).map(({ repository }) => repository));
  const reports = new Map<string, CopyReport>();
  for (const name of names) {
    const target = repositoryOf(repositories, name);
    const options = {
      ...(ctx.signal === undefined ? {} : { signal: ctx.signal }),
      ...(onProgress === undefined ? {} : { onProgress: (step: CopyStep) => onProgress(name, step) }),
    };
    reports.set(name, await applyCopy(plan.copy, repositories.source, target, options));
    await readBack(plan, target);
  }
  return reports;
}

function repositoryOf({ targets }: Repositories, name: string): Repository {
  const repository = targets.get(name);
  if (repository) return repository;
  throw new TypeError(`The plan names ${name}, which is not among the repositories.`);
}

/** Before a tag moves, everything of the plan must be found at the target as a verifier would look for it. */
async function readBack(plan: PromotionPlan, target: Repository): Promise<void> {
  const root = await target.getManifest(plan.digest);
  const { manifest } = plan.copy.manifests.find((planned) => digestOf(planned) === plan.digest) ?? {};
  if (manifest && !Buffer.from(root.bytes).equals(manifest.bytes))
    throw differs(target, plan.digest, 'has other bytes');
  const tagged = new Set(plan.copy.tags.map(({ digest }) => digest));
  for (const planned of plan.copy.manifests) {
    if (digestOf(planned) === plan.digest || tagged.has(digestOf(planned))) continue;
    await target.resolve(digestOf(planned));
  }
  for (const subject of subjectsOf(plan)) await readReferrersBack(plan, target, subject);
  for (const { tag, digest } of plan.copy.tags) await readTagBack(plan, target, tag, digest);
}

function digestOf({ manifest }: PlannedManifest): Digest {
  return manifest.descriptor.digest;
}

function subjectsOf(plan: PromotionPlan): ReadonlySet<Digest> {
  return new Set(plan.copy.manifests.flatMap(({ manifest }) => manifest.content.subject?.digest ?? []));
}

async function readReferrersBack(plan: PromotionPlan, target: Repository, subject: Digest): Promise<void> {
  const listed = new Set((await target.referrers(subject)).map(({ digest }) => digest));
  const missing = plan.copy.manifests.filter(
    (planned) => planned.manifest.content.subject?.digest === subject && !listed.has(digestOf(planned)),
  );
  const [first] = missing;
  if (first) throw differs(target, digestOf(first), `is not listed as a referrer of ${subject}`);
}

async function readTagBack(plan: PromotionPlan, target: Repository, tag: string, digest: Digest): Promise<void> {
  const planned = plan.copy.manifests.find((one) => digestOf(one) === digest);
  const found = await target.getManifest(tag);
  const layers = new Set(layersOf(found));
  if (planned && layersOf(planned.manifest).some((layer) => !layers.has(layer))) {
    throw differs(target, digest, `is not complete under the tag ${tag}`);
  }
}

function layersOf(manifest: Manifest): readonly Digest[] {
  return manifest.kind === 'image' ? manifest.content.layers.map(({ digest }) => digest) : [manifest.descriptor.digest];
}

function differs(target: Repository, digest: Digest, how: string): SluiceError {
  return new SluiceError(
    'refused',
    `${target.name} was read back, and ${digest} ${how}; no tag was moved. Run it again.`,
  );
}

async function setTag(
  ctx: StepContext,
  plan: PromotionPlan,
  target: PlannedTarget,
  repository: Repository,
): Promise<void> {
  ctx.signal?.throwIfAborted();
  const current = await currentDigest(repository, target.tag);
  if (current === plan.digest) return;
  if (current !== target.current) {
    throw new SluiceError(
      'refused',
      `${target.reference} was to be moved from ${target.current ?? 'nothing'}, but names ${current ?? 'nothing'} by now; look why, and run it again.`,
    );
  }
  const { bytes, descriptor } = await repository.getManifest(plan.digest);
  await repository.putManifest(bytes, descriptor.mediaType, target.tag);
  const after = await currentDigest(repository, target.tag);
  if (after === plan.digest) return;
  throw new SluiceError(
    'refused',
    `${target.reference} should name ${plan.digest} now, but names ${after ?? 'nothing'}; another promotion ran beside this one, or the registry changes manifests.`,
  );
}

/** The digest that a tag names, undefined where it does not exist. */
export async function currentDigest(repository: Repository, tag: string): Promise<Digest | undefined> {
  try {
    return (await repository.resolve(tag)).digest;
  } catch (error) {
    if (error instanceof OciError && error.code === 'not-found') return undefined;
    throw error;
  }
}
