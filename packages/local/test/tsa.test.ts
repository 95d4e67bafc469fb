// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey } from 'node:crypto';
import { RFC3161Timestamp, X509Certificate } from '@sigstore/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { members, readElement } from '../src/asn1/decode.ts';
import * as der from '../src/asn1/encode.ts';
import { oids } from '../src/asn1/oids.ts';
import { type LocalStack, startLocal } from '../src/index.ts';

const digest = (data: string, algorithm = 'sha256'): Buffer => createHash(algorithm).update(data).digest();

describe('the timestamp authority', () => {
  let stack: LocalStack;
  const clock = { now: new Date('2026-01-15T10:00:00.987Z') };
  beforeAll(async () => {
    stack = await startLocal({ now: () => clock.now });
  });
  afterAll(() => stack.close());

  async function post(body: Uint8Array | string, type = 'application/timestamp-query') {
    const response = await fetch(stack.tsaUrl, {
      method: 'POST',
      headers: { 'content-type': type },
      body: Buffer.from(body),
    });
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  }

  const imprint = (algorithm: string, hash: Uint8Array) =>
    der.sequence(der.sequence(der.oid(algorithm), der.nothing()), der.octets(hash));
  const query = (...optional: Uint8Array[]) =>
    der.sequence(der.unsigned(1), imprint(oids.sha256, digest('artifact')), ...optional);

  /** TSTInfo out of TimeStampResp → ContentInfo → SignedData → EncapsulatedContentInfo. */
  function tokenInfo(response: Buffer): Buffer[] {
    const signedData = members(members(members(readElement(response))[1])[1], 0xa0)[0];
    const content = members(members(members(signedData)[2])[1], 0xa0)[0];
    return members(readElement(content?.content ?? Buffer.alloc(0))).map(({ bytes }) => bytes);
  }
  const signer = (): X509Certificate => {
    const [leaf] = stack.trustedRoot.timestampAuthorities[0]?.certChain.certificates ?? [];
    return X509Certificate.parse(Buffer.from(leaf?.rawBytes ?? '', 'base64'));
  };

  const signerKey = () => createPublicKey({ key: signer().publicKey, format: 'der', type: 'spki' });

  it('signs the time of its clock over the digest it is given', async () => {
    const { status, body } = await post(query());
    expect(status).toBe(201);
    const timestamp = RFC3161Timestamp.parse(body);
    expect(timestamp.signingTime).toEqual(new Date('2026-01-15T10:00:00Z'));
    expect(() => timestamp.verify(Buffer.from('artifact'), signerKey())).not.toThrow();
    expect(() => timestamp.verify(Buffer.from('another'), signerKey())).toThrow();
  });

  it('repeats any nonce exactly', async () => {
    const nonces = fc.uint8Array({ minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(nonces, async (bytes) => {
        const nonce = der.unsigned(bytes);
        const { body } = await post(query(nonce));
        expect(tokenInfo(body).at(-1)).toEqual(nonce);
      }),
      { numRuns: 25 },
    );
  });

  it('has no nonce in the token when none was sent', async () => {
    expect(tokenInfo((await post(query())).body)).toHaveLength(5);
  });

  it('gives every token another serial number', async () => {
    const serials = await Promise.all(
      [1, 2, 3].map(async () => tokenInfo((await post(query())).body)[3]?.toString('hex')),
    );
    expect(new Set(serials).size).toBe(3);
  });

  it('sends its certificates only when they are asked for', async () => {
    const leaf = Buffer.from(
      stack.trustedRoot.timestampAuthorities[0]?.certChain.certificates[0]?.rawBytes ?? '',
      'base64',
    );
    expect((await post(query(der.boolean(true)))).body.includes(leaf)).toBe(true);
    expect((await post(query(der.boolean(false)))).body.includes(leaf)).toBe(false);
  });

  it('is certified for time stamping alone, critically, under its chain', async () => {
    expect(signer().extension(oids.extendedKeyUsage)?.critical).toBe(true);
    const pem = await (await fetch(`${stack.tsaUrl}/certchain`)).text();
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
  });

  it.each(['sha256', 'sha384', 'sha512'] as const)('takes %s digests, in DER and in JSON', async (name) => {
    const hash = digest('artifact', name);
    expect((await post(der.sequence(der.unsigned(1), imprint(oids[name], hash)))).status).toBe(201);
    const json = JSON.stringify({ artifactHash: hash.toString('base64'), hashAlgorithm: name, nonce: 42 });
    const { status, body } = await post(json, 'application/json');
    expect(status).toBe(201);
    expect(tokenInfo(body).at(-1)).toEqual(der.unsigned(42));
  });

  const artifactHash = digest('artifact').toString('base64');
  it.each([
    ['bytes that are no request', 'hello', 'application/timestamp-query'],
    [
      'another version',
      der.sequence(der.unsigned(2), imprint(oids.sha256, digest('a'))),
      'application/timestamp-query',
    ],
    [
      'SHA-1',
      der.sequence(der.unsigned(1), imprint('1.3.14.3.2.26', digest('a', 'sha1'))),
      'application/timestamp-query',
    ],
    [
      'a digest of the wrong length',
      der.sequence(der.unsigned(1), imprint(oids.sha256, Buffer.alloc(31))),
      'application/timestamp-query',
    ],
    ['another policy', query(der.oid('1.2.3.4')), 'application/timestamp-query'],
    ['an extension', query(der.explicit(0, der.sequence())), 'application/timestamp-query'],
    ['an unknown algorithm in JSON', JSON.stringify({ artifactHash, hashAlgorithm: 'md5' }), 'application/json'],
    ['a digest that is not base64', JSON.stringify({ artifactHash: '?', hashAlgorithm: 'sha256' }), 'application/json'],
    [
      'a fraction for a nonce',
      JSON.stringify({ artifactHash, hashAlgorithm: 'sha256', nonce: 0.5 }),
      'application/json',
    ],
  ])('rejects %s and grants nothing', async (_, body, type) => {
    const answer = await post(body, type);
    expect(answer.status).toBe(400);
    const [info, ...token] = members(readElement(answer.body));
    expect(members(info)[0]?.content).toEqual(Buffer.from([2]));
    expect(token).toEqual([]);
  });

  it('refuses other types of content', async () => {
    expect((await post(query(), 'text/plain')).status).toBe(415);
  });
});
