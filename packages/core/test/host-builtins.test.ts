// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSession, type Digest, openRepository, type Reference, startRegistry } from '@sluice/oci';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StepContext } from '../src/context.ts';
import { createHttpClient } from '../src/http/http-client.ts';
import { parseExactJson } from '../src/policy/exact-json.ts';
import { openPolicy } from '../src/policy/open-policy.ts';
import {
  attachBundle,
  bytesOf,
  keyBundle,
  keyPair,
  provenance,
  provenancePredicate,
  pushImage,
  statement,
} from './support/evidence.ts';

const ctx: StepContext = {
  now: () => new Date('2026-06-01T00:00:00Z'),
  env: {},
  log: { info: () => {}, warn: () => {}, debug: () => {} },
};
const pair = keyPair();
const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const session = createSession();

let registry: Awaited<ReturnType<typeof startRegistry>>;
let folder = '';
let ref = '';
let digest: Digest;
let policies = 0;

beforeAll(async () => {
  registry = await startRegistry();
  folder = await mkdtemp(join(tmpdir(), 'sluice-host-'));
  const repository = open({ registry: registry.host, repository: 'acme/app' });
  digest = await pushImage(repository, 'content', 'built');
  await attachBundle(repository, digest, bytesOf(keyBundle(pair, statement(digest, provenancePredicate, provenance))));
  ref = `${registry.host}/acme/app@${digest}`;
});

afterAll(async () => {
  session.close();
  await registry.close();
  await rm(folder, { recursive: true });
});

test.each<[string, string, unknown]>([
  ['the digest of a tag', 'ec.oci.descriptor(input.tagged).digest == input.digest', true],
  [
    'the type of a manifest',
    'ec.oci.image_manifest(input.ref).mediaType',
    'application/vnd.oci.image.manifest.v1+json',
  ],
  ['several manifests at once', 'count(ec.oci.image_manifests({input.ref, input.tagged}))', 2],
  ['a blob of an image', 'ec.oci.blob(input.layer)', 'content'],
  ['a blob as JSON', 'ec.oci.parsed_blob(input.config).config.Labels.name', 'content'],
  ['what refers to an image', 'count(ec.oci.image_referrers(input.ref))', 1],
  ['a package URL', 'ec.purl.parse("pkg:golang/k8s.io/x@1.2").version', '1.2'],
  ['what is no package URL', 'ec.purl.is_valid("k8s.io/x")', false],
  ['an attestation that a key signed', 'ec.sigstore.verify_attestation(input.ref, opts).success', true],
  [
    'whose predicate that is',
    'ec.sigstore.verify_attestation(input.ref, opts).attestations[0].statement.predicateType',
    provenancePredicate,
  ],
  ['an image that nobody signed', 'ec.sigstore.verify_image(input.ref, opts).success', false],
])('a policy asks for %s', async (_what, expression, answer) => {
  expect(await ask(expression)).toEqual(answer);
});

test.each([
  ['an image that is not there', 'ec.oci.image_manifest(input.missing)'],
  ['a blob that is not there', 'ec.oci.blob(input.missing)'],
  ['a reference without sense', 'ec.oci.descriptor("::")'],
  ['a manifest by a bare name', 'ec.oci.image_manifest(input.digest)'],
])('%s is undefined', async (_what, expression) => {
  expect(await ask(expression)).toBe('nothing');
});

async function ask(expression: string): Promise<unknown> {
  const path = join(folder, `policy-${policies++}`);
  await mkdir(path);
  await writeFile(
    join(path, 'p.rego'),
    `package p

import rego.v1

opts := object.union(data.config.default_sigstore_opts, {"ignore_rekor": true})

answer := value if {
	value := ${expression}
} else := "nothing"

deny contains {"msg": "answer", "value": answer}
`,
  );
  const http = createHttpClient(ctx);
  const policy = await openPolicy(ctx, {
    open,
    http,
    workingFolder: folder,
    policy: { publicKey, sources: [{ policy: [path] }] },
    trust: { kind: 'tuf' },
    effectiveTime: { kind: 'at', instant: 0n },
    ignoreLog: true,
  });
  const repository = open({ registry: registry.host, repository: 'acme/app' });
  const manifest = await repository.getManifest(digest);
  if (manifest.kind !== 'image') throw new Error('An image was pushed.');
  const blob = (of: { readonly digest: string } | undefined) => `${registry.host}/acme/app@${of?.digest}`;
  const input = {
    ref,
    digest,
    tagged: `${registry.host}/acme/app:built`,
    layer: blob(manifest.content.layers[0]),
    config: blob(manifest.content.config),
    missing: `${registry.host}/acme/app@sha256:${'0'.repeat(64)}`,
  };
  const content = parseExactJson(JSON.stringify(input));
  const [outcome] = await policy.evaluateInputs([{ filename: '', content }], { ref: '', component: '' }, 0n);
  http.close();
  return outcome?.failures[0]?.metadata?.value;
}

function open(reference: Pick<Reference, 'registry' | 'repository'>) {
  return openRepository(session, reference);
}
