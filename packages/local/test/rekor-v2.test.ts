// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocal } from '../src/index.ts';
import { base64, getJson, newKeyPair, pemOf, postJson } from './client.ts';

const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

describe('Rekor v2', () => {
  let stack: LocalStack;
  let url = '';
  beforeAll(async () => {
    stack = await startLocal({ rekorVersion: 2 });
    url = `${stack.rekorV2Url}/api/v2`;
  });
  afterAll(() => stack.close());

  function request(artifact: string, change: { signed?: string; keyDetails?: string; digest?: string } = {}) {
    const pair = newKeyPair();
    const rawBytes = base64(pair.publicKey.export({ type: 'spki', format: 'der' }));
    const content = base64(sign('sha256', Buffer.from(change.signed ?? artifact), pair.privateKey));
    const keyDetails = change.keyDetails ?? 'PKIX_ECDSA_P256_SHA_256';
    const digest = change.digest ?? base64(sha256(Buffer.from(artifact)));
    return {
      hashedRekordRequestV002: { digest, signature: { content, verifier: { publicKey: { rawBytes }, keyDetails } } },
    };
  }
  const add = (body: unknown) => postJson(`${url}/log/entries`, body);

  it('logs a signature over a digest and serves it in tiles that hash to the checkpoint', async () => {
    const first = await add(request('first'));
    const second = await add(request('second'));
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toMatchObject({ logIndex: '1', kindVersion: { kind: 'hashedrekord', version: '0.0.2' } });
    const bodies = [first, second].map(({ body }) => Buffer.from(String(body['canonicalizedBody']), 'base64'));
    const leaves = bodies.map((body) => sha256(Buffer.from([0]), body));
    const tile = Buffer.from(await (await fetch(`${url}/tile/0/000.p/2`)).arrayBuffer());
    expect(tile).toEqual(Buffer.concat(leaves));
    const bundle = Buffer.from(await (await fetch(`${url}/tile/entries/000.p/2`)).arrayBuffer());
    expect(bundle.subarray(2, 2 + bundle.readUInt16BE())).toEqual(bodies[0]);

    const checkpoint = await (await fetch(`${url}/checkpoint`)).text();
    const [note = '', signature = ''] = checkpoint.split('\n\n');
    const root = sha256(Buffer.from([1]), ...leaves).toString('base64');
    expect(note.split('\n')).toEqual(['127.0.0.1', '2', root]);
    const log = stack.trustedRoot.tlogs.find(({ baseUrl }) => baseUrl === stack.rekorV2Url);
    const key = createPublicKey({
      key: Buffer.from(log?.publicKey.rawBytes ?? '', 'base64'),
      format: 'der',
      type: 'spki',
    });
    const bytes = Buffer.from(signature.trimEnd().split(' ')[2] ?? '', 'base64');
    expect(verify('sha256', Buffer.from(`${note}\n`), key, bytes.subarray(4))).toBe(true);
  });

  it('is the log that the signing config names, beside a Rekor v1 that is trusted too', () => {
    expect(stack.signingConfig.rekorTlogUrls).toMatchObject([{ url: stack.rekorV2Url, majorApiVersion: 2 }]);
    expect(stack.trustedRoot.tlogs.map(({ baseUrl }) => baseUrl)).toEqual([stack.rekorUrl, stack.rekorV2Url]);
  });

  it('answers 409 for an entry it has', async () => {
    const body = request('twice');
    await add(body);
    expect(await add(body)).toMatchObject({ status: 409, body: { code: 6 } });
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  it('takes RSA keys', async () => {
    const rawBytes = base64(rsa.publicKey.export({ type: 'spki', format: 'der' }));
    const content = base64(sign('sha256', Buffer.from('artifact'), rsa.privateKey));
    const verifier = { publicKey: { rawBytes }, keyDetails: 'PKIX_RSA_PKCS1V15_2048_SHA256' };
    const digest = base64(sha256(Buffer.from('artifact')));
    expect(await add({ hashedRekordRequestV002: { digest, signature: { content, verifier } } })).toMatchObject({
      status: 201,
    });
  });

  it.each([
    ['a signature over another artifact', () => request('a', { signed: 'b' })],
    ['details of another kind of key', () => request('a', { keyDetails: 'PKIX_ECDSA_P384_SHA_384' })],
    ['a digest of the wrong length', () => request('a', { digest: 'AAAA' })],
    ['no verifier', () => ({ hashedRekordRequestV002: { digest: 'AAAA', signature: { content: 'AAAA' } } })],
    ['a dsse entry, which Rekor v2 no longer takes', () => ({ dsseRequestV002: {} })],
    ['a key that is no key', () => withKey(base64(pemOf(newKeyPair().publicKey)))],
  ])('does not log %s', async (_, body) => {
    const before = await (await fetch(`${url}/checkpoint`)).text();
    expect(await add(body())).toMatchObject({ status: 400, body: { code: 3 } });
    const after = await (await fetch(`${url}/checkpoint`)).text();
    expect(after.split('\n')[1]).toBe(before.split('\n')[1]);
  });

  function withKey(rawBytes: string): unknown {
    const { hashedRekordRequestV002: valid } = request('a');
    const verifier = { ...valid.signature.verifier, publicKey: { rawBytes } };
    return { hashedRekordRequestV002: { ...valid, signature: { ...valid.signature, verifier } } };
  }

  it.each([
    'tile/0/001',
    'tile/9/000',
    'tile/0/000',
    'tile/x/000',
    'tile/0/0',
    'tile/entries/000.p/0',
    'tile/entries/000.p/250',
  ])('has nothing at %s', async (path) => {
    expect((await getJson(`${url}/${path}`)).status).toBe(404);
  });
});
