// SPDX-License-Identifier: Apache-2.0
import {
  createSession,
  type Digest,
  openRepository,
  type Reference,
  type Repository,
  type RequestRecord,
  startRegistry,
} from '@sluice/oci';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StepContext } from '../src/context.ts';
import { discoverEvidence } from '../src/evidence/discover.ts';
import { describePlan } from '../src/promotion/plan.ts';
import { type PromoteOptions, promote } from '../src/steps/promote.ts';
import {
  attachAttestationTag,
  attachBundle,
  bytesOf,
  keyBundle,
  keyPair,
  pushImage,
  pushManifest,
  signPredicate,
  statement,
} from './support/evidence.ts';

const ctx: StepContext = {
  now: () => new Date(),
  env: {},
  log: { info: () => {}, warn: () => {}, debug: () => {} },
};
const pair = keyPair();
const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
/** What the session has asked. */
const sent: RequestRecord[] = [];
const session = createSession({ onRequest: (request) => sent.push(request) });
const policyGate: PromoteOptions['gate'] = {
  kind: 'policy',
  options: {
    policy: { publicKey },
    ignoreLog: true,
    trust: { kind: 'tuf' },
    effectiveTime: { kind: 'attestation' },
    version: 'test',
  },
};

let registries: Awaited<ReturnType<typeof startRegistry>>[];
let source: string;
let other: string;

beforeAll(async () => {
  registries = await Promise.all([startRegistry(), startRegistry({ referrersApi: false })]);
  [source = '', other = ''] = registries.map(({ host }) => host);
});

afterAll(async () => {
  session.close();
  await Promise.all(registries.map((registry) => registry.close()));
});

function open(reference: Pick<Reference, 'registry' | 'repository'>): Repository {
  return openRepository(session, reference);
}

function repository(host: string, name: string): Repository {
  return open({ registry: host, repository: name });
}

/** An image, signed and attested in both layouts. */
async function securedImage(from: Repository, content: string): Promise<Digest> {
  const image = await pushImage(from, content, 'built');
  const attestation = keyBundle(pair, statement(image));
  await attachBundle(from, image, bytesOf(keyBundle(pair, statement(image, signPredicate, {}))));
  await attachBundle(from, image, bytesOf(attestation));
  await attachAttestationTag(from, image, attestation);
  return image;
}

async function promotion(name: string, targets: readonly string[], change: Partial<PromoteOptions> = {}) {
  return promote(ctx, { source: `${source}/${name}:built`, targets, open, gate: policyGate, ...change });
}

async function placesOf(where: Repository, image: Digest): Promise<readonly string[]> {
  const { items } = await discoverEvidence(where, image);
  return items.map(({ kind, places }) => `${kind} ${places.map(({ layout }) => layout).join('+')}`).sort();
}

describe('promote', () => {
  test('validates, copies the image with all its evidence to another registry, and sets the tag', async () => {
    const image = await securedImage(repository(source, 'acme/app'), 'copied');
    const result = await promotion('acme/app', [`${other}/prod/app:latest`]);
    expect(result.kind).toBe('promoted');
    const target = repository(other, 'prod/app');
    expect((await target.resolve('latest')).digest).toBe(image);
    expect(await placesOf(target, image)).toEqual(await placesOf(repository(source, 'acme/app'), image));
  });

  test('within one repository only sets the tag', async () => {
    const image = await securedImage(repository(source, 'acme/tagged'), 'tagged');
    const result = await promotion('acme/tagged', ['latest']);
    expect(result).toMatchObject({ kind: 'promoted', targets: [{ action: 'create', copies: false }] });
    expect((await repository(source, 'acme/tagged').resolve('latest')).digest).toBe(image);
  });

  test('asks the source for nothing twice, and mounts what one registry has', async () => {
    await securedImage(repository(source, 'acme/thrifty'), 'thrifty');
    const before = sent.length;
    await promotion('acme/thrifty', [`${source}/prod/thrifty:1`]);
    const asked = sent.slice(before);
    const reads = asked.map(({ method, url }) => `${method} ${url}`).filter((line) => line.includes('/acme/thrifty/'));
    expect(reads.length).toBeGreaterThan(5);
    expect(reads.filter((line, i) => reads.indexOf(line) !== i)).toEqual([]);
    expect(asked.some(({ method, url }) => method === 'POST' && !url.includes('mount='))).toBe(false);
  });

  test('serves several targets, each with everything', async () => {
    const image = await securedImage(repository(source, 'acme/many'), 'many');
    await promotion('acme/many', ['stable', `${other}/a/many:1`, `${other}/b/many:1`]);
    for (const target of [repository(other, 'a/many'), repository(other, 'b/many')]) {
      expect((await target.resolve('1')).digest).toBe(image);
      expect(await placesOf(target, image)).toHaveLength(3);
    }
    expect((await repository(source, 'acme/many').resolve('stable')).digest).toBe(image);
  });

  test('carries an index with its platforms and the evidence of each', async () => {
    const from = repository(source, 'acme/index');
    const children = await Promise.all(['amd64', 'arm64'].map((name) => securedImage(from, name)));
    const manifests = await Promise.all(children.map(async (child) => (await from.getManifest(child)).descriptor));
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
    const index = (await from.putManifest(bytes, mediaType, 'built')).digest;
    await attachBundle(from, index, bytesOf(keyBundle(pair, statement(index, signPredicate, {}))));
    await attachBundle(from, index, bytesOf(keyBundle(pair, statement(index))));
    expect((await promotion('acme/index', [`${other}/prod/index:1`])).kind).toBe('promoted');
    const target = repository(other, 'prod/index');
    for (const digest of [index, ...children]) expect((await placesOf(target, digest)).length).toBeGreaterThan(1);
  });

  test('does nothing but say what it would do in a dry run', async () => {
    await securedImage(repository(source, 'acme/dry'), 'dry');
    const result = await promotion('acme/dry', [`${other}/prod/dry:latest`], { dryRun: true });
    expect(result.kind).toBe('planned');
    expect(describePlan(result.plan)[1]).toBe(`${other}/prod/dry:latest: copy all, then create the tag`);
    await expect(repository(other, 'prod/dry').resolve('latest')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('promote refuses', () => {
  test('an image that the policy refuses, and leaves the target as it was', async () => {
    await pushImage(repository(source, 'acme/unsigned'), 'unsigned', 'built');
    const result = await promotion('acme/unsigned', [`${other}/prod/unsigned:latest`]);
    expect(result).toMatchObject({ kind: 'refused', report: { success: false } });
    await expect(repository(other, 'prod/unsigned').resolve('latest')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('to move a tag that names something else, unless it is told to', async () => {
    const from = repository(source, 'acme/moving');
    const old = await pushImage(from, 'old', 'latest');
    const image = await securedImage(from, 'new');
    await expect(promotion('acme/moving', ['latest'])).rejects.toThrow(
      `${source}/acme/moving:latest names ${old}, not ${image}; use --force to move the tag. Nothing was promoted.`,
    );
    expect((await from.resolve('latest')).digest).toBe(old);
    await promotion('acme/moving', ['latest'], { force: true });
    expect((await from.resolve('latest')).digest).toBe(image);
  });

  test('to overwrite a tag that someone else moved meanwhile', async () => {
    const from = repository(source, 'acme/raced');
    const rival = await pushImage(from, 'rival');
    await securedImage(from, 'ours');
    const racing = (reference: Reference): Repository => {
      const real = open(reference);
      let asked = 0;
      return {
        ...real,
        resolve: async (name) => {
          // The second look at the tag is the one right before it is set.
          if (name === 'latest' && ++asked === 2) {
            const { bytes, descriptor } = await real.getManifest(rival);
            await real.putManifest(bytes, descriptor.mediaType, 'latest');
          }
          return real.resolve(name);
        },
      };
    };
    await expect(promotion('acme/raced', ['latest'], { open: racing, gate: { kind: 'unvalidated' } })).rejects.toThrow(
      /latest was to be moved from nothing, but names sha256:.* by now/,
    );
    expect((await from.resolve('latest')).digest).toBe(rival);
  });

  test('a target that is a digest, and no target at all', async () => {
    await securedImage(repository(source, 'acme/named'), 'named');
    await expect(promotion('acme/named', [`${other}/x@sha256:${'0'.repeat(64)}`])).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(promotion('acme/named', [])).rejects.toMatchObject({ code: 'usage' });
  });

  test('to set the tag when a referrer cannot be found at the target', async () => {
    await securedImage(repository(source, 'acme/lossy'), 'lossy');
    const lossy = (reference: Reference): Repository => {
      const real = open(reference);
      return reference.registry === other ? { ...real, referrers: async () => [] } : real;
    };
    await expect(promotion('acme/lossy', [`${other}/prod/lossy:1`], { open: lossy })).rejects.toThrow(
      /is not listed as a referrer/,
    );
    await expect(repository(other, 'prod/lossy').resolve('1')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('an interrupted promotion', () => {
  const writes = ['putBlob', 'putManifest', 'mountBlob', 'hasBlob', 'resolve', 'getManifest', 'referrers'] as const;

  /** A repository that fails from its nth call on, as if the runner had been switched off. */
  function failingAt(limit: number, calls: { count: number }) {
    return (reference: Reference): Repository => {
      const real = open(reference);
      const stopped =
        (method: (typeof writes)[number]) =>
        async (...args: readonly unknown[]): Promise<unknown> => {
          if (++calls.count > limit) throw new Error('switched off');
          return Reflect.apply(real[method], real, args);
        };
      return { ...real, ...Object.fromEntries(writes.map((method) => [method, stopped(method)])) };
    };
  }

  test('leaves the old tag until the last request, and is completed by running it again', async () => {
    const image = await securedImage(repository(source, 'acme/interrupted'), 'interrupted');
    const everything = await placesOf(repository(source, 'acme/interrupted'), image);
    const whole = { count: 0 };
    const run = (limit: number, calls: { count: number }, name: string) =>
      promotion('acme/interrupted', [`${source}/${name}:latest`], {
        open: failingAt(limit, calls),
        gate: { kind: 'unvalidated' },
        force: true,
      });
    await pushImage(repository(source, 'i/whole'), 'old', 'latest');
    await run(Number.POSITIVE_INFINITY, whole, 'i/whole');
    let unmoved = 0;
    for (let limit = 0; limit < whole.count; limit += 1) {
      const name = `i/n${limit}`;
      const target = repository(source, name);
      const old = await pushImage(target, 'old', 'latest');
      await expect(run(limit, { count: 0 }, name)).rejects.toThrow('switched off');
      const named = (await target.resolve('latest')).digest;
      expect([old, image]).toContain(named);
      if (named === old) unmoved += 1;
      else expect(await placesOf(target, image)).toEqual(everything);
      await run(Number.POSITIVE_INFINITY, { count: 0 }, name);
      expect((await target.resolve('latest')).digest).toBe(image);
      expect(await placesOf(target, image)).toEqual(everything);
    }
    // Only the look at the tag after it was set may fail with the tag in its new place.
    expect(unmoved).toBe(whole.count - 1);
  });
});

test('a referrer that is no bundle is promoted as well', async () => {
  const from = repository(source, 'acme/sbom');
  const image = await securedImage(from, 'with sbom');
  const subject = (await from.getManifest(image)).descriptor;
  const manifest = await from.getManifest(image);
  const config = manifest.kind === 'image' ? manifest.content.config : undefined;
  const sbom = await pushManifest(from, { artifactType: 'application/spdx+json', config, layers: [], subject });
  await promotion('acme/sbom', [`${other}/prod/sbom:1`]);
  expect((await repository(other, 'prod/sbom').referrers(image)).map(({ digest }) => digest)).toContain(sbom);
});
