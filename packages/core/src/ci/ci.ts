// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { CiContext } from './ci-context.ts';
import { detectCi } from './detect.ts';
import { findIdentityToken, type IdentityToken, type TokenRequest } from './identity-token.ts';
import { verifyToken } from './verify-token.ts';

export interface CiOptions extends TokenRequest {
  /** The one issuer whose tokens are taken, where it is not the CI server's own. */
  readonly oidcIssuer?: string;
}

/** What a run is, and the token that proves it where there is one. */
export interface Ci {
  readonly context: CiContext;
  readonly token?: IdentityToken;
}

/**
 * Reads the run: finds its token, holds the variables against the claims, and has the issuer confirm the token. The
 * issuer is asked only after it proved to be the one this CI should have: a token cannot send us anywhere.
 */
export async function readCi(ctx: StepContext, http: HttpClient, options: CiOptions = {}): Promise<Ci> {
  const token = await findIdentityToken(ctx, http, options);
  const issuer = options.oidcIssuer === undefined ? {} : { oidcIssuer: options.oidcIssuer };
  if (token === undefined) return { context: detectCi(ctx, issuer) };
  const context = detectCi(ctx, { ...issuer, identityToken: token });
  if (context.kind === 'local') return { context, token };
  const confirmed = await verifyToken(ctx, http, token);
  return { context: detectCi(ctx, { ...issuer, identityToken: confirmed }), token: confirmed };
}
