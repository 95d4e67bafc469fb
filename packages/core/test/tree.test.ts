// SPDX-License-Identifier: Apache-2.0
import { cosignTag, createSession, type Digest, openRepository, type Repository, startRegistry } from '@sluice/oci';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEvidenceTree, renderTree } from '../src/evidence/tree.ts';
import {
  attachAttestationTag,
  attachBundle,
  bytesOf,
  keyBundle,
  keyPair,
  provenancePredicate,
  pushBlob,
  pushImage,
  pushManifest,
  signPredicate,
  statement,
} from './support/evidence.ts';

const pair = keyPair();
const session = createSession();
let registry: Awaited<ReturnType<typeof startRegistry>>;
let repository: Repository;

beforeAll(async () => {
  registry = await startRegistry();
  repository = openRepository(session, { registry: registry.host, repository: 'acme/app' });
});

afterAll(async () => {
  session.close();
  await registry.close();
});

function signed(image: Digest, predicateType: string): Buffer {
  return bytesOf(keyBundle(pair, statement(image, predicateType, {})));
}

test('an image shows its signatures, attestations, other referrers and SBOM, whatever their layout', async () => {
  const image = await pushImage(repository, 'one');
  const signature = await attachBundle(repository, image, signed(image, signPredicate));
  await attachAttestationTag(repository, image, keyBundle(pair, statement(image)));
  const empty = await pushBlob(repository, Buffer.from('{}'));
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', ...empty };
  const subject = (await repository.getManifest(image)).descriptor;
  const scan = await pushManifest(repository, { artifactType: 'application/sarif+json', config, layers: [], subject });
  const layers = [{ mediaType: 'text/spdx+json', ...empty }];
  await pushManifest(repository, { config, layers }, cosignTag(image, 'sbom'));
  const tree = await readEvidenceTree(repository, image);
  expect(renderTree(tree).split('\n').toSorted()).toEqual(
    [
      `${repository.name}@${image}`,
      `├─ signature  by key  referrer ${signature}`,
      `├─ attestation ${provenancePredicate}  by key  tag ${cosignTag(image, 'att')}`,
      `├─ other application/sarif+json  referrer ${scan}`,
      `└─ sbom text/spdx+json  tag ${cosignTag(image, 'sbom')}`,
    ].toSorted(),
  );
});

test('an index shows the images of its platforms with theirs', async () => {
  const images = await Promise.all(['amd64', 'arm64'].map((name) => pushImage(repository, `index ${name}`)));
  const [amd64, arm64] = images;
  if (amd64 === undefined || arm64 === undefined) throw new Error('Two images were pushed.');
  const signature = await attachBundle(repository, arm64, signed(arm64, signPredicate));
  const manifests = await Promise.all(
    [amd64, arm64].map(async (digest, i) => ({
      ...(await repository.getManifest(digest)).descriptor,
      platform: { os: 'linux', architecture: ['amd64', 'arm64'][i] },
    })),
  );
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  const { digest } = await repository.putManifest(bytes, mediaType);
  expect(renderTree(await readEvidenceTree(repository, digest)).split('\n')).toEqual([
    `${repository.name}@${digest}`,
    '├─ (nothing attached)',
    `├─ ${amd64} linux/amd64`,
    '│  └─ (nothing attached)',
    `└─ ${arm64} linux/arm64`,
    `   └─ signature  by key  referrer ${signature}`,
  ]);
});

test('what cannot be read stands in the tree with its reason', async () => {
  const image = await pushImage(repository, 'broken');
  await attachBundle(repository, image, Buffer.from('{}'));
  const { attached } = await readEvidenceTree(repository, image);
  expect(attached).toMatchObject([{ kind: 'unreadable', type: expect.stringContaining('mediaType should be') }]);
});
