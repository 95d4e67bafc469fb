// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocal } from '../src/index.ts';
import { getJson, newKeyPair, postJson, signingRequest } from './client.ts';

const subject = 'project_path:acme/shop:ref_type:branch:ref:main';

describe('the CT log', () => {
  let stack: LocalStack;
  let url = '';
  beforeAll(async () => {
    stack = await startLocal();
    url = `${stack.ctLogUrl}/ct/v1`;
    for (let issued = 0; issued < 3; issued += 1) {
      const body = signingRequest(stack.oidc.mintGitLabToken(), newKeyPair(), subject);
      expect(await postJson(`${stack.fulcioUrl}/api/v2/signingCert`, body)).toMatchObject({ status: 200 });
    }
  });
  afterAll(() => stack.close());

  it('has an entry for each certificate that was issued, provably', async () => {
    const { body: head } = await getJson(`${url}/get-sth`);
    expect(head).toMatchObject({ tree_size: 3 });
    const { body } = await getJson(`${url}/get-entries?start=0&end=9`);
    // The members of RFC 6962 section 4.6.
    const leaves = (body['entries'] as { leaf_input: string }[]).map(({ leaf_input }) =>
      Buffer.from(leaf_input, 'base64'),
    );
    expect(leaves).toHaveLength(3);
    const hash = createHash('sha256')
      .update(Buffer.from([0]))
      .update(leaves[1] ?? '')
      .digest('base64');
    const proof = await getJson(`${url}/get-proof-by-hash?tree_size=3&hash=${encodeURIComponent(hash)}`);
    expect(proof.body).toMatchObject({ leaf_index: 1, audit_path: [expect.any(String), expect.any(String)] });
    const grown = await getJson(`${url}/get-sth-consistency?first=1&second=3`);
    expect(grown.body['consistency']).toHaveLength(2);
  });

  it('signs its tree head with the key of the trusted root', async () => {
    const { body } = await getJson(`${url}/get-sth`);
    const head = Buffer.alloc(50);
    head[1] = 1;
    head.writeBigUInt64BE(BigInt(String(body['timestamp'])), 2);
    head.writeBigUInt64BE(BigInt(String(body['tree_size'])), 10);
    Buffer.from(String(body['sha256_root_hash']), 'base64').copy(head, 18);
    const rawBytes = stack.trustedRoot.ctlogs[0]?.publicKey.rawBytes ?? '';
    const key = createPublicKey({ key: Buffer.from(rawBytes, 'base64'), format: 'der', type: 'spki' });
    const signature = Buffer.from(String(body['tree_head_signature']), 'base64').subarray(4);
    expect(verify('sha256', head, key, signature)).toBe(true);
  });

  it.each([
    ['get-proof-by-hash?tree_size=3&hash=AAAA', 404],
    ['get-proof-by-hash?tree_size=4&hash=AAAA', 400],
    ['get-sth-consistency?first=3&second=1', 400],
    ['get-entries?start=3&end=4', 400],
    ['get-entries?start=x&end=4', 400],
  ])('refuses %s with %d', async (path, status) => {
    expect((await getJson(`${url}/${path}`)).status).toBe(status);
  });
});
