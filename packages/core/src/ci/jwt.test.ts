// SPDX-License-Identifier: Apache-2.0
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { isSignedByOneOf } from './jwt.ts';

type Keys = { readonly pair: GenerateKeyPairResult; readonly jwk: JWK };

async function keysFor(alg: string): Promise<Keys> {
  const pair = await generateKeyPair(alg, { extractable: true });
  return { pair, jwk: { ...(await exportJWK(pair.publicKey)), kid: 'one' } };
}

function tokenOf(alg: string, { pair }: Keys, header: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ sub: 'a' }).setProtectedHeader({ alg, kid: 'one', ...header }).sign(pair.privateKey);
}

/** jose's key as the plain object that an issuer publishes. */
function published(...keys: readonly JWK[]) {
  return { keys: keys.map((key) => ({ ...key })) };
}

describe('a token', () => {
  it.each(['RS256', 'RS512', 'PS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'signed with %s by a published key is confirmed, and only as it was signed',
    async (alg) => {
      const keys = await keysFor(alg);
      const token = await tokenOf(alg, keys);
      expect(isSignedByOneOf(token, published(keys.jwk))).toBe(true);
      const [head, , signature] = token.split('.');
      const forged = Buffer.from('{"sub":"b"}').toString('base64url');
      expect(isSignedByOneOf(`${head}.${forged}.${signature}`, published(keys.jwk))).toBe(false);
      expect(isSignedByOneOf(token, published((await keysFor(alg)).jwk))).toBe(false);
    },
  );

  it('is looked up among several keys, with a key id and without', async () => {
    const [first, second] = [await keysFor('ES256'), await keysFor('ES256')];
    const set = published({ ...first.jwk, kid: 'two' }, second.jwk);
    expect(isSignedByOneOf(await tokenOf('ES256', second), set)).toBe(true);
    expect(isSignedByOneOf(await tokenOf('ES256', first, { kid: undefined }), set)).toBe(true);
    expect(isSignedByOneOf(await tokenOf('ES256', first), set)).toBe(false);
  });

  it('is not confirmed when it is unsigned, or signed with a public key as a secret', async () => {
    const keys = await keysFor('RS256');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(isSignedByOneOf(`${part({ alg: 'none' })}.${part({ sub: 'a' })}.`, published(keys.jwk))).toBe(false);
    const secret = new TextEncoder().encode(JSON.stringify(keys.jwk));
    const confused = await new SignJWT({ sub: 'a' }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    expect(isSignedByOneOf(confused, published(keys.jwk))).toBe(false);
  });

  it.each([
    ['a key for encryption', { use: 'enc' }],
    ['a key for another algorithm', { alg: 'RS512' }],
    ['a damaged key', { n: '' }],
  ])('is not confirmed by %s', async (_name, change) => {
    const keys = await keysFor('RS256');
    expect(isSignedByOneOf(await tokenOf('RS256', keys), published({ ...keys.jwk, ...change }))).toBe(false);
  });

  it('is not confirmed when its header demands what we do not know, or is none', async () => {
    const keys = await keysFor('ES256');
    const token = await tokenOf('ES256', keys);
    expect(isSignedByOneOf(`${token}.more`, published(keys.jwk))).toBe(false);
    expect(isSignedByOneOf('a.b.c', published(keys.jwk))).toBe(false);
    const [, payload] = token.split('.');
    const critical = Buffer.from('{"alg":"ES256","crit":["x"],"x":1}').toString('base64url');
    expect(isSignedByOneOf(`${critical}.${payload}.AAAA`, published(keys.jwk))).toBe(false);
  });
});
