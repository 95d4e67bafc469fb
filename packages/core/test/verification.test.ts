// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519ph } from '@noble/curves/ed25519.js';
import { type LocalStack, startLocal } from '@sluice/local';
import { createSession, type Descriptor, type Digest, openRepository, type Repository } from '@sluice/oci';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { discoverEvidence } from '../src/evidence/discover.ts';
import { findServices } from '../src/signing/services.ts';
import { preAuthEncoding } from '../src/statement/envelope.ts';
import type { IdentityPolicy } from '../src/verification/identity.ts';
import type { VerifiedEvidence } from '../src/verification/proof.ts';
import { parseVerificationKey, type VerificationKey } from '../src/verification/public-key.ts';
import {
  loadTrustedRoot,
  parseTrustedRoot,
  type TrustedRoot,
  trustSourceFrom,
} from '../src/verification/trusted-root.ts';
import { verifyBundle, verifyEvidence } from '../src/verification/verify-evidence.ts';
import type { Trust } from '../src/verification/verify-material.ts';
import {
  altered,
  attachAttestationTag,
  attachBundle,
  attachSignatureTag,
  type BundleJson,
  bytesOf,
  type KeyPair,
  keyBundle,
  keylessBundle,
  keyPair,
  loggedKeyBundle,
  provenancePredicate,
  pushImage,
  signPredicate,
  statement,
  twoCertificateBundle,
} from './support/evidence.ts';

const subject = 'https://gitlab.com/acme/app//.gitlab-ci.yml@refs/heads/main';
const digest: Digest = `sha256:${'1'.repeat(64)}`;
const otherDigest: Digest = `sha256:${'2'.repeat(64)}`;

const minute = 60_000;
let clock = 0;
let stack: LocalStack;
let root: TrustedRoot;
let policy: IdentityPolicy;
let attestation: BundleJson;
const session = createSession();

beforeAll(async () => {
  stack = await startLocal({ now: () => new Date(Date.now() + clock) });
  root = await parseTrustedRoot(JSON.stringify(stack.trustedRoot), 'trusted_root.json');
  policy = { issuer: stack.oidc.gitlab.url, subject };
  attestation = await keylessBundle(stack, statement(digest), { token: tokenOf('acme/app') });
});

afterAll(async () => {
  session.close();
  await stack.close();
});

function tokenOf(project: string): string {
  return stack.oidc.mintGitLabToken({}, { CI_PROJECT_PATH: project, CI_COMMIT_REF_NAME: 'main' });
}

function keyless(change: Partial<Trust> = {}): Trust {
  return { signer: { kind: 'identity', policy }, root, ...change };
}

function verify(bundle: BundleJson, trust = keyless(), about = digest) {
  return verifyBundle(bytesOf(bundle), 'bundle.json', about, trust, new Date());
}

async function reasonOf(bundle: BundleJson, trust = keyless(), about = digest): Promise<string> {
  return verify(bundle, trust, about).then(
    () => 'proved',
    (error: Error) => error.message,
  );
}

describe('a keyless bundle on disk', () => {
  test('is proved for the exact identity that signed it, without a registry', async () => {
    const proved = await verify(attestation);
    expect(proved.kind).toBe('attestation');
    expect(proved.signers[0]?.certificate?.identity).toEqual({ issuer: policy.issuer, subjects: [subject] });
    expect(proved.signers[0]?.logEntries).toHaveLength(1);
  });

  test('is proved with an entry of the older kind, and with a time-stamp but no promise of time', async () => {
    const intoto = await keylessBundle(stack, statement(digest), { token: tokenOf('acme/app'), log: 'intoto' });
    expect(await reasonOf(intoto)).toBe('proved');
    const stamped = altered(attestation, ({ verificationMaterial: { tlogEntries } }) => {
      delete tlogEntries[0].inclusionPromise;
      delete tlogEntries[0].integratedTime;
    });
    expect(await reasonOf(stamped)).toBe('proved');
  });

  test.each([
    ['version 0.3', 'application/vnd.dev.sigstore.bundle.v0.3+json', false],
    ['version 0.3 in the older spelling', 'application/vnd.dev.sigstore.bundle+json;version=0.3', false],
    ['version 0.2 with a chain', 'application/vnd.dev.sigstore.bundle+json;version=0.2', true],
    ['version 0.1 with a chain', 'application/vnd.dev.sigstore.bundle+json;version=0.1', true],
  ])('is read in %s', async (_name, mediaType, chain) => {
    const older = altered(attestation, (bundle) => {
      const { certificate } = bundle.verificationMaterial;
      bundle.mediaType = mediaType;
      if (!chain) return;
      delete bundle.verificationMaterial.certificate;
      bundle.verificationMaterial.x509CertificateChain = { certificates: [certificate] };
    });
    expect(await reasonOf(older)).toBe('proved');
  });

  test('is refused for another project, naming what was expected and what was found', async () => {
    const other = await keylessBundle(stack, statement(digest), { token: tokenOf('mallory/app') });
    expect(await reasonOf(other)).toBe(
      `bundle.json: The certificate's subject should be "${subject}", but it has "https://gitlab.com/mallory/app//.gitlab-ci.yml@refs/heads/main".`,
    );
  });

  test('is refused for another issuer', async () => {
    const other = await keylessBundle(stack, statement(digest), { token: stack.oidc.mintGitHubToken() });
    expect(await reasonOf(other)).toMatch(/issuer should be ".*gitlab", but it has ".*github"/);
  });

  test('is refused by an exact subject that is only a part of the real one', async () => {
    const part = { ...policy, subject: 'https://gitlab.com/acme/app' };
    expect(await reasonOf(attestation, keyless({ signer: { kind: 'identity', policy: part } }))).toMatch(
      /subject should/,
    );
  });

  test('may be held to any extension of its certificate', async () => {
    const held = (extensions: Record<string, string>) =>
      keyless({ signer: { kind: 'identity', policy: { ...policy, extensions } } });
    expect(await reasonOf(attestation, held({ 'Source Repository URI': 'https://gitlab.com/acme/app' }))).toBe(
      'proved',
    );
    expect(await reasonOf(attestation, held({ '1.3.6.1.4.1.57264.1.14': 'refs/heads/release' }))).toMatch(
      /should be "refs\/heads\/release", but it has "refs\/heads\/main"/,
    );
  });

  test('names its certificate in the terms of ec', async () => {
    const { signers } = await verify(attestation);
    expect(signers[0]?.certificate?.metadata).toMatchObject({
      Issuer: expect.stringMatching(/^CN=sluice-fulcio.*,O=sluice\.local$/),
      'Not Before': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      'Serial Number': expect.stringMatching(/^[0-9a-f]+$/),
      'Subject Alternative Name': `URIs:${subject}`,
      'Fulcio Issuer (V2)': policy.issuer,
      'Fulcio Source Repository URI': 'https://gitlab.com/acme/app',
    });
  });
});

describe('a keyless bundle of which a part was altered is refused', () => {
  const flip = (base64: string) => {
    const bytes = Buffer.from(base64, 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    return bytes.toString('base64');
  };
  const firstEntry = (bundle: BundleJson) => bundle.verificationMaterial.tlogEntries[0];

  test.each<[string, (bundle: BundleJson) => void, RegExp]>([
    [
      'the payload',
      (bundle) => {
        bundle.dsseEnvelope.payload = statement(otherDigest).toString('base64');
      },
      /signature does not fit/,
    ],
    [
      'the signature',
      (bundle) => {
        bundle.dsseEnvelope.signatures[0].sig = flip(bundle.dsseEnvelope.signatures[0].sig);
      },
      /signature does not fit/,
    ],
    [
      'the root hash of the inclusion proof',
      (bundle) => {
        firstEntry(bundle).inclusionProof.rootHash = Buffer.alloc(32).toString('base64');
      },
      /root hash/,
    ],
    [
      'the checkpoint',
      (bundle) => {
        const { checkpoint } = firstEntry(bundle).inclusionProof;
        checkpoint.envelope = checkpoint.envelope.replace(/\n(\d+)\n/, '\n9$1\n');
      },
      /inclusion proof does not hold/,
    ],
    [
      "the log's promise",
      (bundle) => {
        firstEntry(bundle).inclusionPromise.signedEntryTimestamp = flip(
          firstEntry(bundle).inclusionPromise.signedEntryTimestamp,
        );
      },
      /promise of inclusion does not hold/,
    ],
    [
      "the log's time",
      (bundle) => {
        firstEntry(bundle).integratedTime = String(Number(firstEntry(bundle).integratedTime) + 1);
      },
      /promise of inclusion does not hold/,
    ],
    [
      'the time-stamp',
      (bundle) => {
        const [stamp] = bundle.verificationMaterial.timestampVerificationData.rfc3161Timestamps;
        stamp.signedTimestamp = flip(stamp.signedTimestamp);
      },
      /time of signing is not proved/,
    ],
  ])('%s', async (_name, change, reason) => {
    expect(await reasonOf(altered(attestation, change))).toMatch(reason);
  });

  test('in any one character: it is refused, or proves what it proved before', async () => {
    const text = JSON.stringify(attestation);
    const payload = Buffer.from(attestation.dsseEnvelope.payload, 'base64');
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom('A', 'b', '7', '/', '"'), async (at, by) => {
        const changed = Buffer.from(text.slice(0, at) + by + text.slice(at + 1));
        const proof = await verifyBundle(changed, 'b', digest, keyless(), new Date()).catch(() => undefined);
        if (proof) expect(Buffer.from(proof.payload).equals(payload)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('its log entry is about another artifact', async () => {
    const other = await keylessBundle(stack, statement(otherDigest), { token: tokenOf('acme/app') });
    const swapped = altered(attestation, (bundle) => {
      bundle.verificationMaterial.tlogEntries = other.verificationMaterial.tlogEntries;
    });
    expect(await reasonOf(swapped)).toMatch(/log entry belongs to another artifact or signature/);
  });

  test('its certificate is another of the same identity', async () => {
    const other = await keylessBundle(stack, statement(digest), { token: tokenOf('acme/app') });
    const swapped = altered(attestation, (bundle) => {
      bundle.verificationMaterial.certificate = other.verificationMaterial.certificate;
    });
    expect(await reasonOf(swapped)).toMatch(/signature does not fit/);
  });

  test('its log entry names another certificate, even of the same key and signature', async () => {
    const tokens = [tokenOf('acme/app'), tokenOf('mallory/app')] as const;
    expect(await reasonOf(await twoCertificateBundle(stack, statement(digest), tokens))).toMatch(
      /log entry names another certificate/,
    );
  });

  test('its certificate is not for signing', async () => {
    const rawBytes = stack.trustedRoot.timestampAuthorities[0]?.certChain.certificates[0]?.rawBytes;
    const swapped = altered(attestation, (bundle) => {
      bundle.verificationMaterial.certificate = { rawBytes };
    });
    expect(await reasonOf(swapped)).toMatch(/not one for code signing/);
  });

  test('its log entry is missing', async () => {
    const unlogged = await keylessBundle(stack, statement(digest), { token: tokenOf('acme/app'), log: false });
    expect(await reasonOf(unlogged)).toMatch(/transparency log is not proved/);
  });

  test.each<[string, (bundle: BundleJson) => void, RegExp]>([
    ['an unknown member', (bundle) => Object.assign(bundle, { extra: 1 }), /unknown member "extra"/],
    [
      'two signers',
      (b) => Object.assign(b.verificationMaterial, { publicKey: { hint: '' } }),
      /once, by certificate or key/,
    ],
    ['no signer', (bundle) => delete bundle.verificationMaterial.certificate, /but has none/],
    ['two contents', (bundle) => Object.assign(bundle, { messageSignature: {} }), /either a dsseEnvelope or/],
    ['no signature', (bundle) => bundle.dsseEnvelope.signatures.pop(), /at least one/],
    ['no proof of inclusion', (bundle) => delete firstEntry(bundle).inclusionProof, /inclusionProof should be a proof/],
    [
      'another media type',
      (bundle) => Object.assign(bundle, { mediaType: 'text/plain' }),
      /Sigstore bundle of version/,
    ],
    ['a body that is no JSON', (b) => Object.assign(firstEntry(b), { canonicalizedBody: 'e3t7' }), /./],
  ])('it has %s', async (_name, change, reason) => {
    const found = await reasonOf(altered(attestation, (bundle) => void change(bundle)));
    expect(found).not.toBe('proved');
    expect(found).toMatch(reason);
  });
});

describe('time and trust', () => {
  test('a signature made after its certificate ended is refused', async () => {
    const late = await keylessBundle(stack, statement(digest), {
      token: tokenOf('acme/app'),
      afterSigning: () => {
        clock = 20 * minute;
      },
    });
    clock = 0;
    expect(await reasonOf(late)).toMatch(/The certificate was valid from .* to .*, but the signature is of /);
  });

  test('a certificate of another authority is refused', async () => {
    const other = await startLocal();
    const foreign = await parseTrustedRoot(JSON.stringify(other.trustedRoot), 'other_root.json');
    await other.close();
    const mixed = {
      ...foreign,
      material: { ...root.material, certificateAuthorities: foreign.material.certificateAuthorities },
    };
    expect(await reasonOf(attestation, keyless({ root: mixed }))).toMatch(
      /not issued by an authority of the trusted root other_root/,
    );
  });

  test('a certificate that no trusted log knows is refused', async () => {
    const noLogs = { ...root, material: { ...root.material, ctlogs: [] } };
    expect(await reasonOf(attestation, keyless({ root: noLogs }))).toMatch(/SCT verification failed/);
  });

  test('a log entry of an unknown log is refused', async () => {
    const noLogs = { ...root, material: { ...root.material, tlogs: [] } };
    expect(await reasonOf(attestation, keyless({ root: noLogs }))).toMatch(/does not hold/);
  });

  test('without the log the clock decides, and only while the certificate lasts', async () => {
    const bare = await keylessBundle(stack, statement(digest), {
      token: tokenOf('acme/app'),
      log: false,
      timestamp: false,
    });
    const at = (now: Date) => verifyBundle(bytesOf(bare), 'b', digest, keyless({ ignoreLog: true }), now);
    expect((await at(new Date(Date.now() + minute))).signers[0]?.logEntries).toEqual([]);
    await expect(at(new Date(Date.now() + 20 * minute))).rejects.toThrow(/The certificate was valid from/);
    await expect(verify(bare)).rejects.toThrow(/No log and no time-stamp authority says when/);
  });

  test('a trusted root that is something else is a configuration error', async () => {
    await expect(parseTrustedRoot('{"mediaType":"x"}', 'f.json')).rejects.toThrow(
      /f\.json should be a Sigstore trusted root/,
    );
  });
});

describe('a trusted root from single files', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trust-'));
    const { certificateAuthorities, ctlogs, tlogs, timestampAuthorities } = stack.trustedRoot;
    const chain = (authority: (typeof certificateAuthorities)[number] | undefined) =>
      (authority?.certChain.certificates ?? []).map(({ rawBytes }) => pem('CERTIFICATE', rawBytes)).join('');
    await writeFile(join(folder, 'ca.pem'), chain(certificateAuthorities[0]));
    await writeFile(join(folder, 'tsa.pem'), chain(timestampAuthorities[0]));
    await writeFile(join(folder, 'ct.pub'), pem('PUBLIC KEY', ctlogs[0]?.publicKey.rawBytes ?? ''));
    await writeFile(join(folder, 'rekor.pub'), pem('PUBLIC KEY', tlogs[0]?.publicKey.rawBytes ?? ''));
  });

  afterAll(() => rm(folder, { recursive: true }));

  const pem = (label: string, base64: string) => `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;

  function variables(change: Record<string, string> = {}): Record<string, string> {
    return {
      SIGSTORE_ROOT_FILE: join(folder, 'ca.pem'),
      SIGSTORE_TSA_CERTIFICATE_FILE: join(folder, 'tsa.pem'),
      SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: join(folder, 'ct.pub'),
      SIGSTORE_REKOR_PUBLIC_KEY: join(folder, 'rekor.pub'),
      SIGSTORE_REKOR_URL: stack.rekorUrl,
      ...change,
    };
  }

  async function rootFrom(env: Record<string, string>): Promise<TrustedRoot> {
    return loadTrustedRoot({ env }, trustSourceFrom(env));
  }

  test('proves as the whole root does', async () => {
    expect(await reasonOf(attestation, keyless({ root: await rootFrom(variables()) }))).toBe('proved');
  });

  test('refuses with the key of another log', async () => {
    const env = variables({ SIGSTORE_REKOR_PUBLIC_KEY: join(folder, 'ct.pub') });
    expect(await reasonOf(attestation, keyless({ root: await rootFrom(env) }))).toMatch(/does not hold/);
  });

  test('names the file that is missing, or holds something else', async () => {
    await expect(rootFrom(variables({ SIGSTORE_ROOT_FILE: join(folder, 'no.pem') }))).rejects.toMatchObject({
      code: 'file',
    });
    await expect(rootFrom(variables({ SIGSTORE_ROOT_FILE: join(folder, 'ct.pub') }))).rejects.toThrow(
      /ct\.pub should hold the certificate authority in PEM form/,
    );
    await expect(loadTrustedRoot({ env: {} }, { kind: 'file', path: join(folder, 'ca.pem') })).rejects.toMatchObject({
      code: 'configuration',
    });
  });

  test('gives way to a trusted root that is named', () => {
    expect(trustSourceFrom(variables(), 'root.json')).toEqual({ kind: 'file', path: 'root.json' });
    expect(trustSourceFrom({ TUF_MIRROR: 'https://tuf.test' })).toEqual({ kind: 'tuf', mirror: 'https://tuf.test' });
    expect(trustSourceFrom({})).toEqual({ kind: 'tuf' });
  });

  test('that TUF cannot bring is unreachable', async () => {
    const env = { XDG_CACHE_HOME: folder };
    const source = trustSourceFrom({ TUF_MIRROR: 'http://127.0.0.1:1' });
    await expect(loadTrustedRoot({ env }, source)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(
        /trusted root could not be had from http:\/\/127\.0\.0\.1:1 .*; name the root of that repository in TUF_ROOT_JSON/,
      ),
    });
    const rootless = { ...source, rootPath: join(folder, 'missing.json') };
    await expect(loadTrustedRoot({ env }, rootless)).rejects.toThrow(/check the path in TUF_ROOT_JSON/);
    await writeFile(join(folder, 'root.json'), '{}');
    const unreached = { ...source, rootPath: join(folder, 'root.json') };
    await expect(loadTrustedRoot({ env }, unreached)).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('is the same repository that signing takes its services from', async () => {
    const env = { XDG_CACHE_HOME: folder, TUF_MIRROR: 'http://127.0.0.1:1' };
    const ctx = { env, now: () => new Date(), log: { info() {}, warn() {}, debug() {} } };
    await expect(findServices(ctx, {}, true)).rejects.toThrow(/signing config could not be had from http:\/\/127/);
  });
});

describe('about which digest', () => {
  test('a statement about another digest proves nothing', async () => {
    expect(await reasonOf(attestation, keyless(), otherDigest)).toBe(
      `bundle.json: It should be about ${otherDigest}, but is about ${digest}.`,
    );
  });
});

describe('a key', () => {
  let pair: KeyPair;
  let trust: Trust;

  beforeAll(() => {
    pair = keyPair();
    trust = { signer: { kind: 'keys', keys: [verificationKey(pair)] }, ignoreLog: true };
  });

  test('proves what it signed, with nothing but the key', async () => {
    const proved = await verify(keyBundle(pair, statement(digest)), trust);
    expect(proved.signers[0]).toMatchObject({ keyid: '', logEntries: [], chain: [] });
  });

  test('refuses what another key signed', async () => {
    expect(await reasonOf(keyBundle(keyPair(), statement(digest)), trust)).toMatch(/not made with the given key/);
  });

  test('of the Ed25519 kind proves in its plain form and in the pre-hashed one that cosign signs with', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const byEdwards: Trust = {
      signer: { kind: 'keys', keys: [verificationKey({ publicKey, privateKey })] },
      ignoreLog: true,
    };
    const payload = statement(digest);
    const data = preAuthEncoding('application/vnd.in-toto+json', payload);
    const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
    const signedAs = (sig: Uint8Array) =>
      altered(keyBundle(pair, payload), ({ dsseEnvelope }) => {
        dsseEnvelope.signatures = [{ sig: Buffer.from(sig).toString('base64') }];
      });
    expect(await reasonOf(signedAs(sign(null, data, privateKey)), byEdwards)).toBe('proved');
    expect(await reasonOf(signedAs(ed25519ph.sign(data, seed)), byEdwards)).toBe('proved');
    expect(await reasonOf(signedAs(ed25519ph.sign(payload, seed)), byEdwards)).toMatch(/not made with the given key/);
    expect(await reasonOf(keyBundle(pair, payload), byEdwards)).toMatch(/not made with the given key/);
  });

  test('with the log is held to an entry of its own', async () => {
    const withLog = { ...trust, ignoreLog: false, root };
    const logged = await loggedKeyBundle(stack, pair, statement(digest));
    expect((await verify(logged, withLog)).signers[0]?.logEntries).toHaveLength(1);
    const other = await loggedKeyBundle(stack, pair, statement(otherDigest));
    const swapped = altered(logged, (bundle) => {
      bundle.verificationMaterial.tlogEntries = other.verificationMaterial.tlogEntries;
    });
    expect(await reasonOf(swapped, withLog)).toMatch(/log entry belongs to another artifact or signature/);
  });

  test('without the log asks for no log entry, with it refuses a bundle that has none', async () => {
    const withLog = { ...trust, ignoreLog: false, root };
    expect(await reasonOf(keyBundle(pair, statement(digest)), withLog)).toMatch(/log is not proved.*got 0/);
  });

  test('cannot stand in for an identity', async () => {
    expect(await reasonOf(keyBundle(pair, statement(digest)))).toMatch(/signed with a key, but a keyless signature/);
  });

  test('signs with the hash of its curve as well', async () => {
    const p384 = keyPair('P-384');
    const by384: Trust = { signer: { kind: 'keys', keys: [verificationKey(p384)] }, ignoreLog: true };
    expect(await reasonOf(keyBundle(p384, statement(digest)), by384)).toBe('proved');
  });
});

function verificationKey({ publicKey }: KeyPair): VerificationKey {
  return parseVerificationKey(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'cosign.pub');
}

describe('evidence in a registry', () => {
  let repository: Repository;

  beforeAll(() => {
    repository = openRepository(session, { registry: stack.registry.host, repository: 'acme/app' });
  });

  async function verified(image: Digest, trust = keyless()): Promise<VerifiedEvidence> {
    return verifyEvidence(await discoverEvidence(repository, image), trust, new Date());
  }

  async function bundleFor(image: Digest, predicateType: string): Promise<BundleJson> {
    return keylessBundle(stack, statement(image, predicateType, {}), { token: tokenOf('acme/app') });
  }

  test('a signature and an attestation in bundles are told apart', async () => {
    const image = await pushImage(repository, 'both');
    await attachBundle(repository, image, bytesOf(await bundleFor(image, signPredicate)));
    await attachBundle(repository, image, bytesOf(await bundleFor(image, provenancePredicate)));
    const { signatures, attestations, unproved } = await verified(image);
    expect([signatures.length, attestations.length, unproved.length]).toEqual([1, 1, 0]);
    expect(attestations[0]?.statement.predicateType).toBe(provenancePredicate);
  });

  test('an image that was attested but never signed is unsigned', async () => {
    const image = await pushImage(repository, 'attested only');
    await attachBundle(repository, image, bytesOf(await bundleFor(image, provenancePredicate)));
    expect((await verified(image)).signatures).toEqual([]);
  });

  test("a signature under cosign's tag is proved by what its annotations hold", async () => {
    const image = await pushImage(repository, 'tag');
    await attachSignatureTag({ ...stack, oidc: gitlabOf('acme/app') }, repository, image);
    const { signatures, unproved } = await verified(image);
    expect(unproved).toEqual([]);
    expect(signatures[0]?.places[0]).toMatchObject({ layout: 'tag', tag: `${image.replace(':', '-')}.sig` });
  });

  test('a signature for another image under the tag of this one is refused', async () => {
    const image = await pushImage(repository, 'this one');
    const other = await pushImage(repository, 'that one');
    await attachSignatureTag({ ...stack, oidc: gitlabOf('acme/app') }, repository, other);
    const stolen = await repository.getManifest(`${other.replace(':', '-')}.sig`);
    await repository.putManifest(stolen.bytes, stolen.descriptor.mediaType, `${image.replace(':', '-')}.sig`);
    const { signatures, unproved } = await verified(image);
    expect(signatures).toEqual([]);
    expect(unproved[0]?.reason).toBe(`It should be about ${image}, but is about ${other}.`);
  });

  test('the same attestation in both layouts is one, found in two places', async () => {
    const pair = keyPair();
    const image = await pushImage(repository, 'both layouts');
    const bundle = keyBundle(pair, statement(image));
    await attachBundle(repository, image, bytesOf(bundle));
    await attachAttestationTag(repository, image, bundle);
    const trust: Trust = { signer: { kind: 'keys', keys: [verificationKey(pair)] }, ignoreLog: true };
    const { attestations } = await verified(image, trust);
    expect(attestations.map(({ places }) => places.map(({ layout }) => layout))).toEqual([['referrer', 'tag']]);
  });

  test('a broken copy beside a good one hides nothing', async () => {
    const image = await pushImage(repository, 'broken copy');
    const good = await bundleFor(image, provenancePredicate);
    await attachBundle(
      repository,
      image,
      bytesOf(altered(good, ({ verificationMaterial }) => verificationMaterial.tlogEntries.pop())),
    );
    await attachBundle(repository, image, bytesOf(good));
    const { attestations, unproved } = await verified(image);
    expect(attestations).toHaveLength(1);
    expect(unproved).toEqual([]);
  });

  test('what cannot be read is said, and the rest still counts', async () => {
    const image = await pushImage(repository, 'garbage');
    await attachBundle(repository, image, Buffer.from('not a bundle'));
    await attachBundle(repository, image, bytesOf(await bundleFor(image, signPredicate)));
    const { signatures, unproved } = await verified(image);
    expect(signatures).toHaveLength(1);
    expect(unproved).toMatchObject([{ item: 'unreadable', code: 'unreadable', reason: 'The bundle is not JSON.' }]);
  });

  test('a referrer that names another subject than it is listed for is not believed', async () => {
    const image = await pushImage(repository, 'listed');
    const other = await pushImage(repository, 'elsewhere');
    const manifest = await attachBundle(repository, other, bytesOf(await bundleFor(image, signPredicate)));
    const lying: Repository = {
      ...repository,
      referrers: async () => [(await repository.getManifest(manifest)).descriptor],
    };
    const evidence = await discoverEvidence(lying, image);
    expect(evidence.items).toEqual([]);
    expect(evidence.unreadable[0]?.reason).toMatch(/does not name .* as its subject/);
  });

  test('more evidence than one image may have is not read', async () => {
    const image = await pushImage(repository, 'flooded');
    const manifest = await attachBundle(repository, image, Buffer.from('{}'));
    const claim = (size: number): Repository => ({
      ...repository,
      getManifest: async (name) => {
        const found = await repository.getManifest(name);
        if (name !== manifest || found.kind !== 'image') return found;
        const layers = Array.from({ length: 6 }, () => ({ ...found.content.layers[0], size }) as Descriptor);
        return { ...found, content: { ...found.content, layers } };
      },
      getBlob: async () => bytesOf(attestation),
    });
    const large = await discoverEvidence(claim(65 * 1024 * 1024), image);
    expect(large.unreadable[0]?.reason).toMatch(/should be at most 67108864 bytes/);
    const many = await discoverEvidence(claim(60 * 1024 * 1024), image);
    expect(many.unreadable).toHaveLength(2);
    expect(many.unreadable[0]?.reason).toMatch(/All evidence of an image/);
  });

  test('an image with nothing attached has no evidence', async () => {
    const image = await pushImage(repository, 'bare');
    expect(await discoverEvidence(repository, image)).toMatchObject({ items: [], others: [], unreadable: [] });
  });

  function gitlabOf(project: string): LocalStack['oidc'] {
    return { ...stack.oidc, mintGitLabToken: () => tokenOf(project) };
  }
});
