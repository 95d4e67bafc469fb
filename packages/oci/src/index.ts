// SPDX-License-Identifier: Apache-2.0
export { type AppendOptions, appendLayer, type ConfigChanges } from './append/append-layer.ts';
export type { LayerCompression, LayerContent } from './append/layer.ts';
export type { Credential, Credentials } from './auth/credentials.ts';
export { type CredentialSources, defaultCredentials } from './auth/default-credentials.ts';
export { openRepository } from './client/open.ts';
export { rememberReads } from './client/remember-reads.ts';
export { applyCopy, type CopyOptions, type CopyReport, copyGraph } from './copy/copy.ts';
export { type CopyPlan, type PlannedManifest, type PlannedTag, type PlanOptions, planCopy } from './copy/graph.ts';
export type { CopyStep } from './copy/step.ts';
export type { Descriptor, Digest, Platform } from './descriptor.ts';
export { cosignTag, digestOf, isDigest, parseDigest, referrersTag } from './digest.ts';
export { OciError, type OciErrorCode } from './error.ts';
export type { Pauses } from './http/retry.ts';
export { type Layout, openLayout } from './layout/open-layout.ts';
export { defaultLimits, type Limits } from './limits.ts';
export type { ImageIndex, ImageManifest, Manifest } from './manifest.ts';
export {
  DOCKER_CONFIG,
  DOCKER_LAYER_GZIP,
  DOCKER_MANIFEST,
  DOCKER_MANIFEST_LIST,
  EMPTY_JSON,
  emptyJsonBytes,
  emptyJsonDescriptor,
  IMAGE_CONFIG,
  IMAGE_INDEX,
  IMAGE_MANIFEST,
  LAYER_GZIP,
  LAYER_TAR,
} from './media-types.ts';
export { artifactTypeOf, parseManifest } from './parse-manifest.ts';
export { formatReference, parseReference, type Reference } from './reference.ts';
export type { Repository } from './repository.ts';
export type { RegistryAction, RegistryAuth, RegistryUser } from './server/access.ts';
export { createRegistryHandler, type RegistryOptions } from './server/handler.ts';
export { type RunningRegistry, startRegistry } from './server/start.ts';
export { createSession, type RequestRecord, type Session, type SessionLog, type SessionOptions } from './session.ts';
