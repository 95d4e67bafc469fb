// SPDX-License-Identifier: Apache-2.0
import { rememberReads } from '@sluice/oci';
import {
  type OpenRepository,
  type ResolvedComponent,
  resolveComponents,
  type Snapshot,
} from '../components/snapshot.ts';
import { type ImageValidation, type ValidationRun, validateImage } from '../components/validate-image.ts';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { mapBounded } from '../map-bounded.ts';
import type { EffectiveTime } from '../policy/effective-time.ts';
import { compareText } from '../policy/exact-json.ts';
import { type Instant, instantOf } from '../policy/instant.ts';
import { type ExpectedSigner, expectedSigner } from '../policy/policy-file.ts';
import type { PolicySpec } from '../policy/spec.ts';
import type { PolicyEvaluator } from '../policy/target.ts';
import type { ImageReport } from '../report/report.ts';
import { checkIdentityPatterns, type IdentityPolicy } from '../verification/identity.ts';
import { loadVerificationKey } from '../verification/public-key.ts';
import { loadTrustedRoot, type TrustSource } from '../verification/trusted-root.ts';
import type { Trust } from '../verification/verify-material.ts';
import { type AppliedPolicy, type EarlierSummaries, lookBack } from '../vsa/earlier.ts';
import { policyDigest } from '../vsa/policy-digest.ts';

export interface ValidateOptions {
  readonly snapshot: Snapshot;
  readonly policy: PolicySpec;
  readonly open: OpenRepository;
  /** Command line over policy: `--public-key`, `--certificate-identity…`. */
  readonly publicKey?: string;
  readonly identity?: IdentityPolicy;
  /** `--ignore-rekor`. */
  readonly ignoreLog?: boolean;
  readonly ignoreSct?: boolean;
  /** `--skip-image-sig-check`. There is no switch for attestations: nothing unverified reaches a policy. */
  readonly skipSignatureCheck?: boolean;
  /** Keeps the document that policies were given of each image, for the format `policy-input`. */
  readonly keepInput?: boolean;
  readonly trust: TrustSource;
  readonly effectiveTime: EffectiveTime;
  /**
   * Opens what evaluates the policy's sources, while the evidence of the first images is read and verified. Without it a
   * policy that has sources is refused.
   */
  readonly evaluator?: () => Promise<PolicyEvaluator>;
  /** How many images are looked at at once; 5 by default, as in ec. */
  readonly workers?: number;
  /** Images that have such a summary of an earlier run are not validated again; for runs that judge at the current time. */
  readonly earlier?: EarlierSummaries;
  readonly version: string;
}

/**
 * Validates the images of a snapshot: signatures, attestations and their syntax, and the policy's rules. The report
 * says whether the gate passes; an error means that it could not be decided, which is no pass either.
 */
export async function validate(ctx: StepContext, options: ValidateOptions): Promise<ImageReport> {
  if ((options.policy.sources ?? []).length > 0 && options.evaluator === undefined) {
    throw new SluiceError(
      'configuration',
      'The policy has sources, but nothing here evaluates them; they cannot be left out.',
    );
  }
  const evaluator = options.evaluator?.();
  try {
    return await validateWith(ctx, options, evaluator);
  } catch (error) {
    // What is wrong with the policy is told first, whichever came first.
    await evaluator;
    throw error;
  }
}

async function validateWith(
  ctx: StepContext,
  options: ValidateOptions,
  evaluator: Promise<PolicyEvaluator> | undefined,
): Promise<ImageReport> {
  // Awaited below, behind what is done meanwhile.
  evaluator?.catch(() => {});
  const trust = await trustFor(ctx, options);
  const components = await resolveComponents(ctx, options.snapshot.components, options.open);
  // A policy that is known to be bad by now asks nothing more of the registry.
  await Promise.race([evaluator, undefined]);
  const run: ValidationRun = {
    snapshot: { ...options.snapshot, components: components.map(({ component }) => component) },
    trust,
    effectiveTime: options.effectiveTime,
    open: options.open,
    skipSignatureCheck: options.skipSignatureCheck ?? false,
    keepInput: options.keepInput ?? false,
    ...(evaluator === undefined ? {} : { evaluator }),
  };
  const { earlier } = options;
  const earlierOutcome = earlier && lookBack(ctx, earlier, appliedPolicy(options, trust, await evaluator));
  const validations = await mapBounded(components, options.workers ?? 5, async (component) => {
    ctx.signal?.throwIfAborted();
    const one = readingOnce(component);
    return (await earlierOutcome?.(one)) ?? validateImage(ctx, one, run);
  });
  const opened = await evaluator;
  const applied = appliedPolicy(options, trust, opened);
  return reportOf(ctx, options, { applied, validations, notes: opened?.notes ?? [] });
}

/**
 * An earlier summary, the evidence and the policy are about the same things in the registry. They are held for as long as
 * this image is looked at.
 */
function readingOnce({ component, image }: ResolvedComponent): ResolvedComponent {
  if (image.kind === 'inaccessible') return { component, image };
  const { repository, manifest } = image;
  return { component, image: { ...image, repository: rememberReads(repository, [manifest]) } };
}

/** What signatures are checked against: the key or identity of policy and command line, and the trusted root it needs. */
export async function trustFor(
  ctx: StepContext,
  options: Pick<ValidateOptions, 'policy' | 'publicKey' | 'identity' | 'ignoreLog' | 'ignoreSct' | 'trust'>,
): Promise<Trust> {
  const { policy, publicKey, identity, ignoreLog = false, ignoreSct = false } = options;
  const expected = expectedSigner(policy, {
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(identity === undefined ? {} : { identity }),
  });
  const signer = await signerOf(ctx, expected);
  const needsRoot = signer.kind === 'identity' || !ignoreLog;
  return {
    signer,
    ignoreLog,
    ignoreSct,
    ...(needsRoot ? { root: await loadTrustedRoot(ctx, options.trust) } : {}),
  };
}

async function signerOf(ctx: StepContext, expected: ExpectedSigner): Promise<Trust['signer']> {
  if (expected.kind === 'identity') {
    await checkIdentityPatterns(expected.policy);
    return expected;
  }
  return { kind: 'keys', keys: [await loadVerificationKey(ctx, expected.reference)] };
}

interface Findings {
  readonly applied: AppliedPolicy;
  readonly validations: readonly ImageValidation[];
  /** Of the policy. */
  readonly notes: readonly string[];
}

function reportOf(
  ctx: StepContext,
  { effectiveTime, version }: ValidateOptions,
  { applied, validations, notes }: Findings,
): ImageReport {
  const { policy, policyDigest, signer } = applied;
  const components = validations
    .map(({ report }) => report)
    .toSorted((a, b) => compareText(b.containerImage, a.containerImage));
  return {
    kind: 'image',
    success: components.length > 0 && components.every(({ success }) => success),
    created: ctx.now(),
    snapshot: '',
    components,
    key: keyOf(signer),
    policy,
    policyDigest,
    version,
    effectiveTime: shownTime(effectiveTime, validations, ctx.now()),
    notes: [...notes, ...validations.flatMap((validation) => validation.notes)],
  };
}

/** The policy with the signer that images had to have, and the digest of both. */
function appliedPolicy(
  options: ValidateOptions,
  { signer }: Trust,
  evaluator: PolicyEvaluator | undefined,
): AppliedPolicy {
  const policy = shownPolicy(evaluator?.policy ?? options.policy, options.publicKey, signer);
  const said = signer.kind === 'keys' ? { publicKey: keyOf(signer) } : { identity: signer.policy };
  return { policy, policyDigest: policyDigest({ ...policy, ...said }, evaluator?.contents ?? new Map()), signer };
}

function keyOf(signer: Trust['signer']): string {
  return signer.kind === 'keys' ? (signer.keys[0]?.pem ?? '') : '';
}

/** The time that the policy was judged at; of several attestation times the latest. */
function shownTime(time: EffectiveTime, validations: readonly ImageValidation[], now: Date): Instant {
  if (time.kind === 'at') return time.instant;
  const times = validations.flatMap(({ effectiveTime }) => effectiveTime ?? []);
  return times.toSorted((a, b) => (a < b ? -1 : 1)).at(-1) ?? instantOf(now);
}

/** The policy as it was applied: with the key of the command line, and without a key that an identity put aside. */
function shownPolicy(policy: PolicySpec, publicKey: string | undefined, signer: Trust['signer']): PolicySpec {
  if (publicKey) return { ...policy, publicKey };
  if (signer.kind === 'keys') return policy;
  const { publicKey: _unused, ...keyless } = policy;
  return keyless;
}
