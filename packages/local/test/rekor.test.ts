// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocal } from '../src/index.ts';
import { base64, certificatesOf, getJson, newKeyPair, pae, pemOf, postJson, signingRequest } from './client.ts';

const hex = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const payloadType = 'application/vnd.in-toto+json';
const statement = (name: string): string =>
  JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: [{ name, digest: { sha256: hex(name) } }] });

interface Entry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly attestation?: { readonly data: string };
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly checkpoint: string;
      readonly hashes: string[];
      readonly logIndex: number;
      readonly rootHash: string;
      readonly treeSize: number;
    };
  };
}

describe('Rekor', () => {
  let stack: LocalStack;
  let key: KeyObject;
  beforeAll(async () => {
    stack = await startLocal();
    key = createPublicKey(await (await fetch(`${stack.rekorUrl}/api/v1/log/publicKey`)).text());
  });
  afterAll(() => stack.close());

  const submit = (proposal: unknown) => postJson(`${stack.rekorUrl}/api/v1/log/entries`, proposal);

  async function log(proposal: unknown): Promise<{ uuid: string; entry: Entry; body: unknown }> {
    const answer = await submit(proposal);
    expect(answer).toMatchObject({ status: 201 });
    const [[uuid, entry] = ['', undefined]] = Object.entries(answer.body);
    expect(answer.headers.get('location')).toBe(`/api/v1/log/entries/${uuid}`);
    expect(answer.headers.get('etag')).toBe(uuid);
    // LogEntryAnon of Rekor's openapi.yaml; the expectations below read every member.
    const logged = entry as Entry;
    return { uuid, entry: logged, body: JSON.parse(Buffer.from(logged.body, 'base64').toString()) };
  }

  function hashedRekord(artifact: string, change: { signed?: string; hash?: string; value?: string } = {}) {
    const pair = newKeyPair();
    const content = base64(sign('sha256', Buffer.from(change.signed ?? artifact), pair.privateKey));
    const publicKey = { content: base64(pemOf(pair.publicKey)) };
    const hash = { algorithm: change.hash ?? 'sha256', value: change.value ?? hex(artifact) };
    return { apiVersion: '0.0.1', kind: 'hashedrekord', spec: { data: { hash }, signature: { content, publicKey } } };
  }

  function dsse(payload: string, change: { signed?: string; verifiers?: string[] } = {}) {
    const pair = newKeyPair();
    const sig = base64(sign('sha256', pae(payloadType, change.signed ?? payload), pair.privateKey));
    const envelope = JSON.stringify({ payloadType, payload: base64(payload), signatures: [{ sig }] });
    const verifiers = change.verifiers ?? [base64(pemOf(pair.publicKey))];
    return { apiVersion: '0.0.1', kind: 'dsse', spec: { proposedContent: { envelope, verifiers } } };
  }

  function intoto(payload: string, change: { signed?: string } = {}) {
    const pair = newKeyPair();
    const sig = base64(sign('sha256', pae(payloadType, change.signed ?? payload), pair.privateKey));
    const signatures = [{ sig: base64(sig), publicKey: base64(pemOf(pair.publicKey)) }];
    const envelope = { payloadType, payload: base64(base64(payload)), signatures };
    const hash = { algorithm: 'sha256', value: hex('the envelope with its keys') };
    return { apiVersion: '0.0.2', kind: 'intoto', spec: { content: { envelope, hash } } };
  }

  function expectProved(entry: Entry): void {
    const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
    const { body, integratedTime, logID, logIndex } = entry;
    const promised = Buffer.from(JSON.stringify({ body, integratedTime, logID, logIndex }));
    expect(verify('sha256', promised, key, Buffer.from(signedEntryTimestamp, 'base64'))).toBe(true);
    expect(rootOf(entry)).toBe(proof.rootHash);
    const [note = '', signature = ''] = proof.checkpoint.split('\n\n');
    const [origin = '', size, root = ''] = note.split('\n');
    expect(origin).toMatch(new RegExp(`^${new URL(stack.rekorUrl).host} - \\d+$`));
    expect(Number(size)).toBe(proof.treeSize);
    expect(Buffer.from(root, 'base64').toString('hex')).toBe(proof.rootHash);
    const [dash, name, encoded = ''] = signature.trimEnd().split(' ');
    expect([dash, name]).toEqual(['\u2014', new URL(stack.rekorUrl).host]);
    const bytes = Buffer.from(encoded, 'base64');
    expect(bytes.subarray(0, 4).toString('hex')).toBe(logID.slice(0, 8));
    expect(verify('sha256', Buffer.from(`${note}\n`), key, bytes.subarray(4))).toBe(true);
  }

  it('logs a signature over a digest and keeps it in canonical form', async () => {
    const proposal = hashedRekord('artifact');
    const { entry, body } = await log(proposal);
    expect(body).toEqual(proposal);
    expectProved(entry);
  });

  it('logs a DSSE envelope by its digests, signatures and keys', async () => {
    const proposal = dsse(statement('shop'));
    const { entry, body } = await log(proposal);
    const { envelope, verifiers } = proposal.spec.proposedContent;
    expect(body).toEqual({
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        envelopeHash: { algorithm: 'sha256', value: hex(envelope) },
        payloadHash: { algorithm: 'sha256', value: hex(statement('shop')) },
        signatures: [{ signature: JSON.parse(envelope).signatures[0].sig, verifier: verifiers[0] }],
      },
    });
    expectProved(entry);
  });

  it('logs an in-toto envelope and keeps its payload beside the entry', async () => {
    const proposal = intoto(statement('shop'));
    const { entry, body } = await log(proposal);
    const { envelope, hash } = proposal.spec.content;
    const payloadHash = { algorithm: 'sha256', value: hex(statement('shop')) };
    const kept = { payloadType, signatures: envelope.signatures };
    expect(body).toEqual({ ...proposal, spec: { content: { envelope: kept, hash, payloadHash } } });
    expect(Buffer.from(entry.attestation?.data ?? '', 'base64').toString()).toBe(statement('shop'));
    expectProved(entry);
  });

  it('proves an old entry against the tree as it has grown since', async () => {
    const { uuid } = await log(hashedRekord('first'));
    for (const name of ['second', 'third', 'fourth']) await log(hashedRekord(name));
    const { body } = await getJson(`${stack.rekorUrl}/api/v1/log/entries/${uuid}`);
    expectProved(body[uuid] as Entry);
  });

  it.each([
    ['an RSA key', 'sha256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['a P-384 key', 'sha384', newKeyPair('P-384')],
    ['a P-521 key', 'sha512', newKeyPair('P-521')],
  ])('checks a signature by %s over a digest', async (_, algorithm, pair) => {
    const value = createHash(algorithm).update('artifact').digest('hex');
    const publicKey = { content: base64(pemOf(pair.publicKey)) };
    const spec = (text: string) => {
      const content = base64(sign(algorithm, Buffer.from(text), pair.privateKey));
      return { data: { hash: { algorithm, value } }, signature: { content, publicKey } };
    };
    await log({ apiVersion: '0.0.1', kind: 'hashedrekord', spec: spec('artifact') });
    const forged = await submit({ apiVersion: '0.0.1', kind: 'hashedrekord', spec: spec('another') });
    expect(forged.status).toBe(400);
  });

  it('answers 409 with the place of the entry when the same is logged again', async () => {
    const proposal = dsse(statement('twice'));
    const { uuid } = await log(proposal);
    const again = await submit(proposal);
    expect(again).toMatchObject({
      status: 409,
      body: {
        code: 409,
        message: `an equivalent entry already exists in the transparency log with UUID ${uuid}`,
      },
    });
    expect(again.headers.get('location')).toBe(`/api/v1/log/entries/${uuid}`);
  });

  it('finds entries by id, by index and by their proposal', async () => {
    const proposal = hashedRekord('to be found');
    const { uuid, entry } = await log(proposal);
    const byIndex = await getJson(`${stack.rekorUrl}/api/v1/log/entries?logIndex=${entry.logIndex}`);
    expect(Object.keys(byIndex.body)).toEqual([uuid]);
    const byHash = await getJson(`${stack.rekorUrl}/api/v1/log/entries/${uuid.slice(16)}`);
    expect(Object.keys(byHash.body)).toEqual([uuid]);
    const search = (query: unknown) => postJson(`${stack.rekorUrl}/api/v1/log/entries/retrieve`, query);
    const all = {
      entryUUIDs: [uuid],
      logIndexes: [entry.logIndex, 4711],
      entries: [proposal, hashedRekord('missing')],
    };
    expect((await search(all)).body).toMatchObject([{ [uuid]: {} }, { [uuid]: {} }, { [uuid]: {} }]);
    expect((await search({ logIndexes: Array(11).fill(0) })).status).toBe(422);
  });

  it('finds entries by artifact, by subject of a statement, by key and by the name in a certificate', async () => {
    const pair = newKeyPair();
    const token = stack.oidc.mintEmailToken('ada@acme.example');
    const issued = await postJson(
      `${stack.fulcioUrl}/api/v2/signingCert`,
      signingRequest(token, pair, 'ada@acme.example'),
    );
    const [leaf = ''] = certificatesOf(issued);
    const sig = base64(sign('sha256', pae(payloadType, statement('indexed')), pair.privateKey));
    const envelope = JSON.stringify({ payloadType, payload: base64(statement('indexed')), signatures: [{ sig }] });
    const proposedContent = { envelope, verifiers: [base64(leaf)] };
    const { uuid } = await log({ apiVersion: '0.0.1', kind: 'dsse', spec: { proposedContent } });
    const search = async (query: unknown) => (await postJson(`${stack.rekorUrl}/api/v1/index/retrieve`, query)).body;
    expect(await search({ hash: `sha256:${hex('indexed')}` })).toEqual([uuid]);
    expect(await search({ hash: hex(statement('indexed')) })).toEqual([uuid]);
    expect(await search({ email: 'ada@acme.example' })).toEqual([uuid]);
    expect(await search({ publicKey: { format: 'x509', content: base64(leaf) } })).toEqual([uuid]);
    expect(await search({ hash: hex('never logged') })).toEqual([]);
    const both = { email: 'ada@acme.example', hash: hex('never logged') };
    expect(await search({ ...both, operator: 'and' })).toEqual([]);
    expect(await search(both)).toEqual([uuid]);
  });

  it('tells its size and root, and proves that it only grew', async () => {
    await log(hashedRekord('before'));
    const before = await getJson(`${stack.rekorUrl}/api/v1/log`);
    await log(hashedRekord('after'));
    const { body } = await getJson(`${stack.rekorUrl}/api/v1/log`);
    const url = `${stack.rekorUrl}/api/v1/log/proof?firstSize=${before.body['treeSize']}&lastSize=${body['treeSize']}`;
    const proof = await getJson(url);
    expect(proof.body['rootHash']).toBe(body['rootHash']);
    expect(proof.body['hashes']).not.toEqual([]);
    expect((await getJson(`${stack.rekorUrl}/api/v1/log/proof?firstSize=2&lastSize=1`)).status).toBe(400);
    expect((await getJson(`${stack.rekorUrl}/api/v1/log/proof?lastSize=9999`)).status).toBe(400);
  });

  it.each([
    ['a hashedrekord signed over another artifact', () => hashedRekord('artifact', { signed: 'another' })],
    ['a hashedrekord with a digest of the wrong length', () => hashedRekord('artifact', { value: 'abcd' })],
    ['a hashedrekord with an unknown hash', () => hashedRekord('artifact', { hash: 'md5' })],
    [
      'a hashedrekord without a signature',
      () => ({ ...hashedRekord('a'), spec: { data: { hash: { value: hex('a') } } } }),
    ],
    ['an envelope signed over another payload', () => dsse(statement('a'), { signed: statement('b') })],
    [
      'an envelope with the key of another',
      () => dsse(statement('a'), { verifiers: [base64(pemOf(newKeyPair().publicKey))] }),
    ],
    ['an envelope without a key', () => dsse(statement('a'), { verifiers: [] })],
    ['an envelope with a key that is no key', () => dsse(statement('a'), { verifiers: [base64('hello')] })],
    [
      'an envelope that is not JSON',
      () => ({ kind: 'dsse', apiVersion: '0.0.1', spec: { proposedContent: { envelope: '{', verifiers: [] } } }),
    ],
    ['an in-toto envelope signed over another payload', () => intoto(statement('a'), { signed: statement('b') })],
    ['an in-toto envelope without signatures', () => ({ kind: 'intoto', apiVersion: '0.0.2', spec: { content: {} } })],
    ['a kind it does not know', () => ({ ...hashedRekord('a'), kind: 'rekord' })],
    ['a version it does not know', () => ({ ...hashedRekord('a'), apiVersion: '0.0.9' })],
  ])('does not log %s', async (_, proposal) => {
    const before = await getJson(`${stack.rekorUrl}/api/v1/log`);
    const refused = await submit(proposal());
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ code: 400, message: expect.stringMatching(/^error processing entry: ./) });
    const after = await getJson(`${stack.rekorUrl}/api/v1/log`);
    expect(after.body['treeSize']).toBe(before.body['treeSize']);
  });

  it('answers 404 for an entry that is not there, and 422 for an index that is no number', async () => {
    expect((await getJson(`${stack.rekorUrl}/api/v1/log/entries/${hex('nothing')}`)).status).toBe(404);
    expect((await getJson(`${stack.rekorUrl}/api/v1/log/entries?logIndex=100000`)).status).toBe(404);
    expect((await getJson(`${stack.rekorUrl}/api/v1/log/entries?logIndex=x`)).status).toBe(422);
  });
});

/** The root that leaf and audit path give (RFC 9162 section 2.1.3.2). */
function rootOf(entry: Entry): string {
  const { hashes, logIndex, treeSize } = entry.verification.inclusionProof;
  let [position, last] = [logIndex, treeSize - 1];
  let hash = sha256(Buffer.from([0]), Buffer.from(entry.body, 'base64'));
  for (const sibling of hashes.map((text) => Buffer.from(text, 'hex'))) {
    const right = position % 2 === 1 || position === last;
    hash = right ? sha256(Buffer.from([1]), sibling, hash) : sha256(Buffer.from([1]), hash, sibling);
    while (right && position % 2 === 0 && position !== 0) {
      position = Math.floor(position / 2);
      last = Math.floor(last / 2);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return hash.toString('hex');
}
