// SPDX-License-Identifier: Apache-2.0
import { type Digest, parseDigest, type Repository } from '@sluice/oci';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { discoverEvidence } from '../evidence/discover.ts';
import type { SignedMaterial } from '../evidence/evidence.ts';
import { instantOf } from '../policy/instant.ts';
import type { PolicySpec } from '../policy/spec.ts';
import { parseStatement } from '../statement/statement.ts';
import type { ProvedAttestation } from '../verification/proof.ts';
import { verifyAttestation } from '../verification/verify-attestation.ts';
import { verifyBundle, verifyEvidence } from '../verification/verify-evidence.ts';
import type { Trust } from '../verification/verify-material.ts';
import { policyDifferences } from './equivalence.ts';
import { isSummaryType, readSummary, type VerificationSummary } from './vsa.ts';

// An import would load all that node:util offers.
const { isDeepStrictEqual } = process.getBuiltinModule('node:util');

/** What a summary is held against. */
export interface ExpectedSummary {
  readonly trust: Trust;
  readonly maxAgeMs: number;
  /** Conforma's summaries carry their policy, which must ask for the same as this one. */
  readonly policy?: PolicySpec;
  /** SLSA's summaries carry the digest of their policy. */
  readonly policyDigest?: string;
  /** Who must have signed the image; Conforma's summaries must have been made with the same demand. */
  readonly signer?: Trust['signer'];
}

export interface SummaryVerdict {
  readonly passed: boolean;
  /** One sentence. */
  readonly message: string;
  /** ec's word for why not. */
  readonly reason?: 'no_vsa' | 'expired' | 'predicate_failed' | 'policy_mismatch' | 'retrieval_failed';
  /** What the summary itself says. */
  readonly outcome?: 'passed' | 'failed';
  readonly summary?: VerificationSummary;
}

/** Judges the summaries attached to an image; the best of them counts. */
export async function validateAttachedSummary(
  ctx: StepContext,
  repository: Repository,
  digest: Digest,
  expected: ExpectedSummary,
): Promise<SummaryVerdict> {
  const { attestations, unproved } = await verifyEvidence(
    await discoverEvidence(repository, digest),
    expected.trust,
    ctx.now(),
  );
  const verdicts = attestations
    .filter(({ statement }) => isSummaryType(statement.predicateType))
    .map((attestation) => judged(attestation, expected, ctx.now()));
  const best = verdicts.find(({ passed }) => passed) ?? verdicts[0];
  if (best !== undefined) return best;
  const why = [...new Set(unproved.map(({ reason }) => reason))].join('; ');
  return {
    passed: false,
    reason: 'no_vsa',
    message: `No verification summary of ${repository.name}@${digest} by the signer that was named was found.${why === '' ? '' : ` What is attached does not hold: ${why}`}`,
  };
}

/** Judges a summary in a file: a DSSE envelope as ec writes it, or a Sigstore bundle. */
export async function validateSummaryFile(
  ctx: StepContext,
  bytes: Uint8Array,
  file: string,
  expected: ExpectedSummary,
): Promise<SummaryVerdict> {
  try {
    return judged(await proveFile(ctx, bytes, file, expected.trust), expected, ctx.now());
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'unproved') throw error;
    return { passed: false, reason: 'retrieval_failed', message: error.message };
  }
}

function judged({ statement }: ProvedAttestation, expected: ExpectedSummary, now: Date): SummaryVerdict {
  let summary: VerificationSummary;
  try {
    summary = readSummary(statement.predicateType, statement.predicate);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { passed: false, reason: 'retrieval_failed', message: error.message };
  }
  const outcome = summary.passed ? 'passed' : 'failed';
  const refused = (reason: SummaryVerdict['reason'] & string, message: string): SummaryVerdict => ({
    passed: false,
    reason,
    message,
    outcome,
    summary,
  });
  const age = now.getTime() - summary.time.getTime();
  if (age > expected.maxAgeMs || age < -5 * 60_000)
    return refused(
      'expired',
      `The summary was made at ${summary.time.toISOString()}, which is too long ago or to come.`,
    );
  if (!summary.passed) return refused('predicate_failed', 'The summary says that the image was refused.');
  const differences = differencesOf(summary, expected, now);
  if (differences.length > 0)
    return refused('policy_mismatch', `The summary is about another policy: ${differences.join('; ')}.`);
  return { passed: true, message: 'Policy matches', outcome, summary };
}

function differencesOf(summary: VerificationSummary, expected: ExpectedSummary, now: Date): readonly string[] {
  if (summary.kind === 'slsa') {
    const { policyDigest } = expected;
    return policyDigest === undefined || summary.policyDigest === policyDigest
      ? []
      : [`its digest is ${summary.policyDigest ?? 'missing'}, not ${policyDigest}`];
  }
  if ((summary.policy?.sources ?? []).length === 0) return ['it names no sources'];
  const other = expected.signer === undefined || sameSigner(summary, expected.signer) ? [] : [otherSigner];
  if (expected.policy === undefined) return other;
  return [...policyDifferences(summary.policy ?? {}, expected.policy, instantOf(now)), ...other];
}

const otherSigner = 'the image had to be signed by another key or identity';

/** Conforma compares the sources only; a summary made for another signer's image proves nothing about ours. */
function sameSigner({ policy, imageKey = '' }: VerificationSummary, signer: Trust['signer']): boolean {
  if (signer.kind === 'keys') return signer.keys.some(({ pem }) => pem.trim() === imageKey.trim());
  return imageKey === '' && isDeepStrictEqual({ ...policy?.identity }, { ...signer.policy });
}

async function proveFile(ctx: StepContext, bytes: Uint8Array, file: string, trust: Trust): Promise<ProvedAttestation> {
  const json = parsed(bytes, file);
  if (!('payloadType' in json)) {
    const envelope = json['dsseEnvelope'];
    const payload = isMembers(envelope) ? envelope['payload'] : undefined;
    const proved = await verifyBundle(bytes, file, subjectOf(payload, file), trust, ctx.now());
    if (proved.kind === 'attestation') return proved;
    throw notASummary(file, 'an image signature');
  }
  const digest = subjectOf(json['payload'], file);
  const item = {
    material: materialOf(json, file),
    places: [{ layout: 'referrer' as const, where: file, manifest: digest }],
  };
  const proved = await verifyAttestation(item, digest, trust, ctx.now());
  if (proved.kind === 'attestation') return proved;
  throw new SluiceError('unproved', `${file}: ${proved.reason}`);
}

/** A file is about whatever image it names; that it is about a certain one shows where it is attached to it. */
function subjectOf(payload: unknown, file: string): Digest {
  if (typeof payload !== 'string') throw notASummary(file, 'no payload');
  const [subject] = parseStatement(Buffer.from(payload, 'base64')).subject;
  const sha256 = subject?.digest['sha256'];
  if (sha256 === undefined) throw notASummary(file, 'a subject without a sha256 digest');
  return parseDigest(`sha256:${sha256}`);
}

function materialOf(envelope: { readonly [name: string]: unknown }, file: string): SignedMaterial {
  const { payloadType, payload, signatures } = envelope;
  if (typeof payloadType !== 'string' || typeof payload !== 'string' || !Array.isArray(signatures))
    throw notASummary(file, 'an incomplete envelope');
  return {
    content: {
      kind: 'envelope',
      payloadType,
      payload: Buffer.from(payload, 'base64'),
      signatures: signatures.map((signature: unknown) => {
        const { keyid, sig } = isMembers(signature) ? signature : {};
        if (typeof sig !== 'string') throw notASummary(file, 'a signature without bytes');
        return { keyid: typeof keyid === 'string' ? keyid : '', signature: Buffer.from(sig, 'base64') };
      }),
    },
    chain: [],
    logEntries: [],
    timestamps: [],
  };
}

function parsed(bytes: Uint8Array, file: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (isMembers(value)) return value;
  } catch {
    // Said below.
  }
  throw notASummary(file, 'no JSON object');
}

function isMembers(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notASummary(file: string, found: string): SluiceError {
  return new SluiceError('unproved', `Expected a signed verification summary in ${file}, but found ${found}.`);
}
