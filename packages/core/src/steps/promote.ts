// SPDX-License-Identifier: Apache-2.0
import {
  type CopyStep,
  formatReference,
  parseReference,
  planCopy,
  type Reference,
  type Repository,
  rememberReads,
} from '@sluice/oci';
import type { Component, OpenRepository } from '../components/snapshot.ts';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { applyPromotion, currentDigest, type PromotedTarget } from '../promotion/apply.ts';
import { type PromotionPlan, planPromotion, type TagState } from '../promotion/plan.ts';
import type { ImageReport } from '../report/report.ts';
import type { Trust } from '../verification/verify-material.ts';
import { requireSummary, type SummaryDemands } from '../vsa/check.ts';
import { type ValidateOptions, validate } from './validate.ts';

/**
 * Why an image may be promoted: it passes a policy now, a verifier that is named has signed that it did, or someone
 * takes it upon themselves (`--unvalidated`).
 */
export type PromotionGate =
  | {
      readonly kind: 'policy';
      readonly options: Omit<ValidateOptions, 'snapshot' | 'open'>;
      /** Name and source of the component, where the policy asks for them. */
      readonly component?: Partial<Component>;
    }
  /** A verification summary that is attached to the digest, and nothing else. */
  | {
      readonly kind: 'summary';
      /** Who must have signed it. */
      readonly trust: Trust;
      readonly demands: SummaryDemands;
    }
  | { readonly kind: 'unvalidated' };

export interface PromoteOptions {
  /** The image, by tag or digest; resolved once. */
  readonly source: string;
  /** `registry/repository:tag`, or a bare tag in the source's repository. */
  readonly targets: readonly string[];
  readonly open: OpenRepository;
  readonly gate: PromotionGate;
  /** Tags that exist may be moved. */
  readonly force?: boolean;
  /** Stop before anything is changed. */
  readonly dryRun?: boolean;
  readonly onProgress?: (target: string, step: CopyStep) => void;
}

export type PromoteResult =
  | {
      readonly kind: 'promoted';
      readonly plan: PromotionPlan;
      readonly targets: readonly PromotedTarget[];
      readonly report?: ImageReport;
    }
  | { readonly kind: 'planned'; readonly plan: PromotionPlan; readonly report?: ImageReport }
  | { readonly kind: 'refused'; readonly plan: PromotionPlan; readonly report: ImageReport };

/**
 * Promotes an image: resolves it once, validates that digest, copies it with everything attached to it, reads the
 * targets back and moves their tags. What is promoted is what was validated, byte for byte; where the policy refuses,
 * nothing changes and the report says why.
 */
export async function promote(ctx: StepContext, options: PromoteOptions): Promise<PromoteResult> {
  const source = parseReference(options.source);
  const opened = new Map<string, Repository>();
  const open = (reference: Reference) => remember(opened, options.open(reference));
  // Planning the copy and validating read the same things; the targets are read afresh each time.
  const repository = rememberReads(options.open(source));
  const targets = targetsOf(options, source);
  const { digest } = await repository.resolve(source.digest ?? source.tag ?? 'latest');
  const [copy, ...tags] = await Promise.all([
    planCopy(repository, digest, ctx.signal === undefined ? {} : { signal: ctx.signal }),
    ...targets.map((target) => tagState(open(target), target)),
  ]);
  const plan = planPromotion(repository.name, copy, tags, { force: options.force ?? false });
  const report = await validated(ctx, options, source, repository, plan);
  if (report && !report.success) return { kind: 'refused', plan, report };
  const reported = report === undefined ? {} : { report };
  if (options.dryRun) return { kind: 'planned', plan, ...reported };
  const promoted = await applyPromotion(ctx, plan, { source: repository, targets: opened }, options.onProgress);
  return { kind: 'promoted', plan, targets: promoted, ...reported };
}

function remember(repositories: Map<string, Repository>, repository: Repository): Repository {
  const known = repositories.get(repository.name);
  if (known) return known;
  repositories.set(repository.name, repository);
  return repository;
}

type TaggedReference = Reference & { readonly tag: string };

function targetsOf({ targets }: PromoteOptions, source: Reference): readonly TaggedReference[] {
  if (targets.length === 0) throw new SluiceError('usage', 'No target is given; name a tag such as latest.');
  return targets.map((target) => {
    const bareTag = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(target);
    const reference = bareTag
      ? { registry: source.registry, repository: source.repository, tag: target }
      : parseReference(target);
    const { registry, repository, tag, digest } = reference;
    if (tag !== undefined && digest === undefined) return { registry, repository, tag };
    throw new SluiceError('usage', `The target "${target}" should be a tag, or a reference with a tag and no digest.`);
  });
}

async function tagState(repository: Repository, target: TaggedReference): Promise<TagState> {
  const current = await currentDigest(repository, target.tag);
  return {
    reference: formatReference(target),
    repository: repository.name,
    tag: target.tag,
    ...(current === undefined ? {} : { current }),
  };
}

async function validated(
  ctx: StepContext,
  { gate, open }: PromoteOptions,
  source: Reference,
  view: Repository,
  { digest }: PromotionPlan,
): Promise<ImageReport | undefined> {
  if (gate.kind === 'unvalidated') return undefined;
  if (gate.kind === 'summary') {
    await requireSummary(ctx, view, digest, gate.trust, gate.demands);
    return undefined;
  }
  const { registry, repository } = source;
  const component: Component = {
    name: gate.component?.name ?? 'Unnamed',
    source: gate.component?.source ?? {},
    containerImage: formatReference({ registry, repository, digest }),
  };
  return validate(ctx, {
    ...gate.options,
    snapshot: { application: '', components: [component] },
    open: (reference) =>
      reference.registry === registry && reference.repository === repository ? view : open(reference),
  });
}
