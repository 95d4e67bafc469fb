// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { ContextSource, Visibility } from './ci-context.ts';
import type { IdentityToken } from './identity-token.ts';

/** A token of another forge than the job's server vouches for nothing here, unless the user names that issuer. */
export function refuseForeignIssuer(
  issuer: string,
  belongs: (issuer: string) => boolean,
  oidcIssuer: string | undefined,
): void {
  if (oidcIssuer === undefined ? belongs(issuer) : issuer === oidcIssuer) return;
  const expected = oidcIssuer === undefined ? "this CI server's own issuer" : `the issuer ${oidcIssuer}`;
  throw new SluiceError(
    'identity-token',
    `Expected an identity token from ${expected}, found one from ${issuer}; give --oidc-issuer where the server uses another.`,
  );
}

export function contextSource(token: IdentityToken | undefined): ContextSource {
  if (token === undefined) return 'variables';
  return token.verified ? 'verified-claims' : 'unverified-claims';
}

export function readVisibility(text: string | undefined): Visibility | undefined {
  return text === 'public' || text === 'private' || text === 'internal' ? text : undefined;
}
