// SPDX-License-Identifier: Apache-2.0
// Attestations as cosign 1 and 2 and Tekton Chains log them: kind intoto 0.0.1, under an `.att` tag.
import { createHash, sign } from 'node:crypto';
import { type LocalStack, startLocal } from '@sluice/local';
import { cosignTag, createSession, type Digest, digestOf, openRepository, type Repository } from '@sluice/oci';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cosignAnnotations, envelopeMediaType } from '../src/evidence/cosign-tags.ts';
import { discoverEvidence } from '../src/evidence/discover.ts';
import type { VerifiedEvidence } from '../src/verification/proof.ts';
import { parseTrustedRoot, type TrustedRoot } from '../src/verification/trusted-root.ts';
import { verifyEvidence } from '../src/verification/verify-evidence.ts';
import {
  type KeyPair,
  keylessBundle,
  keyPair,
  pushCosignTag,
  pushImage,
  sha256,
  statement,
} from './support/evidence.ts';

const minute = 60;
const session = createSession();
let stack: LocalStack;
let repository: Repository;
let root: TrustedRoot;
let log: KeyPair;
let logId: Buffer;

beforeAll(async () => {
  stack = await startLocal();
  repository = openRepository(session, { registry: stack.registry.host, repository: 'acme/app' });
  log = keyPair();
  logId = createHash('sha256')
    .update(log.publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
  const whole = await parseTrustedRoot(JSON.stringify(stack.trustedRoot), 'trusted_root.json');
  const validFor = { start: new Date(0), end: new Date(8.64e15) };
  const tlogs = [{ logID: logId, baseURL: 'https://rekor.test', publicKey: log.publicKey, validFor }];
  root = { source: whole.source, material: { ...whole.material, tlogs } };
});

afterAll(async () => {
  session.close();
  await stack.close();
});

interface Entry {
  readonly body: Record<string, unknown>;
  readonly time: number;
}

/** An attested image whose log entry is what `change` makes of the right one. */
async function attestedImage(
  name: string,
  change: (entry: Entry, other: Buffer) => Entry = (entry) => entry,
): Promise<Digest> {
  const image = await pushImage(repository, name);
  const bundle = await keylessBundle(stack, statement(image), { log: false, timestamp: false });
  const envelope = Buffer.from(JSON.stringify(bundle.dsseEnvelope));
  const { rawBytes } = bundle.verificationMaterial.certificate;
  const certificate = `-----BEGIN CERTIFICATE-----\n${rawBytes}\n-----END CERTIFICATE-----\n`;
  const right: Entry = {
    time: Math.floor(Date.now() / 1000) + 1,
    body: {
      apiVersion: '0.0.1',
      kind: 'intoto',
      spec: {
        content: {
          hash: { algorithm: 'sha256', value: sha256(envelope) },
          payloadHash: { algorithm: 'sha256', value: sha256(Buffer.from(bundle.dsseEnvelope.payload, 'base64')) },
        },
        publicKey: Buffer.from(certificate).toString('base64'),
      },
    },
  };
  const { body, time } = change(right, envelope);
  const payload = {
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
    integratedTime: time,
    logID: logId.toString('hex'),
    logIndex: 12,
  };
  const promise = sign('sha256', Buffer.from(JSON.stringify(payload)), log.privateKey).toString('base64');
  await pushCosignTag(repository, cosignTag(image, 'att'), envelopeMediaType, envelope, {
    [cosignAnnotations.signature]: '',
    [cosignAnnotations.certificate]: certificate,
    [cosignAnnotations.bundle]: JSON.stringify({ SignedEntryTimestamp: promise, Payload: payload }),
  });
  return image;
}

async function verified(image: Digest, trusted = root): Promise<VerifiedEvidence> {
  const policy = { issuer: stack.oidc.gitlab.url, subjectRegExp: '.*' };
  const evidence = await discoverEvidence(repository, image);
  return verifyEvidence(evidence, { signer: { kind: 'identity', policy }, root: trusted }, new Date());
}

async function reasonOf(image: Digest, trusted = root): Promise<string> {
  const { attestations, unproved } = await verified(image, trusted);
  return attestations.length > 0 ? 'proved' : (unproved[0]?.reason ?? 'nothing found');
}

test('an attestation with such an entry is proved, at the time that the log promises', async () => {
  const { attestations, unproved } = await verified(await attestedImage('good'));
  expect(unproved).toEqual([]);
  expect(attestations[0]?.signers[0]?.logEntries).toMatchObject([{ kind: 'intoto', logIndex: '12' }]);
});

test('an entry about another envelope is refused', async () => {
  const image = await attestedImage('other envelope', ({ body, time }) => {
    const spec = {
      ...(body['spec'] as object),
      content: { hash: { algorithm: 'sha256', value: sha256(Buffer.from('x')) } },
    };
    return { body: { ...body, spec }, time };
  });
  expect(await reasonOf(image)).toBe('The log entry belongs to another artifact or signature.');
});

test('an entry about another payload is refused', async () => {
  const image = await attestedImage('other payload', ({ body, time }, envelope) => {
    const content = {
      hash: { algorithm: 'sha256', value: sha256(envelope) },
      payloadHash: { algorithm: 'sha256', value: digestOf(Buffer.from('x')).slice('sha256:'.length) },
    };
    return { body: { ...body, spec: { ...(body['spec'] as object), content } }, time };
  });
  expect(await reasonOf(image)).toBe('The log entry belongs to another artifact or signature.');
});

test('an entry that names another certificate is refused', async () => {
  const other = await keylessBundle(stack, statement(digestOf(Buffer.from('y'))), { log: false, timestamp: false });
  const pem = `-----BEGIN CERTIFICATE-----\n${other.verificationMaterial.certificate.rawBytes}\n-----END CERTIFICATE-----\n`;
  const image = await attestedImage('other certificate', ({ body, time }) => {
    return {
      body: { ...body, spec: { ...(body['spec'] as object), publicKey: Buffer.from(pem).toString('base64') } },
      time,
    };
  });
  expect(await reasonOf(image)).toMatch(/names another certificate or key/);
});

test('an entry of a time when the certificate was not valid is refused', async () => {
  const image = await attestedImage('late', ({ body, time }) => ({ body, time: time + 20 * minute }));
  expect(await reasonOf(image)).toMatch(/The certificate was valid from .* but the signature is of/);
});

test("a promise that is not the trusted log's is refused", async () => {
  const image = await attestedImage('other log');
  const whole = await parseTrustedRoot(JSON.stringify(stack.trustedRoot), 'trusted_root.json');
  expect(await reasonOf(image, whole)).toMatch(/promise of inclusion does not hold/);
  const impostor = { ...root.material.tlogs[0], publicKey: keyPair().publicKey };
  const tlogs = [{ logID: logId, baseURL: '', validFor: { start: new Date(0), end: new Date() }, ...impostor }];
  expect(await reasonOf(image, { ...root, material: { ...root.material, tlogs } })).toMatch(/promise of inclusion/);
});
