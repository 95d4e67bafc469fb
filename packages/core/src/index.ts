// SPDX-License-Identifier: Apache-2.0
export type { Log, StepContext } from './context.ts';
export { SluiceError, type SluiceErrorCode } from './error.ts';
export { discoverEvidence } from './evidence/discover.ts';
export type { Evidence, EvidenceItem, EvidencePlace } from './evidence/evidence.ts';
export { predicateTypeOf } from './statement/predicate-types.ts';
export type { Statement } from './statement/statement.ts';
export { checkIdentityPolicy, type IdentityPolicy } from './verification/identity.ts';
export type { ProvedAttestation, ProvedSignature, VerifiedEvidence } from './verification/proof.ts';
export { loadVerificationKey } from './verification/public-key.ts';
export { loadTrustedRoot, type TrustSource, trustSourceFrom } from './verification/trusted-root.ts';
export { verifyBundle, verifyEvidence } from './verification/verify-evidence.ts';
export type { Trust } from './verification/verify-material.ts';
