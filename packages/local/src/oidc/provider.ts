// SPDX-License-Identifier: Apache-2.0
import { listenOnLoopback } from '../http/service.ts';
import type { ClaimOverrides, Variables } from './claims.ts';
import { createGitHubTokenEndpoint, mintGitHubToken, type TokenRequestVariables } from './github-token-endpoint.ts';
import { gitlabClaims } from './gitlab-job.ts';
import { createIssuer, generateIssuerKey, type Issuer, type IssuerOptions, issuerRoutes } from './issuer.ts';

/** The three issuers of the stack, on one server below three paths. */
export interface OidcProvider {
  readonly url: string;
  /** Stands in for GitLab. */
  readonly gitlab: Issuer;
  /** Stands in for GitHub's `token.actions.githubusercontent.com`. */
  readonly github: Issuer;
  /** Stands in for a provider of people's e-mail addresses. */
  readonly email: Issuer;
  mintGitLabToken(overrides?: ClaimOverrides, variables?: Variables): string;
  mintGitHubToken(overrides?: ClaimOverrides, variables?: Variables): string;
  mintEmailToken(email: string, overrides?: ClaimOverrides): string;
  githubTokenRequest(variables?: Variables, overrides?: ClaimOverrides): TokenRequestVariables;
  close(): Promise<void>;
}

export interface OidcOptions extends IssuerOptions {
  readonly port?: number | undefined;
}

export async function startOidcProvider(options: OidcOptions): Promise<OidcProvider> {
  const [service, ...keys] = await Promise.all([
    listenOnLoopback({ name: 'OIDC issuer', port: options.port }),
    generateIssuerKey(),
    generateIssuerKey(),
    generateIssuerKey(),
  ]);
  const [gitlabKey, githubKey, emailKey] = keys;
  const gitlab = createIssuer(`${service.url}/gitlab`, gitlabKey, options);
  const github = createIssuer(`${service.url}/github`, githubKey, options);
  const email = createIssuer(`${service.url}/email`, emailKey, options);
  const tokens = createGitHubTokenEndpoint(github);
  service.serve({
    routes: [...[gitlab, github, email].flatMap(issuerRoutes), ...tokens.routes],
    describe: (error) => ({ message: error.message }),
  });
  return {
    url: service.url,
    gitlab,
    github,
    email,
    mintGitLabToken: (overrides, variables) => gitlab.mint(gitlabClaims(variables), overrides),
    mintGitHubToken: (overrides, variables) => mintGitHubToken(github, overrides, variables),
    mintEmailToken: (address, overrides) =>
      email.mint({ sub: `user:${address}`, email: address, email_verified: true }, overrides),
    githubTokenRequest: tokens.admit,
    close: service.close,
  };
}
