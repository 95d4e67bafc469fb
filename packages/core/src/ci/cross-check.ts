// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { Claims } from './identity-token.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** One fact that a token claims and a variable repeats. */
export type CrossCheck = readonly [claim: string, variable: string];

/**
 * Holds the variables against the token's claims. A variable can be set by any earlier step, a claim only by the issuer:
 * so the first difference is an error that names both.
 */
export function crossCheck(claims: Claims, env: Env, pairs: readonly CrossCheck[]): void {
  for (const [claim, variable] of pairs) {
    const claimed = claimText(claims, claim);
    const set = env[variable];
    if (claimed === undefined || set === undefined || set === '' || set === claimed) continue;
    throw new SluiceError(
      'context',
      `The identity token says ${claim} is "${claimed}", the variable ${variable} says "${set}"; they must agree: the variable was changed after the job started, or the token is of another job.`,
    );
  }
}

/** A claim as text; numbers and booleans are taken as the forges write them in variables. */
export function claimText(claims: Claims, name: string): string | undefined {
  const value = claims[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A fact from the claim when there is a token, from the variable when there is none. */
export function fact(claims: Claims | undefined, env: Env, claim: string, variable: string | undefined): string {
  const found = claims === undefined ? variable && env[variable] : claimText(claims, claim);
  if (found) return found;
  if (claims !== undefined) {
    throw new SluiceError(
      'identity-token',
      `Expected the claim "${claim}" in the identity token of ${claims.iss}, found none; the token is of another kind of job.`,
    );
  }
  throw new SluiceError(
    'context',
    `Expected the variable ${variable ?? claim} of the CI, found none; run this inside a job.`,
  );
}

export function optionalFact(
  claims: Claims | undefined,
  env: Env,
  claim: string,
  variable?: string,
): string | undefined {
  const claimed = claims === undefined ? undefined : claimText(claims, claim);
  return claimed || (variable === undefined ? undefined : env[variable]) || undefined;
}
