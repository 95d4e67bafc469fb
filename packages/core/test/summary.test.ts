// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSession, type Digest, openRepository, type Reference, startRegistry } from '@sluice/oci';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSnapshot } from '../src/components/snapshot.ts';
import type { StepContext } from '../src/context.ts';
import type { PolicySpec } from '../src/policy/spec.ts';
import type { ImageReport } from '../src/report/report.ts';
import { promote } from '../src/steps/promote.ts';
import { type ValidateOptions, validate } from '../src/steps/validate.ts';
import { parseVerificationKey } from '../src/verification/public-key.ts';
import type { SummaryDemands } from '../src/vsa/check.ts';
import { policyDigest } from '../src/vsa/policy-digest.ts';
import { type ExpectedSummary, validateSummaryFile } from '../src/vsa/validate.ts';
import { ecSummary, ecSummaryType, readSummary, slsaSummary, slsaSummaryType } from '../src/vsa/vsa.ts';
import { attachSummaries } from '../src/vsa/write.ts';
import {
  attachBundle,
  bytesOf,
  keyBundle,
  keyPair,
  provenance,
  provenancePredicate,
  pushImage,
  signPredicate,
  statement,
} from './support/evidence.ts';

const now = new Date('2026-06-01T12:00:00Z');
const ctx: StepContext = { now: () => now, env: {}, log: { info: () => {}, warn: () => {}, debug: () => {} } };
const builder = keyPair();
const verifier = keyPair();
const session = createSession();
const policy: PolicySpec = { publicKey: pem(builder) };

let registry: Awaited<ReturnType<typeof startRegistry>>;
let folder = '';
let made = 0;

beforeAll(async () => {
  registry = await startRegistry();
  folder = await mkdtemp(join(tmpdir(), 'sluice-summary-'));
  await writeFile(join(folder, 'verifier.pem'), verifier.privateKey.export({ type: 'pkcs8', format: 'pem' }));
});

afterAll(async () => {
  session.close();
  await registry.close();
  await rm(folder, { recursive: true });
});

describe('a verification summary', () => {
  test('of an image that passed is signed and attached, and promotion trusts it', async () => {
    const { name, report, digest } = await validated();
    const [attached] = await attach(report);
    expect(attached?.image).toBe(`${registry.host}/${name}@${digest}`);
    expect((await promotion(name, report)).kind).toBe('promoted');
  });

  test('says what was verified, by whom, when, from what, and which level that supports', async () => {
    const { name, report, digest } = await validated();
    const [component] = report.components;
    if (component === undefined) throw new Error('No component.');
    const options = { verifier: 'https://ci.example/verify', policyUri: 'policy.yaml' };
    const predicate = JSON.parse(JSON.stringify(slsaSummary(report, component, options)));
    expect(predicate).toMatchObject({
      verifier: { id: 'https://ci.example/verify' },
      timeVerified: '2026-06-01T12:00:00Z',
      policy: { uri: 'policy.yaml', digest: { sha256: report.policyDigest.slice('sha256:'.length) } },
      verificationResult: 'PASSED',
      verifiedLevels: ['SLSA_BUILD_LEVEL_1'],
      inputAttestations: [{ uri: expect.stringContaining(`${registry.host}/${name}@sha256:`) }],
    });
    expect(predicate.resourceUri).toBe(
      `pkg:oci/${name.split('/')[1]}@${encodeURIComponent(digest)}?repository_url=${encodeURIComponent(`${registry.host}/${name}`)}`,
    );
    expect(readSummary(slsaSummaryType, predicate)).toMatchObject({ passed: true, policyDigest: report.policyDigest });
  });

  test('in the form of Conforma is written and read', async () => {
    const { report } = await validated();
    const [component] = report.components;
    if (component === undefined) throw new Error('No component.');
    const predicate = JSON.parse(JSON.stringify(ecSummary(report, component, 'policy.yaml')));
    expect(Object.keys(predicate)).toEqual([
      'policy',
      'policySource',
      'imageRefs',
      'timestamp',
      'status',
      'verifier',
      'summary',
      'publicKey',
    ]);
    expect(readSummary(ecSummaryType, predicate)).toMatchObject({ kind: 'ec', passed: true, policyUri: 'policy.yaml' });
  });

  test('is not made for an image that was refused', async () => {
    const { report } = await validated({ policy: { publicKey: pem(keyPair()) } });
    expect(report.success).toBe(false);
    expect(await attach(report)).toEqual([]);
  });

  test('needs a verifier, and outside of a pipeline one must be named', async () => {
    const { report } = await validated();
    await expect(attach(report, null)).rejects.toThrow(/--verifier-id/);
  });
});

describe('a summary in a file', () => {
  const sources = [{ policy: ['git::https://x.example/p.git//rules?ref=abc'], ruleData: { a: 1 } }];
  const predicate = {
    policy: { sources },
    policySource: 'policy.yaml',
    imageRefs: [],
    timestamp: '2026-06-01T11:00:00Z',
    status: 'passed',
    verifier: 'conforma',
    summary: {},
    publicKey: '',
  };

  test('as ec writes it is believed where its policy asks for the same', async () => {
    const wanted = { sources: [{ policy: ['https://x.example/p//rules'], ruleData: { a: 1 } }] };
    expect(await judged(predicate, wanted)).toMatchObject({ passed: true, outcome: 'passed' });
  });

  test.each<[string, object, PolicySpec, string, RegExp]>([
    ['about other rule data', {}, { sources: [{ ...sources[0], ruleData: { a: 2 } }] }, 'policy_mismatch', /ruleData/],
    ['about other sources', {}, { sources: [{ policy: ['y.example/q'] }] }, 'policy_mismatch', /are missing/],
    [
      'with an exception',
      { policy: { sources: [{ ...sources[0], volatileConfig: { exclude: [{ value: 'p.a' }] } }] } },
      { sources },
      'policy_mismatch',
      /exclude of .* is \["p\.a"\]/,
    ],
    ['without sources', { policy: {} }, { sources }, 'policy_mismatch', /names no sources/],
    ['of a refused image', { status: 'failed' }, { sources }, 'predicate_failed', /was refused/],
    ['of long ago', { timestamp: '2026-05-01T00:00:00Z' }, { sources }, 'expired', /too long ago/],
    ['from the future', { timestamp: '2027-05-01T00:00:00Z' }, { sources }, 'expired', /to come/],
    ['without a time', { timestamp: 1 }, { sources }, 'retrieval_failed', /timestamp as RFC 3339/],
  ])('%s is not', async (_name, change, wanted, reason, message) => {
    const verdict = await judged({ ...predicate, ...change }, wanted);
    expect(verdict).toMatchObject({ passed: false, reason });
    expect(verdict.message).toMatch(message);
  });

  test('that somebody else signed, or that is no envelope, is not', async () => {
    expect(await judged(predicate, { sources }, builder)).toMatchObject({ passed: false, reason: 'retrieval_failed' });
    const verdict = await validateSummaryFile(ctx, Buffer.from('[]'), 'vsa.json', expectation({ sources }));
    expect(verdict.message).toMatch(/Expected a signed verification summary in vsa\.json, but found no JSON object/);
  });

  function judged(what: object, wanted: PolicySpec, by = verifier) {
    const about = statement(`sha256:${'1'.repeat(64)}`, ecSummaryType, what);
    const envelope = keyBundle(by, about).dsseEnvelope;
    return validateSummaryFile(ctx, bytesOf(envelope), 'vsa.json', expectation(wanted));
  }

  function expectation(wanted: PolicySpec): ExpectedSummary {
    const keys = [parseVerificationKey(pem(verifier), 'the key')];
    return { trust: { signer: { kind: 'keys', keys }, ignoreLog: true }, maxAgeMs: 86_400_000, policy: wanted };
  }
});

describe('promotion refuses', () => {
  test.each<[string, Partial<SummaryDemands>, RegExp]>([
    ['a summary of another policy', { policyDigest: `sha256:${'0'.repeat(64)}` }, /it is about the policy sha256:/],
    ['a summary that is too old', { maxAgeMs: -1 }, /only 0 minutes are allowed/],
    ['a summary by another verifier', { verifier: 'https://other.example' }, /the verifier is https:\/\/ci\.example/],
    ['a summary without the level', { level: 'SLSA_BUILD_LEVEL_3' }, /it says SLSA_BUILD_LEVEL_1, not/],
  ])('%s', async (_name, change, message) => {
    const { name, report } = await validated();
    await attach(report);
    await expect(promotion(name, report, change)).rejects.toThrow(message);
    await expect(open({ registry: registry.host, repository: name }).resolve('latest')).rejects.toThrow();
  });

  test('a summary that somebody else signed', async () => {
    const { name, report } = await validated();
    await attach(report);
    await expect(promotion(name, report, {}, pem(builder))).rejects.toThrow(/found none/);
  });

  test('an image without a summary', async () => {
    const { name, report } = await validated();
    await expect(promotion(name, report)).rejects.toThrow(/Expected a verification summary of/);
  });
});

describe('the digest of a policy', () => {
  const source = { policy: ['/a/policy'], data: ['https://x.example/d.yaml'], ruleData: { b: 1, a: [2] } };
  const contents = new Map([
    ['/a/policy', 'aa'],
    ['/elsewhere', 'aa'],
    ['https://x.example/d.yaml', 'bb'],
  ]);
  const digest = (change: object = {}, spec: PolicySpec = {}) =>
    policyDigest({ ...spec, sources: [{ ...source, ...change }] }, contents);

  test('is the same wherever the sources lie, and whatever they are called', () => {
    expect(digest({ policy: ['/elsewhere'], name: 'x', ruleData: { a: [2], b: 1 } })).toBe(digest());
    expect(digest({}, { description: 'words' })).toBe(digest());
  });

  test('is another one for other content, rule data, exceptions or keys', () => {
    const others = [
      digest({ policy: ['https://x.example/d.yaml'] }),
      digest({ ruleData: { b: 2 } }),
      digest({ volatileConfig: { exclude: [{ value: 'p.a' }] } }),
      digest({}, { publicKey: 'k' }),
    ];
    expect(new Set([digest(), ...others]).size).toBe(5);
  });
});

function pem({ publicKey }: ReturnType<typeof keyPair>): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

function open(reference: Pick<Reference, 'registry' | 'repository'>) {
  return openRepository(session, reference);
}

/** An image of its own that is signed and has provenance, and the report about it. */
async function validated(change: Partial<ValidateOptions> = {}) {
  const name = `acme/app-${made++}`;
  const to = open({ registry: registry.host, repository: name });
  const digest: Digest = await pushImage(to, name, 'built');
  await attachBundle(to, digest, bytesOf(keyBundle(builder, statement(digest, signPredicate, {}))));
  await attachBundle(to, digest, bytesOf(keyBundle(builder, statement(digest, provenancePredicate, provenance))));
  const components = [{ name: 'app', containerImage: `${registry.host}/${name}:built` }];
  const report = await validate(ctx, {
    snapshot: await parseSnapshot(JSON.stringify({ components }), 'images'),
    policy,
    open,
    ignoreLog: true,
    trust: { kind: 'tuf' },
    effectiveTime: { kind: 'attestation' },
    version: 'test',
    ...change,
  });
  return { name, report, digest };
}

function attach(report: ImageReport, id: string | null = 'https://ci.example/verify') {
  const reference = join(folder, 'verifier.pem');
  return attachSummaries(ctx, report, {
    open,
    policyUri: 'policy.yaml',
    signing: { signer: { kind: 'key', reference, password: async () => '' }, services: { tlogUpload: false } },
    ...(id === null ? {} : { verifier: id }),
  });
}

function promotion(name: string, report: ImageReport, change: Partial<SummaryDemands> = {}, key = pem(verifier)) {
  const demands = { policyDigest: report.policyDigest, maxAgeMs: 3_600_000, ...change };
  return promote(ctx, {
    source: `${registry.host}/${name}:built`,
    targets: ['latest'],
    open,
    gate: {
      kind: 'summary',
      trust: { signer: { kind: 'keys', keys: [parseVerificationKey(key, 'the key')] }, ignoreLog: true },
      demands,
    },
  });
}
