// SPDX-License-Identifier: Apache-2.0
import { type Bundle, bundleFromJSON, bundleToJSON, type SerializedBundle } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import {
  DSSEBundleBuilder,
  FulcioSigner,
  MessageSignatureBundleBuilder,
  RekorWitness,
  TSAWitness,
} from '@sigstore/sign';
import { toSignedEntity, toTrustMaterial, type VerificationPolicy, Verifier } from '@sigstore/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocal } from '../src/index.ts';

const statement = Buffer.from(
  '{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x","predicate":{}}',
);
const artifact = Buffer.from('artifact');
const identity = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';

describe('sigstore-js against the local stack', () => {
  const clock = { offset: 0 };
  const now = () => new Date(Date.now() + clock.offset);
  let stack: LocalStack;
  let other: LocalStack;
  beforeAll(async () => {
    [stack, other] = await Promise.all([startLocal({ now, rekorVersion: 2 }), startLocal()]);
  });
  afterAll(async () => {
    await Promise.all([stack.close(), other.close()]);
  });

  const signer = (token: string) =>
    new FulcioSigner({ fulcioBaseURL: stack.fulcioUrl, identityProvider: { getToken: async () => token } });
  const rekor = (entryType: 'dsse' | 'intoto' = 'dsse') =>
    new RekorWitness({ rekorBaseURL: stack.rekorUrl, entryType });
  const rekorV2 = () => new RekorWitness({ rekorBaseURL: stack.rekorV2Url ?? '', majorApiVersion: 2 });
  const tsa = () => new TSAWitness({ tsaBaseURL: stack.tsaUrl });

  const attest = (witnesses: (RekorWitness | TSAWitness)[], token = stack.oidc.mintGitLabToken()) =>
    new DSSEBundleBuilder({ signer: signer(token), witnesses }).create({
      type: 'application/vnd.in-toto+json',
      data: statement,
    });
  const signBlob = (witnesses: (RekorWitness | TSAWitness)[]) =>
    new MessageSignatureBundleBuilder({ signer: signer(stack.oidc.mintGitLabToken()), witnesses }).create({
      data: artifact,
    });

  function verify(
    bundle: Bundle,
    options: { data?: Buffer; root?: unknown; times?: number; policy?: VerificationPolicy } = {},
  ) {
    const material = toTrustMaterial(TrustedRoot.fromJSON(options.root ?? stack.trustedRoot));
    const thresholds = { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: options.times ?? 2 };
    const read = bundleFromJSON(bundleToJSON(bundle));
    return new Verifier(material, thresholds).verify(toSignedEntity(read, options.data), options.policy);
  }

  /** The bundle with a part of its JSON replaced. */
  function tampered(bundle: Bundle, change: (json: SerializedBundle) => void): Bundle {
    const json = bundleToJSON(bundle);
    change(json);
    return bundleFromJSON(json);
  }

  it.each(['dsse', 'intoto'] as const)(
    'proves a statement in a %s entry: SCT, promise, proof and time',
    async (kind) => {
      const proved = verify(await attest([rekor(kind), tsa()]));
      expect(proved.identity?.subjectAlternativeName).toBe(identity);
      expect(proved.identity?.extensions?.issuer).toBe(stack.oidc.gitlab.url);
    },
  );

  it('proves a signature over a file, logged in Rekor v1 and in Rekor v2', async () => {
    verify(await signBlob([rekor(), tsa()]), { data: artifact });
    verify(await signBlob([rekorV2(), tsa()]), { data: artifact, times: 1 });
  });

  it('proves the identity that was asked for and no other', async () => {
    const bundle = await attest([rekor(), tsa()], stack.oidc.mintGitHubToken());
    const subject = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main';
    const issuer = stack.oidc.github.url;
    const policy = (subjectAlternativeName: string, by = issuer) => ({
      policy: { subjectAlternativeName, extensions: { issuer: by } },
    });
    expect(() => verify(bundle, policy(subject))).not.toThrow();
    expect(() => verify(bundle, policy(identity))).toThrow(/certificate identity error/);
    expect(() => verify(bundle, policy(subject, stack.oidc.gitlab.url))).toThrow(/invalid certificate extension/);
  });

  it('proves nothing to who trusts another stack', async () => {
    const bundle = await attest([rekor(), tsa()]);
    expect(() => verify(bundle, { root: other.trustedRoot })).toThrow();
  });

  it('proves nothing when the certificate had expired before the entry was logged', async () => {
    const late = new RekorWitness({ rekorBaseURL: stack.rekorUrl, entryType: 'dsse' });
    const delayed: RekorWitness = Object.assign(Object.create(late), {
      testify: async (...given: Parameters<RekorWitness['testify']>) => {
        clock.offset = 11 * 60 * 1000;
        return late.testify(...given).finally(() => {
          clock.offset = 0;
        });
      },
    });
    const bundle = await attest([delayed]);
    expect(() => verify(bundle, { times: 1 })).toThrow(/certificate/);
  });

  it.each([
    [
      'the payload',
      (json: SerializedBundle) => setIn(json, 'dsseEnvelope.payload', Buffer.from('{}').toString('base64')),
    ],
    ['the promise', (json: SerializedBundle) => setIn(json, `${entry}.inclusionPromise.signedEntryTimestamp`, 'AAAA')],
    ['the time', (json: SerializedBundle) => setIn(json, `${entry}.integratedTime`, '1700000000')],
    [
      'the checkpoint',
      (json: SerializedBundle) =>
        setIn(json, `${entry}.inclusionProof.checkpoint.envelope`, 'a - 1\n1\nAAAA\n\n\u2014 a AAAAAAA=\n'),
    ],
  ])('proves nothing when %s was changed', async (_, change) => {
    const bundle = await attest([rekor(), tsa()]);
    expect(() => verify(bundle)).not.toThrow();
    expect(() => verify(tampered(bundle, change))).toThrow();
  });
});

const entry = 'verificationMaterial.tlogEntries.0';

function setIn(json: SerializedBundle, path: string, value: string): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  // JSON of a bundle is nested records; a wrong path makes the assignment, and so the test, fail.
  let target = json as unknown as Record<string, unknown>;
  for (const name of names) target = target[name] as Record<string, unknown>;
  if (!(last in target)) throw new Error(`no ${path} in the bundle`);
  target[last] = value;
}
