// SPDX-License-Identifier: Apache-2.0
import { bundleFromJSON, bundleToJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from '@sigstore/sign';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocal } from '../src/index.ts';

const statement = Buffer.from(
  '{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x","predicate":{}}',
);

describe('sigstore-js against the local stack', () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocal();
  });
  afterAll(() => stack.close());

  const sign = async (token: string, entryType: 'dsse' | 'intoto') => {
    const signer = new FulcioSigner({
      fulcioBaseURL: stack.fulcioUrl,
      identityProvider: { getToken: async () => token },
    });
    const rekor = new RekorWitness({ rekorBaseURL: stack.rekorUrl, entryType });
    const tsa = new TSAWitness({ tsaBaseURL: new URL(stack.tsaUrl).origin });
    const builder = new DSSEBundleBuilder({ signer, witnesses: [rekor, tsa] });
    return builder.create({ type: 'application/vnd.in-toto+json', data: statement });
  };
  const verifier = () =>
    new Verifier(toTrustMaterial(TrustedRoot.fromJSON(stack.trustedRoot)), {
      ctlogThreshold: 1,
      tlogThreshold: 1,
      timestampThreshold: 2,
    });

  it.each(['dsse', 'intoto'] as const)('signs a statement into a %s entry and proves it in full', async (entryType) => {
    const bundle = await sign(stack.oidc.mintGitLabToken(), entryType);
    const read = bundleFromJSON(bundleToJSON(bundle));
    const proved = verifier().verify(toSignedEntity(read));
    expect(proved.identity?.subjectAlternativeName).toBe(
      'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main',
    );
    expect(proved.identity?.extensions?.issuer).toBe(stack.oidc.gitlab.url);
  });
});
