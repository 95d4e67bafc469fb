// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { githubVariables, gitlabVariables, type LocalStack, startLocal } from '@sluice/local';
import {
  cosignTag,
  createSession,
  type Digest,
  digestOf,
  IMAGE_INDEX,
  IMAGE_MANIFEST,
  openRepository,
  type Repository,
  type RequestRecord,
} from '@sluice/oci';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StepContext } from '../src/context.ts';
import { appendToTag } from '../src/evidence/attach.ts';
import { discoverEvidence } from '../src/evidence/discover.ts';
import type { SigningOptions } from '../src/signing/signing-options.ts';
import { readPredicate } from '../src/statement/predicate.ts';
import { attestImage, type SecureRequest, secure, signImage } from '../src/steps/secure.ts';
import { parseVerificationKey } from '../src/verification/public-key.ts';
import { parseTrustedRoot, type TrustedRoot } from '../src/verification/trusted-root.ts';
import { verifyEvidence } from '../src/verification/verify-evidence.ts';
import { pushImage } from './support/evidence.ts';
import { type Fault, type Relay, startRelay } from './support/relay.ts';

const gitlabSubject = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';
const retry = { attempts: 3, firstDelayMs: 1, maxDelayMs: 2 };
/** What the session has asked. */
const sent: RequestRecord[] = [];
const session = createSession({ onRequest: (request) => sent.push(request) });
let stack: LocalStack;
let root: TrustedRoot;
let folder: string;
let logged: string[];
let repositories = 0;
const relays: Relay[] = [];

beforeAll(async () => {
  stack = await startLocal();
  root = await parseTrustedRoot(JSON.stringify(stack.trustedRoot), 'trusted_root.json');
  folder = await mkdtemp(path.join(tmpdir(), 'sluice-secure-'));
});

beforeEach(() => {
  logged = [];
});

afterAll(async () => {
  session.close();
  await Promise.all([stack.close(), ...relays.map((relay) => relay.close()), rm(folder, { recursive: true })]);
});

function context(env: Readonly<Record<string, string>>): StepContext {
  const note = (message: string) => void logged.push(message);
  return { now: () => new Date(), env, log: { info: note, warn: note, debug: note } };
}

async function image(): Promise<{ repository: Repository; digest: Digest }> {
  repositories += 1;
  const repository = openRepository(session, {
    registry: stack.registry.host,
    repository: `acme/shop-${repositories}`,
  });
  return { repository, digest: await pushImage(repository, `image ${repositories}`) };
}

async function relay(target: string, fault?: (request: string, count: number) => Fault | undefined): Promise<Relay> {
  const started = await startRelay(target, fault);
  relays.push(started);
  return started;
}

function gitlabJob(variables: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { ...gitlabVariables(variables), SIGSTORE_ID_TOKEN: stack.oidc.mintGitLabToken({}, variables) };
}

function keyless(change: Partial<SigningOptions> = {}): SigningOptions {
  const services = { fulcioUrl: stack.fulcioUrl, rekorUrl: stack.rekorUrl, tsaUrls: [stack.tsaUrl] };
  return { signer: { kind: 'keyless' }, ci: { oidcIssuer: stack.oidc.gitlab.url }, services, retry, ...change };
}

async function keyFile(): Promise<SigningOptions['signer']> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const reference = path.join(folder, `key-${Math.random()}.pem`);
  await writeFile(reference, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  return { kind: 'key', reference, password: async () => '' };
}

async function proved(repository: Repository, digest: Digest) {
  const policy = { issuer: stack.oidc.gitlab.url, subject: gitlabSubject };
  const evidence = await discoverEvidence(repository, digest);
  const verified = await verifyEvidence(evidence, { root, signer: { kind: 'identity', policy } }, new Date());
  expect(verified.unproved).toEqual([]);
  return verified;
}

const score = () => readPredicate('{"score": 1.50}', 'https://example.com/score/v1', new Date());

describe('securing an image', () => {
  it('signs image, provenance and attestation with one certificate, and a verifier proves all three', async () => {
    const target = await image();
    const [fulcio, rekor, tsa] = [await relay(stack.fulcioUrl), await relay(stack.rekorUrl), await relay(stack.tsaUrl)];
    const services = {
      fulcioUrl: fulcio.url,
      rekorUrl: rekor.url,
      tsaUrls: [`${tsa.url}${new URL(stack.tsaUrl).pathname}`],
    };
    const report = await secure(context(gitlabJob()), {
      ...target,
      attestations: [score()],
      signing: keyless({ services }),
    });
    const { signatures, attestations } = await proved(target.repository, target.digest);
    expect([signatures.length, attestations.length]).toEqual([1, 2]);
    expect(report.signer).toEqual({ kind: 'keyless', issuer: stack.oidc.gitlab.url, subject: gitlabSubject });
    expect(report.attached.map(({ kind }) => kind)).toEqual(['signature', 'attestation', 'attestation']);
    expect(report.attached[0]?.logEntries[0]?.url).toMatch(/\/api\/v1\/log\/entries\?logIndex=\d+$/);
    expect(fulcio.requests).toEqual(['POST /api/v2/signingCert']);
    expect(rekor.requests).toEqual(Array(3).fill('POST /api/v1/log/entries'));
    expect(tsa.requests).toHaveLength(3);
  });

  it('says the same in provenance and certificate', async () => {
    const target = await image();
    const { provenance } = await secure(context(gitlabJob()), { ...target, signing: keyless() });
    const { attestations } = await proved(target.repository, target.digest);
    const extensions = attestations[0]?.signers[0]?.certificate?.extensions ?? new Map();
    expect(provenance?.runDetails.builder.id).toBe(extensions.get('1.3.6.1.4.1.57264.1.9'));
    expect(provenance?.runDetails.metadata?.invocationId).toBe(extensions.get('1.3.6.1.4.1.57264.1.21'));
  });

  it.each([
    ['referrers', /\/manifests\/sha256-[0-9a-f]+\.(sig|att)/],
    ['tags', /\/referrers\//],
  ] as const)(
    'asks for nothing that the layout %s does not need, nor for what the caller knows',
    async (layout, foreign) => {
      const target = await image();
      const descriptor = await target.repository.resolve(target.digest);
      const before = sent.length;
      await secure(context(gitlabJob()), { ...target, descriptor, signing: keyless({ layout }) });
      const asked = sent.slice(before);
      expect(asked.filter(({ url }) => foreign.test(url))).toEqual([]);
      expect(asked.filter(({ method, url }) => method === 'HEAD' && url.includes('/manifests/'))).toEqual([]);
    },
  );

  it('adds nothing the second time, and asks for no certificate and no log entry', async () => {
    const target = await image();
    const request = { ...target, attestations: [score()], signing: keyless({ layout: 'both' }) };
    await secure(context(gitlabJob()), request);
    const before = await discoverEvidence(target.repository, target.digest);
    const fulcio = await relay(stack.fulcioUrl);
    const services = { fulcioUrl: fulcio.url, rekorUrl: 'http://127.0.0.1:1', tsaUrls: ['http://127.0.0.1:1'] };
    const again = await secure(context(gitlabJob()), { ...request, signing: keyless({ layout: 'both', services }) });
    expect(again.attached).toEqual([]);
    expect(again.alreadyThere).toHaveLength(6);
    expect(fulcio.requests).toEqual(['GET /api/v2/trustBundle']);
    expect(await discoverEvidence(target.repository, target.digest)).toEqual(before);
  });

  it('adds nothing the second time on a laptop either', async () => {
    const target = await image();
    const env = { SIGSTORE_ID_TOKEN: stack.oidc.mintEmailToken('ada@acme.example') };
    const first = await signImage(context(env), { ...target, signing: keyless() });
    expect(first.signer).toMatchObject({ subject: 'ada@acme.example' });
    expect((await signImage(context(env), { ...target, signing: keyless() })).attached).toEqual([]);
    const other = { SIGSTORE_ID_TOKEN: stack.oidc.mintEmailToken('grace@acme.example') };
    expect((await signImage(context(other), { ...target, signing: keyless() })).attached).toHaveLength(1);
  });

  it('adds the provenance of another job, and does not sign the image again', async () => {
    const target = await image();
    await secure(context(gitlabJob()), { ...target, signing: keyless() });
    const again = await secure(context(gitlabJob({ CI_JOB_ID: '7' })), { ...target, signing: keyless() });
    expect(again.attached.map(({ predicateType }) => predicateType)).toEqual(['https://slsa.dev/provenance/v1']);
  });

  it('signs again when what is attached was certified by somebody else', async () => {
    const target = await image();
    await signImage(context(gitlabJob()), { ...target, signing: keyless() });
    const other = await startLocal();
    const foreign = await (await fetch(`${other.fulcioUrl}/api/v2/trustBundle`)).text();
    await other.close();
    const fulcio = await relay(stack.fulcioUrl, (request) =>
      request.includes('trustBundle') ? { status: 200, body: foreign } : undefined,
    );
    const services = { fulcioUrl: fulcio.url, rekorUrl: stack.rekorUrl };
    const again = await signImage(context(gitlabJob()), { ...target, signing: keyless({ services }) });
    expect(again.attached).toHaveLength(1);
  });

  it("keeps what others attached under cosign's tags", async () => {
    const target = await image();
    const services = { tlogUpload: false };
    const signers = await Promise.all([keyFile(), keyFile(), keyFile()]);
    for (const signer of signers)
      await signImage(context({}), { ...target, signing: { signer, services, layout: 'tags' } });
    const manifest = await target.repository.getManifest(cosignTag(target.digest, 'sig'));
    expect(manifest.kind === 'image' && manifest.content.layers).toHaveLength(3);
  });

  it('signs an index and each of its platforms when asked, but no attestation manifest of BuildKit', async () => {
    const { repository, digest } = await image();
    const { size } = await repository.resolve(digest);
    const entry = { mediaType: IMAGE_MANIFEST, digest, size };
    const note = { ...entry, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } };
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [entry, note] }));
    const index = await repository.putManifest(bytes, IMAGE_INDEX, 'multi');
    const request = {
      repository,
      digest: index.digest,
      signing: { signer: await keyFile(), services: { tlogUpload: false } },
    };
    const report = await signImage(context({}), { ...request, recursive: true });
    expect(report.attached.map(({ subject }) => subject)).toEqual([index.digest, digest]);
  });

  it('completes on the next run wherever it was interrupted', async () => {
    const signer = await keyFile();
    const signing: SigningOptions = { signer, services: { tlogUpload: false }, layout: 'both' };
    for (let writes = 0; writes < 14; writes += 1) {
      const { repository, digest } = await image();
      const request = { repository, digest, attestations: [score()], signing };
      const broken = await attempt(
        attestAndSign(context({}), { ...request, repository: failingAfter(repository, writes) }),
      );
      expect(broken instanceof Error).toBe(writes < 11);
      await attestAndSign(context({}), request);
      const { items } = await discoverEvidence(repository, digest);
      for (const [kind, layout] of [
        ['signature', 'referrer'],
        ['signature', 'tag'],
        ['attestation', 'referrer'],
        ['attestation', 'tag'],
      ]) {
        const there = items.filter(
          (item) => item.kind === kind && item.places.some((place) => place.layout === layout),
        );
        expect(there, `${kind} in ${layout} after ${writes} writes`).toHaveLength(1);
      }
    }
  });
});

function attestAndSign(ctx: StepContext, request: SecureRequest) {
  return secure(ctx, { ...request, provenance: false });
}

async function attempt(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return error;
  }
}

/** A repository whose connection breaks after so many writes. */
function failingAfter(repository: Repository, writes: number): Repository {
  let left = writes;
  const spend = () => {
    if (left === 0) throw new Error('the connection broke');
    left -= 1;
  };
  return {
    ...repository,
    putBlob: async (descriptor, content) => {
      spend();
      await repository.putBlob(descriptor, content);
    },
    putManifest: async (bytes, mediaType, tag) => {
      spend();
      return repository.putManifest(bytes, mediaType, tag);
    },
  };
}

describe('writers that meet at a tag', () => {
  it('lose nothing of each other', async () => {
    const { repository, digest } = await image();
    const tag = cosignTag(digest, 'sig');
    const layer = (name: string) => ({ mediaType: 'text/plain', content: Buffer.from('same'), annotations: { name } });
    const other = layer('the other writer');
    let interfered = false;
    const raced: Repository = {
      ...repository,
      putManifest: async (bytes, mediaType, under) => {
        const written = await repository.putManifest(bytes, mediaType, under);
        if (!interfered) {
          // The other writer read the tag before us and writes after us.
          interfered = true;
          const theirs = {
            schemaVersion: 2,
            mediaType: IMAGE_MANIFEST,
            config: JSON.parse(Buffer.from(bytes).toString()).config,
          };
          const layers = [
            { mediaType: other.mediaType, size: 4, digest: digestOf(other.content), annotations: other.annotations },
          ];
          await repository.putManifest(Buffer.from(JSON.stringify({ ...theirs, layers })), IMAGE_MANIFEST, under);
        }
        return written;
      },
    };
    await appendToTag(raced, tag, [layer('ours')]);
    const manifest = await repository.getManifest(tag);
    const names = manifest.kind === 'image' ? manifest.content.layers.map(({ annotations }) => annotations?.name) : [];
    expect(names.sort()).toEqual(['ours', 'the other writer']);
  });

  it('leave an index under the tag as it is', async () => {
    const { repository, digest } = await image();
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [] }));
    const tag = cosignTag(digest, 'att');
    const before = await repository.putManifest(bytes, IMAGE_INDEX, tag);
    await expect(appendToTag(repository, tag, [])).rejects.toThrow(/found an index; it was left as it is/);
    expect(await repository.resolve(tag)).toMatchObject({ digest: before.digest });
  });
});

describe('a service that fails', () => {
  it('is asked again, and the log says so', async () => {
    const target = await image();
    const fulcio = await relay(stack.fulcioUrl, (_request, count) => (count < 3 ? { status: 503 } : undefined));
    const rekor = await relay(stack.rekorUrl, (_request, count) => (count === 1 ? 'drop' : undefined));
    const services = { fulcioUrl: fulcio.url, rekorUrl: rekor.url };
    await signImage(context(gitlabJob()), { ...target, signing: keyless({ services }) });
    expect(logged.join('\n')).toMatch(/Fulcio: answered 503; trying again in 1 ms \(2 of 3\)/);
    expect(logged.join('\n')).toMatch(/Rekor: .*; trying again/);
    expect((await proved(target.repository, target.digest)).signatures).toHaveLength(1);
  });

  const broken: readonly [string, 'fulcioUrl' | 'rekorUrl', Fault, RegExp][] = [
    ['Fulcio is down', 'fulcioUrl', { status: 500 }, /Fulcio at http:\S+ could not be used: it answered 500/],
    [
      'Fulcio refuses the token',
      'fulcioUrl',
      { status: 400, headers: { 'content-type': 'application/json' }, body: '{"message":"unknown issuer"}' },
      /Fulcio at \S+ refused the request: it answered 400 \(unknown issuer\)/,
    ],
    [
      'Fulcio answers with nonsense',
      'fulcioUrl',
      { status: 200, body: '<html>' },
      /Fulcio at \S+ answered with something else/,
    ],
    ['Rekor is down', 'rekorUrl', { status: 502 }, /Rekor at \S+ could not be used/],
    ['Rekor refuses the entry', 'rekorUrl', { status: 400 }, /Rekor at \S+ refused the request/],
  ];
  it.each(broken)('ends the step with a sentence and nothing attached: %s', async (_name, service, fault, sentence) => {
    const target = await image();
    const relayed = await relay(stack[service], () => fault);
    const services = { fulcioUrl: stack.fulcioUrl, rekorUrl: stack.rekorUrl, [service]: relayed.url };
    const env = gitlabJob();
    const error = await secure(context(env), { ...target, signing: keyless({ services }) }).catch((thrown) => thrown);
    expect(error.message).toMatch(sentence);
    expect(`${error.stack}${logged.join()}`).not.toContain(env.SIGSTORE_ID_TOKEN);
    expect((await discoverEvidence(target.repository, target.digest)).items).toEqual([]);
  });

  it('a log that answers with the entry of another signature is not believed', async () => {
    const target = await image();
    const present = await fetch(`${stack.rekorUrl}/api/v1/log/entries?logIndex=0`);
    const body = await present.text();
    expect(present.status).toBe(200);
    const rekor = await relay(stack.rekorUrl, () => ({ status: 201, body }));
    const services = { fulcioUrl: stack.fulcioUrl, rekorUrl: rekor.url };
    const signed = signImage(context(gitlabJob()), { ...target, signing: keyless({ services }) });
    await expect(signed).rejects.toThrow(/found entry 0, which is for another; nothing was attached/);
    expect((await discoverEvidence(target.repository, target.digest)).items).toEqual([]);
  });

  it('an entry that the log has already is fetched', async () => {
    const target = await image();
    const { privateKey } = generateKeyPairSync('ed25519');
    const reference = path.join(folder, 'ed25519.pem');
    await writeFile(reference, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    // Ed25519 signs the same bytes the same way, so the second repository gets the entry of the first.
    const signing: SigningOptions = {
      signer: { kind: 'key', reference, password: async () => '' },
      services: { rekorUrl: stack.rekorUrl },
      retry,
    };
    const first = await signImage(context({}), { ...target, signing });
    const copy = openRepository(session, { registry: stack.registry.host, repository: 'acme/copy' });
    await pushImage(copy, `image ${repositories}`);
    const second = await signImage(context({}), { repository: copy, digest: target.digest, signing });
    expect(second.attached[0]?.logEntries).toEqual(first.attached[0]?.logEntries);
  });

  it('an unknown issuer is refused by Fulcio itself, in its own words', async () => {
    const target = await image();
    const env = {
      SIGSTORE_ID_TOKEN: stack.oidc.mintEmailToken('ada@acme.example', { iss: 'https://elsewhere.example' }),
    };
    await expect(signImage(context(env), { ...target, signing: keyless() })).rejects.toMatchObject({ code: 'signing' });
  });
});

describe('nothing is signed when', () => {
  it('the certificate says another run than the provenance', async () => {
    const other = await startLocal({ gitlabUrl: 'https://gitlab.elsewhere.example' });
    try {
      const target = await image();
      const env = { ...gitlabVariables(), SIGSTORE_ID_TOKEN: other.oidc.mintGitLabToken() };
      const services = { fulcioUrl: other.fulcioUrl, rekorUrl: other.rekorUrl };
      const signing = keyless({ ci: { oidcIssuer: other.oidc.gitlab.url }, services });
      await expect(secure(context(env), { ...target, signing })).rejects.toThrow(
        /provenance says metadata\.invocationId is "https:\/\/gitlab\.com\S+", the certificate's Run Invocation URI is "https:\/\/gitlab\.elsewhere/,
      );
      expect((await discoverEvidence(target.repository, target.digest)).items).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it.each([
    ['on GitHub', githubVariables(), /"permissions: id-token: write"/],
    ['on GitLab', gitlabVariables(), /"id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore"/],
    ['on a laptop', {}, /--identity-token, or sign with --key/],
  ])('there is no token %s: the sentence says how to get one', async (_name, env, sentence) => {
    const target = await image();
    const request = { ...target, provenance: false as const, signing: keyless({ ci: {} }) };
    await expect(secure(context(env), request)).rejects.toThrow(sentence);
  });

  it('the image is not there', async () => {
    const { repository } = await image();
    const digest: Digest = `sha256:${'0'.repeat(64)}`;
    await expect(signImage(context(gitlabJob()), { repository, digest, signing: keyless() })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('a private repository would be written to a public log', async () => {
    const target = await image();
    const env = gitlabVariables({ CI_PROJECT_VISIBILITY: 'private' });
    const token = stack.oidc.mintGitLabToken({}, { CI_PROJECT_VISIBILITY: 'private' });
    const services = { fulcioUrl: 'https://fulcio.sigstore.dev', rekorUrl: 'https://rekor.sigstore.dev' };
    const signing = keyless({ services });
    await expect(secure(context({ ...env, SIGSTORE_ID_TOKEN: token }), { ...target, signing })).rejects.toThrow(
      /acme\/shop is private, and https:\/\/fulcio\.sigstore\.dev and https:\/\/rekor\.sigstore\.dev would publish it/,
    );
  });

  it("cosign's tags could not hold the proof", async () => {
    const target = await image();
    const services = {
      fulcioUrl: stack.fulcioUrl,
      rekorUrl: stack.rekorUrl,
      rekorVersion: 2 as const,
      tsaUrls: [stack.tsaUrl],
    };
    const signing = keyless({ services, layout: 'tags' });
    await expect(signImage(context(gitlabJob()), { ...target, signing })).rejects.toThrow(/found version 2 only/);
  });

  it('the step is cancelled', async () => {
    const target = await image();
    const ctx = { ...context(gitlabJob()), signal: AbortSignal.abort() };
    await expect(signImage(ctx, { ...target, signing: keyless() })).rejects.toThrow();
    expect((await discoverEvidence(target.repository, target.digest)).items).toEqual([]);
  });
});

describe('signing with a key', () => {
  const kinds = {
    'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    'RSA 3072': () => generateKeyPairSync('rsa', { modulusLength: 3072 }),
    Ed25519: () => generateKeyPairSync('ed25519'),
  };
  it.each(Object.entries(kinds))(
    'on %s is proved by that key and by no other, in both layouts',
    async (_name, make) => {
      const target = await image();
      const { privateKey, publicKey } = make();
      const reference = path.join(folder, `${publicKey.asymmetricKeyType}-${repositories}.pem`);
      await writeFile(reference, privateKey.export({ format: 'pem', type: 'pkcs8' }));
      const signer = { kind: 'key', reference, password: async () => '' } as const;
      const signing: SigningOptions = { signer, services: { tlogUpload: false }, layout: 'both' };
      const report = await signImage(context({}), { ...target, signing });
      expect(report.attached.map(({ layout }) => layout)).toEqual(['referrer', 'tag']);
      const evidence = await discoverEvidence(target.repository, target.digest);
      const verify = (pem: string) => {
        const keys = [parseVerificationKey(pem, 'the key')];
        return verifyEvidence(evidence, { signer: { kind: 'keys', keys }, ignoreLog: true }, new Date());
      };
      const pem = (key: typeof publicKey) => key.export({ format: 'pem', type: 'spki' }).toString();
      expect((await verify(pem(publicKey))).signatures).toHaveLength(2);
      expect((await verify(pem(make().publicKey))).signatures).toEqual([]);
    },
  );

  it('asks for no service and no token', async () => {
    const target = await image();
    const signing: SigningOptions = { signer: await keyFile(), services: { tlogUpload: false } };
    const env = { ...gitlabVariables(), SIGSTORE_ID_TOKEN: 'not looked at' };
    expect((await signImage(context(env), { ...target, signing })).signer).toMatchObject({ kind: 'key' });
  });
});

describe('attesting', () => {
  it('keeps every digit of a predicate and signs no image', async () => {
    const target = await image();
    await attestImage(context(gitlabJob()), { ...target, attestations: [score()], signing: keyless() });
    const { signatures, attestations } = await proved(target.repository, target.digest);
    expect(signatures).toEqual([]);
    expect(Buffer.from(attestations[0]?.payload ?? '').toString()).toContain('"predicate":{"score":1.50}');
  });

  it('puts SLSA v0.2 into the statement that its schema demands, and wraps custom text as cosign does', () => {
    const now = new Date('2026-03-01T12:00:00Z');
    expect(readPredicate('any text', 'custom', now).predicate).toEqual({
      Data: 'any text',
      Timestamp: '2026-03-01T12:00:00Z',
    });
    expect(readPredicate('{"builder":{"id":"a:b"},"buildType":"x"}', 'slsaprovenance', now).predicateType).toBe(
      'https://slsa.dev/provenance/v0.2',
    );
  });

  it.each([
    ['text that is not JSON', '{"a":', 'https://example.com/t', /as JSON, found text that is not/],
    ['a list', '[1]', 'spdxjson', /a JSON object as predicate .* found \[1\]/],
    [
      'provenance that is none',
      '{"buildDefinition":{}}',
      'slsaprovenance1',
      /no valid https:\/\/slsa\.dev\/provenance\/v1: .*runDetails: expected, but missing/,
    ],
    ['a type that nobody knows', '{}', 'slsaprovenance3', /found "slsaprovenance3"/],
  ])('refuses %s', (_name, text, type, sentence) => {
    expect(() => readPredicate(text, type, new Date())).toThrow(sentence);
  });
});
