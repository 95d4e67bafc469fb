// SPDX-License-Identifier: Apache-2.0
import { OciError } from '@sluice/oci';
import type { ResolvedComponent } from '../components/snapshot.ts';
import { emptyReport, type ImageValidation } from '../components/validate-image.ts';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { PolicySpec } from '../policy/spec.ts';
import type { Trust } from '../verification/verify-material.ts';
import { type SummaryVerdict, validateAttachedSummary } from './validate.ts';

/** Whose earlier summaries are believed instead of validating an image again, and how old they may be. */
export interface EarlierSummaries {
  readonly trust: Trust;
  readonly maxAgeMs: number;
}

/** What a run would judge an image by; an earlier summary has to be about the same. */
export interface AppliedPolicy {
  readonly policy: PolicySpec;
  readonly policyDigest: string;
  readonly signer: Trust['signer'];
}

/** Gives the outcome of an image whose earlier summary is good enough, and undefined for one that has to be validated. */
export type LookBack = (one: ResolvedComponent) => Promise<ImageValidation | undefined>;

/**
 * Looks for the earlier summary of an image: attached to its digest, signed by whom `trust` names, passed, about this
 * policy, and recent (`ec validate image --vsa-expiration`). Whatever is wrong with it, the image is validated as usual.
 */
export function lookBack(ctx: StepContext, earlier: EarlierSummaries, applied: AppliedPolicy): LookBack {
  if (hasNamedExceptions(applied.policy)) {
    ctx.log.warn(
      'Every image is validated: the policy has exceptions for certain repositories or components, and an earlier summary does not say for which it was made.',
    );
    return async () => undefined;
  }
  return async ({ component, image }) => {
    if (image.kind === 'inaccessible') return undefined;
    const { repository, manifest } = image;
    const { digest } = manifest.descriptor;
    const ref = `${repository.name}@${digest}`;
    let verdict: SummaryVerdict;
    try {
      verdict = await validateAttachedSummary(ctx, repository, digest, { ...earlier, ...applied });
    } catch (error) {
      if (ctx.signal?.aborted || !(error instanceof SluiceError || error instanceof OciError)) throw error;
      ctx.log.warn(`${ref} is validated: its earlier summaries could not be read: ${error.message}`);
      return undefined;
    }
    if (!verdict.passed || verdict.summary === undefined) {
      ctx.log.info(`${ref} is validated: ${verdict.message}`);
      return undefined;
    }
    const { verifier, time } = verdict.summary;
    return {
      report: { ...emptyReport(component), containerImage: ref, success: true, earlier: { verifier, time } },
      notes: [`${ref} was not validated again: ${verifier} let it pass at ${time.toISOString()}`],
    };
  };
}

/** A digest says all that an exception for an image is about; a repository or a component's name may have changed. */
function hasNamedExceptions({ sources = [] }: PolicySpec): boolean {
  return sources
    .flatMap(({ volatileConfig }) => [...(volatileConfig?.include ?? []), ...(volatileConfig?.exclude ?? [])])
    .some(({ imageUrl, componentNames }) => imageUrl !== undefined || (componentNames ?? []).length > 0);
}
