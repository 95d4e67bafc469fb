// SPDX-License-Identifier: Apache-2.0
import { generateKeyPair, type JsonWebKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Route } from '../http/route.ts';
import { sha256 } from '../key-pair.ts';
import { applyOverrides, type ClaimOverrides, type Claims } from './claims.ts';

/** One OpenID Connect provider: its URL, its key, and the tokens it signs. */
export interface Issuer {
  readonly url: string;
  /** Signs a token of the issuer's default claims (`iss`, `aud`, `iat`, `nbf`, `exp`, `jti`), `claims` and `overrides`. */
  mint(claims: Claims, overrides?: ClaimOverrides): string;
  /** The published keys (RFC 7517 section 5). */
  keys(): { readonly keys: readonly JsonWebKey[] };
}

/** The key of an issuer; made before its URL is known. */
export interface IssuerKey {
  readonly privateKey: KeyObject;
  readonly jwk: JsonWebKey;
  readonly kid: string;
}

export const sigstoreAudience = 'sigstore';

export interface IssuerOptions {
  readonly now: () => Date;
  /** Life of a token, unless an override of `exp` says otherwise. */
  readonly lifetimeSeconds: number;
}

const generate = promisify(generateKeyPair);

export async function generateIssuerKey(): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = sha256(publicKey.export({ type: 'spki', format: 'der' })).toString('base64url');
  return { privateKey, jwk: { ...jwk, kid, use: 'sig', alg: 'RS256' }, kid };
}

export function createIssuer(url: string, key: IssuerKey, options: IssuerOptions): Issuer {
  return {
    url,
    keys: () => ({ keys: [key.jwk] }),
    mint: (claims, overrides = {}) => {
      const issuedAt = Math.floor(options.now().getTime() / 1000);
      const own = {
        iss: url,
        aud: sigstoreAudience,
        iat: issuedAt,
        nbf: issuedAt - 5,
        exp: issuedAt + options.lifetimeSeconds,
        jti: randomUUID(),
      };
      return signToken(key, applyOverrides({ ...own, ...claims }, overrides));
    },
  };
}

/** The discovery document and the key set (OpenID Connect Discovery 1.0 section 4) below the issuer's path. */
export function issuerRoutes(issuer: Issuer): Route[] {
  const { pathname } = new URL(issuer.url);
  const discovery = {
    issuer: issuer.url,
    jwks_uri: `${issuer.url}/keys`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  };
  return [
    {
      method: 'GET',
      path: `${pathname}/.well-known/openid-configuration`,
      handle: () => ({ status: 200, body: discovery }),
    },
    { method: 'GET', path: `${pathname}/keys`, handle: () => ({ status: 200, body: issuer.keys() }) },
  ];
}

function signToken(key: IssuerKey, claims: Claims): string {
  const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: key.kid })}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
