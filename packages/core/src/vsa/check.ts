// SPDX-License-Identifier: Apache-2.0
import type { Digest, Repository } from '@sluice/oci';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { discoverEvidence } from '../evidence/discover.ts';
import type { ProvedAttestation, VerifiedEvidence } from '../verification/proof.ts';
import { verifyEvidence } from '../verification/verify-evidence.ts';
import type { Trust } from '../verification/verify-material.ts';
import { readSummary, slsaSummaryType, type VerificationSummary } from './vsa.ts';

/** What a verification summary has to say to be trusted. */
export interface SummaryDemands {
  /** `sha256:…` of the policy that it must be about. */
  readonly policyDigest: string;
  /** How old it may be, in milliseconds. */
  readonly maxAgeMs: number;
  /** The `verifier.id`; where absent, it must be the identity that signed, if an identity signed. */
  readonly verifier?: string;
  /** A level that must be among `verifiedLevels`, such as SLSA_BUILD_LEVEL_2. */
  readonly level?: string;
}

/** How far clocks of verifier and reader may differ. */
const clockSkewMs = 5 * 60_000;

/**
 * Finds a summary about an image that is signed by whom `trust` names and says all that is demanded. Nothing else that
 * is attached to the image counts.
 *
 * @throws SluiceError `refused`, with the reason for each summary that was looked at.
 */
export async function requireSummary(
  ctx: StepContext,
  repository: Repository,
  digest: Digest,
  trust: Trust,
  demands: SummaryDemands,
): Promise<VerificationSummary> {
  const evidence = await verifyEvidence(await discoverEvidence(repository, digest), trust, ctx.now());
  const image = `${repository.name}@${digest}`;
  const reasons: string[] = [];
  for (const attestation of evidence.attestations) {
    if (attestation.statement.predicateType !== slsaSummaryType) continue;
    const found = acceptable(attestation, demands, ctx.now());
    if (typeof found !== 'string') return found;
    reasons.push(found);
  }
  throw new SluiceError('refused', whyNone(image, reasons, evidence));
}

/** Why a summary is not enough; undefined where it is. */
export function summaryProblem(summary: VerificationSummary, demands: SummaryDemands, now: Date): string | undefined {
  const { passed, time, policyDigest, verifier, levels } = summary;
  const age = now.getTime() - time.getTime();
  if (!passed) return 'it says that the image was refused';
  if (demands.verifier !== undefined && verifier !== demands.verifier)
    return `the verifier is ${verifier}, not ${demands.verifier}`;
  if (policyDigest !== demands.policyDigest)
    return `it is about the policy ${policyDigest ?? 'without a digest'}, not ${demands.policyDigest}`;
  if (age > demands.maxAgeMs)
    return `it was made at ${time.toISOString()}, ${inWords(age)} ago, and only ${inWords(demands.maxAgeMs)} are allowed`;
  if (age < -clockSkewMs) return `it was made at ${time.toISOString()}, which is still to come`;
  if (demands.level !== undefined && !levels.includes(demands.level))
    return `it says ${levels.join(', ') || 'no level'}, not ${demands.level}`;
  return undefined;
}

function acceptable(
  { statement, signers }: ProvedAttestation,
  demands: SummaryDemands,
  now: Date,
): VerificationSummary | string {
  let summary: VerificationSummary;
  try {
    summary = readSummary(statement.predicateType, statement.predicate);
  } catch (error) {
    if (error instanceof SluiceError) return error.message;
    throw error;
  }
  const subjects = signers.flatMap(({ certificate }) => certificate?.identity.subjects ?? []);
  const demanded = summaryProblem(summary, demands, now);
  if (demanded !== undefined) return demanded;
  // Whoever signs speaks for themselves only, unless a verifier by another name is asked for.
  if (demands.verifier === undefined && subjects.length > 0 && !subjects.includes(summary.verifier))
    return `the verifier is ${summary.verifier}, but ${subjects.join(', ')} signed`;
  return summary;
}

function whyNone(image: string, reasons: readonly string[], evidence: VerifiedEvidence): string {
  if (reasons.length > 0)
    return `No verification summary of ${image} is good enough: ${reasons.join('; ')}. Validate it again with "sluice validate image --vsa-attach".`;
  const unproved = [...new Set(evidence.unproved.map(({ reason }) => reason))];
  const other = unproved.length > 0 ? ` What is attached does not hold: ${unproved.join('; ')}` : '';
  return `Expected a verification summary of ${image} by the verifier that was named, but found none; "sluice validate image --vsa-attach" makes one.${other}`;
}

function inWords(ms: number): string {
  const hours = ms / 3_600_000;
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  if (hours >= 2) return `${Math.floor(hours)} hours`;
  return `${Math.max(0, Math.round(ms / 60_000))} minutes`;
}
