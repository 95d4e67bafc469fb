// SPDX-License-Identifier: Apache-2.0

export { type Ci, type CiOptions, readCi } from './ci/ci.ts';
export type { CiContext, GitHubContext, GitLabContext, LocalContext, Visibility } from './ci/ci-context.ts';
export { type DetectOptions, detectCi } from './ci/detect.ts';
export { findIdentityToken, type IdentityToken, type TokenRequest } from './ci/identity-token.ts';
export {
  type Component,
  type OpenRepository,
  readSnapshot,
  type Snapshot,
  type SnapshotInput,
} from './components/snapshot.ts';
export type { Log, StepContext } from './context.ts';
export { type DoctorOptions, examine } from './doctor/doctor.ts';
export type { DoctorFinding } from './doctor/finding.ts';
export { SluiceError, type SluiceErrorCode } from './error.ts';
export { discoverEvidence } from './evidence/discover.ts';
export type { Evidence, EvidenceItem, EvidencePlace } from './evidence/evidence.ts';
export { type EvidenceTree, readEvidenceTree, renderTree, type TreePiece } from './evidence/tree.ts';
export { type GitHub, type GitHubOptions, openGitHub } from './forge/github.ts';
export { storeAttestation } from './forge/github-attestations.ts';
export { type ForgeState, type ReportedStatus, reportStatus, type StatusRequest } from './forge/status.ts';
export { readVerdict, type Verdict, type VerdictFinding } from './forge/verdict.ts';
export { createHttpClient, type HttpClient, type HttpClientOptions } from './http/http-client.ts';
export type { RetryPolicy } from './http/retry-policy.ts';
export { trustCertificates } from './http/trust.ts';
export { clusterReader, type ReadResource, type ResourceKind } from './kubernetes/cluster-reader.ts';
export { type EffectiveTime, parseEffectiveTime } from './policy/effective-time.ts';
export type { CompiledPolicy, EvaluatedInput, EvaluatedSubject } from './policy/evaluator.ts';
export { goJson } from './policy/exact-json.ts';
export type { InspectedSource, InspectFilter, InspectFormat } from './policy/inspect.ts';
export { dateOf, formatInstant, type Instant, instantOf } from './policy/instant.ts';
export {
  declaredBuiltins,
  inspectData,
  inspectPolicies,
  openPolicy,
  openSources,
  serveInput,
  toYaml,
  validateFiles,
} from './policy/lazy.ts';
export { type LockedSource, lockOf, type PolicyLock, parseLock, writeLock } from './policy/lock.ts';
export type { OpenPolicyOptions } from './policy/open-policy.ts';
export type { SourceOptions } from './policy/open-sources.ts';
export {
  type ExpectedSigner,
  expectedSigner,
  type FetchPolicy,
  loadPolicy,
  parsePolicy,
} from './policy/policy-file.ts';
export { fetchPolicyWith } from './policy/remote-policy.ts';
export type { Metadata, Outcome, Result } from './policy/result.ts';
export { withExtraRuleData } from './policy/rule-data.ts';
export type { FilterType } from './policy/selection.ts';
export type { FetchedSource, SourceFile } from './policy/source-file.ts';
export type { SourceFetcher } from './policy/sources.ts';
export type { PolicySpec, SourceGroup, VolatileCriterion } from './policy/spec.ts';
export type { PolicyEvaluation, PolicyEvaluator, PolicyTarget } from './policy/target.ts';
export type { PromotedTarget } from './promotion/apply.ts';
export { describePlan, type PlannedTarget, type PromotionPlan } from './promotion/plan.ts';
export { type ProvenanceOptions, provenanceFromCi } from './provenance/from-ci.ts';
export { type BuildLevel, buildLevel, type LevelStep } from './provenance/level.ts';
export { checkSlsaV1, type ResourceDescriptor, type SlsaProvenanceV1 } from './provenance/slsa-v1.ts';
export { checkSlsaV02 } from './provenance/slsa-v02.ts';
export { renderReport } from './report/render.ts';
export type {
  AttestationReport,
  ComponentReport,
  FileReport,
  ImageReport,
  InputReport,
  Report,
  ReportOptions,
  SignatureReport,
} from './report/report.ts';
export { type ImageFormat, imageFormats, inputFormats, type OutputTarget, parseTarget } from './report/targets.ts';
export { policyDocs } from './report/text.ts';
export {
  generateKeyPair,
  type KeyPairFiles,
  type PasswordSource,
  parsePrivateKey,
  publicPem,
} from './signing/key-file.ts';
export type { ServiceOptions } from './signing/services.ts';
export { type Layout, passwordFrom, type SigningOptions } from './signing/signing-options.ts';
export { readPredicate, type TypedPredicate } from './statement/predicate.ts';
export { predicateTypeOf } from './statement/predicate-types.ts';
export type { Statement } from './statement/statement.ts';
export type { AttachedPiece, SignerName } from './steps/attach-signed.ts';
export { type PromoteOptions, type PromoteResult, type PromotionGate, promote } from './steps/promote.ts';
export { attestImage, type SecureReport, type SecureRequest, secure, signImage } from './steps/secure.ts';
export type { ServeInputOptions } from './steps/serve-input.ts';
export { trustFor, type ValidateOptions, validate } from './steps/validate.ts';
export type { ValidateFilesOptions } from './steps/validate-files.ts';
export type { CertificateDetails } from './verification/certificate.ts';
export { checkIdentityPatterns, checkIdentityPolicy, type IdentityPolicy } from './verification/identity.ts';
export type { ProvedAttestation, ProvedSignature, VerifiedEvidence } from './verification/proof.ts';
export { loadVerificationKey } from './verification/public-key.ts';
export { loadTrustedRoot, type TrustSource, trustSourceFrom } from './verification/trusted-root.ts';
export { verifyBundle, verifyEvidence } from './verification/verify-evidence.ts';
export type { Trust } from './verification/verify-material.ts';
export { requireSummary, type SummaryDemands, summaryProblem } from './vsa/check.ts';
export type { EarlierSummaries } from './vsa/earlier.ts';
export { type SummaryFilesOptions, writeSummaryFiles } from './vsa/files.ts';
export { fetchPolicyDigest, policyDigest } from './vsa/policy-digest.ts';
export {
  type ExpectedSummary,
  type SummaryVerdict,
  validateAttachedSummary,
  validateSummaryFile,
} from './vsa/validate.ts';
export {
  ecSummary,
  ecSummaryType,
  readSummary,
  type SummaryOptions,
  slsaSummary,
  slsaSummaryType,
  type VerificationSummary,
} from './vsa/vsa.ts';
export { type AttachedSummary, type AttachSummaryOptions, attachSummaries } from './vsa/write.ts';
