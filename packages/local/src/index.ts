// SPDX-License-Identifier: Apache-2.0
export { LocalError, type LocalErrorCode } from './error.ts';
export type { ClaimOverrides, Claims, Variables } from './oidc/claims.ts';
export { githubVariables } from './oidc/github-run.ts';
export type { TokenRequestVariables } from './oidc/github-token-endpoint.ts';
export { gitlabVariables } from './oidc/gitlab-job.ts';
export type { Issuer } from './oidc/issuer.ts';
export type { OidcProvider } from './oidc/provider.ts';
export { type LocalOptions, type LocalService, type LocalStack, startLocal } from './start-local.ts';
export type { SigningConfigJson } from './trust/signing-config.ts';
export type { TrustedRootJson } from './trust/trusted-root.ts';
export { type TrustFiles, writeTrustFiles } from './trust/write-trust-files.ts';
