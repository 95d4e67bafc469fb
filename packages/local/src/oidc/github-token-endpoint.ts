// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import type { Route } from '../http/route.ts';
import { ServiceError } from '../http/service-error.ts';
import type { ClaimOverrides, Variables } from './claims.ts';
import { githubClaims, githubVariables } from './github-run.ts';
import type { Issuer } from './issuer.ts';

/** What a runner puts into a job with `permissions: id-token: write`. */
export interface TokenRequestVariables {
  readonly ACTIONS_ID_TOKEN_REQUEST_URL: string;
  readonly ACTIONS_ID_TOKEN_REQUEST_TOKEN: string;
}

export interface GitHubTokenEndpoint {
  readonly routes: readonly Route[];
  /** Admits a run: its bearer token is good for identity tokens of exactly this run. */
  admit(variables?: Variables, overrides?: ClaimOverrides): TokenRequestVariables;
}

export function createGitHubTokenEndpoint(issuer: Issuer): GitHubTokenEndpoint {
  const runs = new Map<string, { readonly variables: Variables; readonly overrides: ClaimOverrides }>();
  const { pathname } = new URL(issuer.url);
  return {
    admit(variables = {}, overrides = {}) {
      const bearer = randomBytes(24).toString('base64url');
      runs.set(bearer, { variables, overrides });
      return {
        // Clients append `&audience=`, so the URL must hold a query already, as GitHub's does.
        ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer.url}/token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
      };
    },
    routes: [
      {
        method: 'GET',
        path: `${pathname}/token`,
        handle: ({ headers, query }) => {
          const bearer = /^bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
          const run = bearer === undefined ? undefined : runs.get(bearer);
          if (run === undefined) throw new ServiceError(401, 'The runner token is missing or not known.');
          const aud = query.get('audience') ?? defaultAudience(run.variables);
          const value = mintGitHubToken(issuer, { aud, ...run.overrides }, run.variables);
          return { status: 200, body: { count: value.length, value } };
        },
      },
    ],
  };
}

/** A token of a run; an environment among the overrides changes the subject, as it does at GitHub. */
export function mintGitHubToken(issuer: Issuer, overrides: ClaimOverrides = {}, variables: Variables = {}): string {
  const environment = overrides['environment'];
  const claims = githubClaims(variables, typeof environment === 'string' ? environment : undefined);
  return issuer.mint(claims, overrides);
}

/** Without an audience GitHub names the URL of the repository's owner. */
function defaultAudience(variables: Variables): string {
  const run = githubVariables(variables);
  return `${run['GITHUB_SERVER_URL']}/${run['GITHUB_REPOSITORY_OWNER']}`;
}
