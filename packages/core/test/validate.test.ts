// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  createSession,
  type Digest,
  openRepository,
  type Reference,
  type Repository,
  type RequestRecord,
  startRegistry,
} from '@sluice/oci';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseSnapshot } from '../src/components/snapshot.ts';
import type { StepContext } from '../src/context.ts';
import { createHttpClient } from '../src/http/http-client.ts';
import { dateOf } from '../src/policy/instant.ts';
import { openPolicy } from '../src/policy/open-policy.ts';
import type { PolicyEvaluator, PolicyTarget } from '../src/policy/target.ts';
import type { ComponentReport } from '../src/report/report.ts';
import { trustFor, type ValidateOptions, validate } from '../src/steps/validate.ts';
import {
  attachAttestationTag,
  attachBundle,
  bytesOf,
  keyBundle,
  keyPair,
  provenance,
  provenancePredicate,
  pushBlob,
  pushImage,
  pushManifest,
  signPredicate,
  statement,
} from './support/evidence.ts';

const ctx: StepContext = {
  now: () => new Date('2026-06-01T00:00:00Z'),
  env: {},
  log: { info: () => {}, warn: () => {}, debug: () => {} },
};
const pair = keyPair();
const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
/** What the session has asked. */
const sent: RequestRecord[] = [];
const session = createSession({ onRequest: (request) => sent.push(request) });

let registry: Awaited<ReturnType<typeof startRegistry>>;

beforeAll(async () => {
  registry = await startRegistry();
});

afterAll(async () => {
  session.close();
  await registry.close();
});

function open(reference: Pick<Reference, 'registry' | 'repository'>): Repository {
  return openRepository(session, reference);
}

function repository(name: string): Repository {
  return open({ registry: registry.host, repository: name });
}

async function sign(to: Repository, image: Digest, by = pair): Promise<void> {
  await attachBundle(to, image, bytesOf(keyBundle(by, statement(image, signPredicate, {}))));
}

async function attest(to: Repository, image: Digest, predicate: unknown = provenance, by = pair): Promise<void> {
  await attachBundle(to, image, bytesOf(keyBundle(by, statement(image, provenancePredicate, predicate))));
}

async function run(images: readonly string[], change: Partial<ValidateOptions> = {}) {
  const components = images.map((image) => ({ name: image, containerImage: `${registry.host}/${image}` }));
  const report = await validate(ctx, {
    snapshot: await parseSnapshot(JSON.stringify({ components }), 'images'),
    policy: { publicKey },
    open,
    ignoreLog: true,
    trust: { kind: 'tuf' },
    effectiveTime: { kind: 'attestation' },
    version: 'test',
    ...change,
  });
  return { report };
}

async function runOne(image: string, change: Partial<ValidateOptions> = {}): Promise<ComponentReport> {
  const { report } = await run([image], change);
  const [component] = report.components;
  if (component === undefined) throw new Error('The report has no component.');
  expect(report.success).toBe(component.success);
  return component;
}

function codes(component: ComponentReport, list: 'violations' | 'successes' = 'violations'): unknown[] {
  return component[list].map(({ metadata, msg }) => metadata?.['code'] ?? msg);
}

describe('validate passes', () => {
  test('an image that is signed and attested, and shows what was proved', async () => {
    const to = repository('good');
    const image = await pushImage(to, 'good', '1');
    await sign(to, image);
    await attest(to, image);
    const component = await runOne('good:1');
    expect(component.success).toBe(true);
    expect(component.containerImage).toBe(`${registry.host}/good@${image}`);
    expect(codes(component, 'successes')).toEqual([
      'builtin.attestation.signature_check',
      'builtin.attestation.syntax_check',
      'builtin.image.signature_check',
    ]);
    expect(component.signatures).toEqual([{ keyid: '', sig: expect.any(String) }]);
    expect(component.attestations).toMatchObject([{ predicateType: provenancePredicate, signatures: [{ keyid: '' }] }]);
  });

  test('each platform of an index beside the index itself', async () => {
    const to = repository('multi');
    const manifests = [];
    for (const architecture of ['amd64', 'arm64']) {
      const image = await pushImage(to, architecture);
      await sign(to, image);
      await attest(to, image);
      manifests.push({ ...(await to.getManifest(image)).descriptor, platform: { os: 'linux', architecture } });
    }
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
    const index = (await to.putManifest(bytes, mediaType, '1')).digest;
    await sign(to, index);
    await attest(to, index);
    const { report } = await run(['multi:1']);
    expect(report.success).toBe(true);
    const [amd64, arm64] = manifests.map(({ digest }) => digest);
    expect(report.components.map(({ name }) => name).sort()).toEqual(
      ['multi:1', `multi:1-${amd64}-amd64`, `multi:1-${arm64}-arm64`].sort(),
    );
  });

  test('asks the registry for each thing once', async () => {
    const to = repository('once');
    const image = await pushImage(to, 'once', '1');
    await sign(to, image);
    await attest(to, image);
    const before = sent.length;
    await runOne('once:1');
    const requests = sent.slice(before).map(({ method, url }) => `${method} ${url}`);
    expect(new Set(requests).size).toBe(requests.length);
    // The manifest, the referrers, cosign's two tags, and a manifest and a bundle for each of two referrers.
    expect(requests).toHaveLength(8);
  });

  test('asks for nothing again where no earlier summary is good enough', async () => {
    const to = repository('looked-back');
    const image = await pushImage(to, 'looked-back', '1');
    await sign(to, image);
    await attest(to, image);
    const trust = await trustFor(ctx, { policy: { publicKey }, ignoreLog: true, trust: { kind: 'tuf' } });
    const before = sent.length;
    const component = await runOne('looked-back:1', { earlier: { trust, maxAgeMs: 60_000 } });
    expect(component.success).toBe(true);
    expect(component.earlier).toBeUndefined();
    expect(sent.length - before).toBe(8);
  });

  test('asks for nothing again because the policy asks for it, of whichever images are looked at together', async () => {
    const images = ['a:1', 'a:2', 'b:1'];
    for (const image of images) {
      const [name = '', tag] = image.split(':');
      const digest = await pushImage(repository(name), image, tag);
      await sign(repository(name), digest);
      await attest(repository(name), digest);
    }
    const folder = await mkdtemp(join(tmpdir(), 'sluice-asks-'));
    await writeFile(
      join(folder, 'p.rego'),
      `package p

import rego.v1

# METADATA
# custom:
#   short_name: asks
deny contains {"code": "p.asks", "msg": "something was missing"} if {
	not all_there
}

all_there if {
	ref := input.image.ref
	count(ec.oci.image_referrers(ref)) == 2
	count(ec.oci.image_tag_refs(ref)) == 0
	ec.oci.descriptor(ref).size > 0
	manifest := ec.oci.image_manifest(ref)
	ec.oci.parsed_blob(sprintf("%s@%s", [split(ref, "@")[0], manifest.config.digest]))
	ec.sigstore.verify_image(ref, object.union(data.config.default_sigstore_opts, {"ignore_rekor": true})).success
}
`,
    );
    const policy = { publicKey, sources: [{ policy: [folder] }] };
    const http = createHttpClient(ctx);
    const evaluator = await openPolicy(ctx, {
      open,
      http,
      workingFolder: folder,
      policy,
      trust: { kind: 'tuf' },
      effectiveTime: { kind: 'at', instant: 0n },
      ignoreLog: true,
    });
    const before = sent.length;
    const { report } = await run(images, { policy, evaluator: async () => evaluator });
    http.close();
    await rm(folder, { recursive: true });
    expect(report.components.flatMap(({ violations }) => violations.map(({ msg }) => msg))).toEqual([]);
    // For each image the eight above, its configuration, and cosign's third tag.
    expect(sent.length - before).toBe(images.length * 10);
  });
});

describe('validate refuses', () => {
  test('an unsigned image, by the codes and sentences of ec', async () => {
    await pushImage(repository('unsigned'), 'unsigned', '1');
    const component = await runOne('unsigned:1');
    expect(component.violations.map(({ msg }) => msg)).toEqual([
      'No image attestations found matching the given public key. Verify the correct public key was provided, and one or more attestations were created. Error: no matching attestations: ',
      'Image signature check failed: no signatures found',
    ]);
  });

  test('an image that was attested but never signed, although ec lets it pass', async () => {
    const to = repository('attested');
    await attest(to, await pushImage(to, 'attested', '1'));
    const component = await runOne('attested:1');
    expect(component.violations.map(({ msg }) => msg)).toEqual([
      'Image signature check failed: no signatures found; one attestation is attached, but an attestation is not a signature',
    ]);
  });

  test('an image that another key signed', async () => {
    const to = repository('other');
    const image = await pushImage(to, 'other', '1');
    await sign(to, image, keyPair());
    await attest(to, image, provenance, keyPair());
    const component = await runOne('other:1');
    expect(codes(component)).toEqual(['builtin.attestation.signature_check', 'builtin.image.signature_check']);
    expect(component.violations[0]?.msg).toMatch(/The signature was not made with the given key/);
    expect(component.attestations).toEqual([]);
  });

  test('an image without attestations', async () => {
    const to = repository('unattested');
    await sign(to, await pushImage(to, 'unattested', '1'));
    expect(codes(await runOne('unattested:1'))).toEqual([
      'No attestations contain a subject that match the given image.',
      'builtin.attestation.syntax_check',
    ]);
  });

  test('provenance that is not what SLSA says', async () => {
    const to = repository('malformed');
    const image = await pushImage(to, 'malformed', '1');
    await sign(to, image);
    await attest(to, image, { buildDefinition: { buildType: 'x' }, runDetails: { builder: { id: 'https://b.test' } } });
    const component = await runOne('malformed:1');
    expect(codes(component)).toEqual(['builtin.attestation.syntax_check']);
    expect(component.violations[0]?.msg).toMatch(/externalParameters/);
  });

  test('provenance under a tag that cannot even be read as SLSA', async () => {
    const to = repository('mistyped');
    const image = await pushImage(to, 'mistyped', '1');
    await sign(to, image);
    const runDetails = { builder: { id: 'https://b.test' }, metadata: 'none' };
    const predicate = { buildDefinition: { buildType: 'x', externalParameters: {} }, runDetails };
    await attachAttestationTag(to, image, keyBundle(pair, statement(image, provenancePredicate, predicate)));
    const component = await runOne('mistyped:1');
    expect(component.violations[0]?.msg).toMatch(/^Image attestation check failed: unable to parse as SLSA v1/);
  });

  test('an image that cannot be reached, and still judges the others', async () => {
    const to = repository('reached');
    const image = await pushImage(to, 'reached', '1');
    await sign(to, image);
    await attest(to, image);
    const { report } = await run(['reached:1', 'absent:1']);
    expect(report.success).toBe(false);
    expect(report.components.map(({ success }) => success)).toEqual([true, false]);
    expect(codes(report.components[1] ?? raise())).toEqual(['builtin.image.accessible']);
  });

  test('a signature for another image that was copied to this one', async () => {
    const to = repository('stolen');
    const image = await pushImage(to, 'stolen', '1');
    const other = await pushImage(to, 'stolen from');
    await attachBundle(to, image, bytesOf(keyBundle(pair, statement(other, signPredicate, {}))));
    await attest(to, image);
    const component = await runOne('stolen:1');
    expect(component.violations[0]?.msg).toContain(`It should be about ${image}, but is about ${other}.`);
  });

  test('a policy that has a key, where the command line names an identity instead', async () => {
    const { host } = registry;
    const trustedRoot = { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' };
    const lists = { tlogs: [], ctlogs: [], certificateAuthorities: [], timestampAuthorities: [] };
    const folder = await mkdtemp(join(tmpdir(), 'validate-'));
    await writeFile(join(folder, 'root.json'), JSON.stringify({ ...trustedRoot, ...lists }));
    const identity = { issuer: 'https://gitlab.com', subject: 'me' };
    const trust = { kind: 'file', path: join(folder, 'root.json') } as const;
    const { report } = await run(['good:1'], { identity, trust });
    await rm(folder, { recursive: true });
    expect([report.success, report.key, report.policy]).toEqual([false, '', {}]);
    expect(report.components[0]?.containerImage).toContain(host);
    expect(report.components[0]?.violations[1]?.msg).toMatch(/signed with a key, but a keyless signature/);
  });

  test('a policy whose sources nothing evaluates, before it asks for anything', async () => {
    const before = sent.length;
    await expect(run(['good:1'], { policy: { publicKey, sources: [{ policy: ['./rules'] }] } })).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('has sources'),
    });
    expect(sent).toHaveLength(before);
  });
});

function raise(): never {
  throw new Error('The report has no such component.');
}

describe('a policy with sources', () => {
  const none = { filename: '', namespace: 'x', warnings: [], failures: [], exceptions: [], skipped: [], successes: [] };

  /** An evaluator that remembers what it was given and says what it is told. */
  function evaluator(outcome: object = {}): PolicyEvaluator & { readonly targets: PolicyTarget[] } {
    const targets: PolicyTarget[] = [];
    return {
      policy: { publicKey, sources: [{ policy: ['git::https://rules.test?ref=4f1c8a3'] }] },
      targets,
      evaluate: async (target) => {
        targets.push(target);
        return { outcomes: [{ ...none, ...outcome }], input: () => '{"input":1}' };
      },
    };
  }

  const withSources = (policy: PolicyEvaluator) => ({ policy: { ...policy.policy }, evaluator: async () => policy });

  async function goodImage(name: string, finishedOn = '2026-05-04T03:02:01Z'): Promise<void> {
    const to = repository(name);
    const config = await pushBlob(to, Buffer.from(JSON.stringify({ config: { Labels: { vendor: 'acme' } } })));
    const parent = await pushImage(repository('base'), 'base');
    const image = await pushManifest(
      to,
      {
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
        layers: [],
        annotations: {
          'org.opencontainers.image.base.name': `${registry.host}/base`,
          'org.opencontainers.image.base.digest': parent,
        },
      },
      '1',
    );
    await sign(to, image);
    await attachBundle(
      to,
      image,
      bytesOf(
        keyBundle(pair, statement(image, 'https://example.test/v1', { metadata: { buildFinishedOn: finishedOn } })),
      ),
    );
  }

  test('is given only what was proved, with the image, its configuration and its parent', async () => {
    await goodImage('target');
    await attest(repository('target'), (await repository('target').resolve('1')).digest, provenance, keyPair());
    const policy = evaluator();
    const { report } = await run(['target:1'], { ...withSources(policy), keepInput: true });
    const [target] = policy.targets;
    expect(target?.attestations.map(({ predicateType }) => predicateType)).toEqual(['https://example.test/v1']);
    expect(target).toMatchObject({
      config: { Labels: { vendor: 'acme' } },
      parent: { ref: expect.stringMatching(/\/base@sha256:/), config: { Labels: { name: 'base' } } },
    });
    expect(report.notes).toEqual([expect.stringMatching(/^attestation at .* is left out: The signature was not made/)]);
    expect(report.components[0]?.policyInput).toBe('{"input":1}');
    expect(report.policy.sources).toEqual(policy.policy.sources);
  });

  test('judges at the time of the newest attestation where it is told to', async () => {
    await goodImage('timed');
    const policy = evaluator();
    await run(['timed:1'], withSources(policy));
    expect(dateOf(policy.targets[0]?.effectiveTime ?? 0n).toISOString()).toBe('2026-05-04T03:02:01.000Z');
  });

  test('refuses by its failures, which stand among the others by code', async () => {
    await goodImage('judged');
    const failures = [{ msg: 'no', metadata: { code: 'app.rule' } }];
    const warnings = [{ msg: 'hm', metadata: { code: 'app.other' } }];
    const component = await runOne('judged:1', withSources(evaluator({ failures, warnings })));
    expect([codes(component), component.success]).toEqual([['app.rule'], false]);
    expect(component.warnings).toHaveLength(1);
  });

  test('is not asked about an image whose attestations are not proved', async () => {
    await pushImage(repository('unproved'), 'unproved', '1');
    const policy = evaluator();
    await run(['unproved:1'], withSources(policy));
    expect(policy.targets).toEqual([]);
  });

  test('is opened while the evidence of the images is read', async () => {
    await goodImage('beside');
    const read = Promise.withResolvers<void>();
    const policy = evaluator();
    const component = await runOne('beside:1', {
      ...withSources(policy),
      evaluator: async () => {
        await read.promise;
        return policy;
      },
      open: (reference) => {
        const to = open(reference);
        const getBlob: Repository['getBlob'] = (...of) => {
          read.resolve();
          return to.getBlob(...of);
        };
        return { ...to, getBlob };
      },
    });
    expect(component.success).toBe(true);
    expect(policy.targets).toHaveLength(1);
  });

  test('that cannot be opened asks for no evidence', async () => {
    await goodImage('spared');
    const asked = vi.fn<Repository['referrers']>();
    const change = {
      ...withSources(evaluator()),
      evaluator: () => Promise.reject(new Error('the policy does not compile')),
      open: (reference: Parameters<typeof open>[0]) => ({ ...open(reference), referrers: asked }),
    };
    await expect(run(['spared:1'], change)).rejects.toThrow('the policy does not compile');
    expect(asked).not.toHaveBeenCalled();
  });

  test.each([
    ['an image that is not there', 'nowhere:1'],
    ['an image without attestations', 'unproved:1'],
    ['a registry that cannot be reached', 'good:1'],
  ])('that cannot be opened is told first, with %s', async (_name, image) => {
    const policy = withSources(evaluator());
    const unreachable: ValidateOptions['open'] = () => {
      throw new Error('the registry cannot be reached');
    };
    const change = {
      ...policy,
      evaluator: async () => {
        await setTimeout(50);
        throw new Error('the policy does not compile');
      },
      ...(image === 'good:1' ? { open: unreachable } : {}),
    };
    await expect(run([image], change)).rejects.toThrow('the policy does not compile');
  });

  test('that fails to evaluate fails the run', async () => {
    await goodImage('broken');
    const broken = { ...evaluator(), evaluate: () => Promise.reject(new Error('rego_eval_error')) };
    await expect(run(['broken:1'], withSources(broken))).rejects.toThrow('rego_eval_error');
  });
});
