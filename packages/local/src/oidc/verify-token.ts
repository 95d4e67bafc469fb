// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, verify } from 'node:crypto';
import { LocalError } from '../error.ts';
import { isObject } from '../http/json-body.ts';
import type { Claims } from './claims.ts';
import type { Issuer } from './issuer.ts';

/** Claims of a token whose signature, issuer, audience and times hold. */
export interface VerifiedToken {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
}

export interface TokenExpectation {
  readonly issuers: readonly Pick<Issuer, 'url' | 'keys'>[];
  readonly audience: string;
  readonly now: Date;
}

/** Verifies an ID token as OpenID Connect Core section 3.1.3.7 asks; throws `token-refused` with the reason. */
export function verifyToken(token: string, expected: TokenExpectation): VerifiedToken {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  if (signature === '' || rest.length > 0) throw refused('it is not a signed JWT');
  const claims = decode(payload);
  const issuer = expected.issuers.find(({ url }) => url === claims['iss']);
  if (issuer === undefined) throw refused(`its issuer ${JSON.stringify(claims['iss'])} is not trusted here`);
  checkSignature(issuer, decode(header), `${header}.${payload}`, signature);
  checkTimes(claims, expected.now);
  const audiences = [claims['aud']].flat();
  if (!audiences.includes(expected.audience)) {
    throw refused(`its audience is ${JSON.stringify(claims['aud'])}, expected "${expected.audience}"`);
  }
  const subject = claims['sub'];
  if (typeof subject !== 'string' || subject === '') throw refused('it has no subject');
  return { issuer: issuer.url, subject, claims };
}

function checkSignature(issuer: Pick<Issuer, 'keys'>, header: Claims, signed: string, signature: string): void {
  if (header['alg'] !== 'RS256') throw refused(`its algorithm is ${JSON.stringify(header['alg'])}, expected RS256`);
  const jwk = issuer.keys().keys.find((key) => key['kid'] === header['kid']);
  if (jwk === undefined) throw refused('its key is not published by its issuer');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const holds = verify('sha256', Buffer.from(signed), key, Buffer.from(signature, 'base64url'));
  if (!holds) throw refused('its signature does not verify');
}

function checkTimes(claims: Claims, now: Date): void {
  const seconds = now.getTime() / 1000;
  const { exp, nbf } = claims;
  if (typeof exp !== 'number' || exp <= seconds) throw refused('it has expired');
  if (typeof nbf === 'number' && nbf > seconds) throw refused('it is not valid yet');
}

function decode(part: string): Claims {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // Reported below together with JSON that is no object.
  }
  throw refused('a part of it is not a JSON object');
}

const refused = (reason: string): LocalError =>
  new LocalError('token-refused', `The identity token is refused because ${reason}: ask its issuer for another.`);
