// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { discoverEvidence } from '../evidence/discover.ts';
import type { EffectiveTime } from '../policy/effective-time.ts';
import { compareText, isJsonObject, type Json, parseExactJson } from '../policy/exact-json.ts';
import { type Instant, instantOf, parseRfc3339 } from '../policy/instant.ts';
import { codeOf, type Outcome, type Result, termsOf } from '../policy/result.ts';
import type { PolicyEvaluator } from '../policy/target.ts';
import type { AttestationReport, ComponentReport } from '../report/report.ts';
import { verifyEvidence } from '../verification/verify-evidence.ts';
import type { Trust } from '../verification/verify-material.ts';
import {
  attestationReport,
  checkAttestations,
  checkSignatures,
  checkSyntax,
  signatureReports,
} from './builtin-checks.ts';
import { readImageFacts } from './image-config.ts';
import type { OpenRepository, ResolvedComponent, Snapshot } from './snapshot.ts';

/** What is the same for all images of a run. */
export interface ValidationRun {
  readonly snapshot: Snapshot;
  readonly trust: Trust;
  readonly effectiveTime: EffectiveTime;
  readonly open: OpenRepository;
  /** Awaited where an image's evidence has been verified. */
  readonly evaluator?: Promise<PolicyEvaluator>;
  /** `--skip-image-sig-check`: signatures are neither asked for nor shown; attestations are. */
  readonly skipSignatureCheck?: boolean;
  /** The report has the document that policies were given; it is large where a snapshot is. */
  readonly keepInput?: boolean;
}

export interface ImageValidation {
  readonly report: ComponentReport;
  /** Evidence that was left out, with its reason: shown, never judged. */
  readonly notes: readonly string[];
  /** When the policy is judged; known once attestations are proved. */
  readonly effectiveTime?: Instant;
}

/**
 * Validates one image as ec does, in its order: accessible, image signature, attestation signatures (a failure ends it
 * there), attestation syntax, policy. An image with no attestation fails.
 */
export async function validateImage(
  ctx: StepContext,
  { component, image }: ResolvedComponent,
  run: ValidationRun,
): Promise<ImageValidation> {
  if (image.kind === 'inaccessible') {
    const violation = failure('accessible', `Image URL is not accessible: ${image.error.message}`);
    return { report: { ...emptyReport(component), ...verdict([violation], [], []) }, notes: [] };
  }
  const { repository, manifest } = image;
  const { digest } = manifest.descriptor;
  const ref = `${repository.name}@${digest}`;
  const evidence = await discoverEvidence(repository, digest);
  const verified = await verifyEvidence(evidence, run.trust, ctx.now());
  const notes = verified.unproved.map(
    ({ item, places, reason }) => `${item} at ${places[0]?.where} is left out: ${reason}`,
  );
  const attested = checkAttestations(verified, evidence, run.trust);
  const base = { ...emptyReport(component), containerImage: ref };
  const checks = run.skipSignatureCheck ? [attested] : [checkSignatures(verified, evidence, run.trust), attested];
  if (!codePassed(attested)) return { report: { ...base, ...verdictOf(checks, []) }, notes };

  const attestations = verified.attestations.map(attestationReport);
  const signatures = run.skipSignatureCheck
    ? []
    : verified.signatures.flatMap(({ signers }) => signatureReports(signers));
  checks.push(checkSyntax(verified.attestations));
  const proved = { ...base, signatures, attestations };
  const effectiveTime = effectiveInstant(run.effectiveTime, attestations, ctx.now());
  if (attestations.length === 0) {
    const none = { msg: 'No attestations contain a subject that match the given image.' };
    return { report: { ...proved, ...verdictOf(checks, [outcomeOf(none)]) }, notes };
  }
  const known = { notes, effectiveTime };
  const evaluator = await run.evaluator;
  if (!evaluator) return { report: { ...proved, ...verdictOf(checks, []) }, ...known };
  const evaluation = await evaluator.evaluate({
    component,
    snapshot: run.snapshot,
    ref,
    repository,
    manifest,
    signatures,
    attestations,
    ...(await readImageFacts(repository, manifest, run.open)),
    effectiveTime,
  });
  const judged = { ...proved, ...verdictOf(checks, evaluation.outcomes) };
  const report = run.keepInput ? { ...judged, policyInput: evaluation.input() } : judged;
  return { report, ...known };
}

/** A component of which nothing is known yet. */
export function emptyReport({ name, containerImage, source }: ResolvedComponent['component']): ComponentReport {
  const lists = { violations: [], warnings: [], successes: [], signatures: [], attestations: [] };
  return { name, containerImage, source, success: false, ...lists };
}

function failure(check: string, msg: string): Result {
  return {
    msg,
    metadata: {
      code: `builtin.image.${check}`,
      title: 'Image URL is accessible',
      description: 'The image URL is available and accessible.',
    },
  };
}

function codePassed({ msg }: Result): boolean {
  return msg === 'Pass';
}

function outcomeOf(failed: Result): Outcome {
  const none = { warnings: [], exceptions: [], skipped: [], successes: [] };
  return { filename: '', namespace: '', failures: [failed], ...none };
}

type Verdict = Pick<ComponentReport, 'success' | 'violations' | 'warnings' | 'successes'>;

function verdictOf(checks: readonly Result[], outcomes: readonly Outcome[]): Verdict {
  return verdict(
    [...checks.filter((check) => !codePassed(check)), ...outcomes.flatMap(({ failures }) => failures)],
    outcomes.flatMap(({ warnings }) => warnings),
    [...outcomes.flatMap(({ successes }) => successes), ...checks.filter(codePassed)],
  );
}

function verdict(violations: readonly Result[], warnings: readonly Result[], successes: readonly Result[]): Verdict {
  return {
    success: violations.length === 0,
    violations: sorted(violations),
    warnings: sorted(warnings),
    successes: sorted(successes),
  };
}

function sorted(results: readonly Result[]): readonly Result[] {
  return results.toSorted(
    (a, b) =>
      compareText(codeOf(a), codeOf(b)) ||
      compareText(termsOf(a)[0] ?? '', termsOf(b)[0] ?? '') ||
      compareText(a.msg, b.msg),
  );
}

/** With `attestation`, the newest end of a build that an attestation names; the current time where none does. */
function effectiveInstant(time: EffectiveTime, attestations: readonly AttestationReport[], now: Date): Instant {
  if (time.kind === 'at') return time.instant;
  const ends = attestations.flatMap(({ statement }) => {
    const finished = at(parseExactJson(statement), 'predicate', 'metadata', 'buildFinishedOn');
    const instant = typeof finished === 'string' ? parseRfc3339(finished) : undefined;
    return instant === undefined ? [] : [instant];
  });
  return ends.toSorted((a, b) => (a < b ? -1 : 1)).at(-1) ?? instantOf(now);
}

function at(value: Json, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((here, name) => (isJsonObject(here) ? here[name] : undefined), value);
}
