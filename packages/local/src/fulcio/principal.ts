// SPDX-License-Identifier: Apache-2.0
import type { VerifiedToken } from '../oidc/verify-token.ts';
import type { AlternativeName } from '../x509/extensions.ts';
import type { ExtensionValues } from './certificate-extensions.ts';
import { type ClaimTemplates, fillTemplates, MissingClaimError } from './claim-templates.ts';

/** How certificates are filled for the tokens of an issuer. */
export type IssuerKind =
  | { readonly kind: 'ci-provider'; readonly templates: ClaimTemplates }
  | { readonly kind: 'email' };

/** Who asks for a certificate, as the certificate will say it. */
export interface Principal {
  /** The text that the proof of possession signs. */
  readonly challenge: string;
  readonly alternativeName: AlternativeName;
  readonly extensions: ExtensionValues;
}

/** The text that must be signed to prove the key, which is known before the certificate can be filled. */
export function challengeOf(token: VerifiedToken, issuer: IssuerKind): string {
  return issuer.kind === 'email' ? verifiedEmail(token) : token.subject;
}

/** Throws MissingClaimError when the token cannot fill the certificate. */
export function principalOf(token: VerifiedToken, issuer: IssuerKind): Principal {
  const challenge = challengeOf(token, issuer);
  const common = { issuer: token.issuer, issuerV2: token.issuer, tokenSubject: token.subject };
  if (issuer.kind === 'email') {
    return { challenge, alternativeName: { kind: 'email', value: challenge }, extensions: common };
  }
  const filled = fillTemplates(issuer.templates, token.claims);
  return {
    challenge,
    alternativeName: { kind: 'uri', value: filled.subjectAlternativeName },
    extensions: { ...filled.extensions, ...common },
  };
}

function verifiedEmail(token: VerifiedToken): string {
  const { email, email_verified: verified } = token.claims;
  if (typeof email !== 'string' || !email.includes('@')) throw new MissingClaimError('email', 'subjectAlternativeName');
  if (verified !== true) throw new MissingClaimError('email_verified', 'subjectAlternativeName');
  return email;
}
