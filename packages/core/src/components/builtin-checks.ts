// SPDX-License-Identifier: Apache-2.0
import type { Evidence } from '../evidence/evidence.ts';
import type { Result } from '../policy/result.ts';
import { checkSlsaV1 } from '../provenance/slsa-v1.ts';
import { checkSlsaV02 } from '../provenance/slsa-v02.ts';
import type { AttestationReport, SignatureReport } from '../report/report.ts';
import { slsaProvenanceV1, slsaProvenanceV02 } from '../statement/predicate-types.ts';
import type { ProvedAttestation, ProvedSigner, VerifiedEvidence } from '../verification/proof.ts';
import type { Trust } from '../verification/verify-material.ts';

// The sentences are ec's up to their first colon (conforma/cli, internal/output), so that people and tools know them.
const passed = 'Pass';
const noSignatureForKey =
  'No image signatures found matching the given public key. Verify the correct public key was provided, and a signature was created. Error: ';
const noAttestationForKey =
  'No image attestations found matching the given public key. Verify the correct public key was provided, and one or more attestations were created. Error: ';

/** `builtin.image.signature_check`: at least one image signature is proved. An attestation does not count as one. */
export function checkSignatures(verified: VerifiedEvidence, evidence: Evidence, trust: Trust): Result {
  const msg = verified.signatures.length > 0 ? passed : signatureFailure(verified, evidence, trust);
  return {
    msg,
    metadata: {
      code: 'builtin.image.signature_check',
      title: 'Image signature check passed',
      description: 'The image signature matches available signing materials.',
    },
  };
}

function signatureFailure(verified: VerifiedEvidence, evidence: Evidence, trust: Trust): string {
  const found = evidence.items.filter(({ kind }) => kind === 'signature');
  if (found.length === 0) return `Image signature check failed: ${noSignatures(verified, evidence)}`;
  const reasons = reasonsOf(verified, ['signature', 'unreadable']);
  if (trust.signer.kind === 'identity') return `Image signature check failed: no matching signatures: ${reasons}`;
  // ec keeps signatures in bundles among the attestations, and says so.
  const bundles = evidence.items.some(({ places }) => places.some(({ layout }) => layout === 'referrer'));
  return bundles
    ? `${noAttestationForKey}no matching attestations: ${reasons}`
    : `${noSignatureForKey}no matching signatures: ${reasons}`;
}

function noSignatures(verified: VerifiedEvidence, evidence: Evidence): string {
  const attestations = evidence.items.length;
  if (attestations === 0)
    return ['no signatures found', reasonsOf(verified, ['unreadable'])].filter(Boolean).join('; ');
  const count = attestations === 1 ? 'one attestation is' : `${attestations} attestations are`;
  return `no signatures found; ${count} attached, but an attestation is not a signature`;
}

/** `builtin.attestation.signature_check`: something signed is attached and proved, and what is SLSA can be read as such. */
export function checkAttestations(verified: VerifiedEvidence, evidence: Evidence, trust: Trust): Result {
  return {
    msg: attestationFailure(verified, evidence, trust) ?? passed,
    metadata: {
      code: 'builtin.attestation.signature_check',
      title: 'Attestation signature check passed',
      description: 'The attestation signature matches available signing materials.',
    },
  };
}

function attestationFailure(verified: VerifiedEvidence, _evidence: Evidence, trust: Trust): string | undefined {
  const { signatures, attestations } = verified;
  const signedByBundle = signatures.some(({ places }) => places.some(({ layout }) => layout === 'referrer'));
  if (attestations.length === 0 && !signedByBundle) {
    const reasons = `no matching attestations: ${reasonsOf(verified, ['attestation', 'unreadable'])}`;
    return trust.signer.kind === 'keys'
      ? `${noAttestationForKey}${reasons}`
      : `Image attestation check failed: ${reasons}`;
  }
  const malformed = attestations.filter(inTagLayout).flatMap(mistyped)[0];
  return malformed && `Image attestation check failed: ${malformed}`;
}

/** In the tag layout ec reads SLSA provenance into typed structures, which stops at a member of another type. */
function mistyped({ statement }: ProvedAttestation): string[] {
  const version = statement.predicateType === slsaProvenanceV1 ? 'v1' : 'v0.2';
  return slsaProblems(statement)
    .filter((problem) => wrongType.test(problem) && !untyped.test(problem))
    .map((problem) => `unable to parse as SLSA ${version}: malformed attestation data: ${problem}`);
}

const wrongType = /: expected (an object|an array|text|true or false|a time as [^,]+), found (?!none)/;
const untyped =
  /^predicate\.(invocation\.(parameters|environment)|buildConfig|buildDefinition\.(external|internal)Parameters)\b/;

function inTagLayout({ places }: ProvedAttestation): boolean {
  return places.every(({ layout }) => layout === 'tag');
}

/** `builtin.attestation.syntax_check`: there is an attestation, and SLSA provenance fits its schema. */
export function checkSyntax(attestations: readonly ProvedAttestation[]): Result {
  const problems = attestations.flatMap(({ statement }) => slsaProblems(statement));
  const failure = attestations.length === 0 ? 'no attestation data' : problems.join('; ');
  return {
    msg: failure === '' ? passed : `Attestation syntax check failed: ${failure}`,
    metadata: {
      code: 'builtin.attestation.syntax_check',
      title: 'Attestation syntax check passed',
      description: 'The attestation has correct syntax.',
    },
  };
}

function slsaProblems(statement: ProvedAttestation['statement']): readonly string[] {
  if (statement.predicateType === slsaProvenanceV1) return checkSlsaV1(statement);
  return statement.predicateType === slsaProvenanceV02 ? checkSlsaV02(statement) : [];
}

function reasonsOf(verified: VerifiedEvidence, items: readonly string[]): string {
  return verified.unproved
    .filter(({ item }) => items.includes(item))
    .map(({ reason }) => reason)
    .join('\n');
}

/** A proved attestation as policies and reports see it. */
export function attestationReport(attestation: ProvedAttestation): AttestationReport {
  const { statement, payload, places, signers } = attestation;
  const buildType = inTagLayout(attestation) ? buildTypeOf(statement.predicate) : undefined;
  return {
    type: statement._type,
    predicateType: statement.predicateType,
    ...(buildType === undefined ? {} : { predicateBuildType: buildType }),
    signatures: signatureReports(signers),
    statement: Buffer.from(payload).toString('utf8'),
    ...(places[0] ? { where: places[0].where } : {}),
  };
}

function buildTypeOf(predicate: unknown): string | undefined {
  const inner = member(predicate, 'buildDefinition') ?? predicate;
  const buildType = member(inner, 'buildType');
  return typeof buildType === 'string' ? buildType : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** Proved signers in ec's shape. */
export function signatureReports(signers: readonly ProvedSigner[]): readonly SignatureReport[] {
  return signers.map(({ keyid, signature, certificate, chain }) => ({
    keyid,
    sig: signature,
    ...(certificate === undefined ? {} : { certificate: certificate.pem, chain, metadata: certificate.metadata }),
  }));
}
