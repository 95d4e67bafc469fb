// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CiContext } from '../ci/ci-context.ts';
import type { StepContext } from '../context.ts';
import { guardPublicLog, isPublicService } from './public-log.ts';
import { findServices, type ServiceOptions } from './services.ts';

const warnings: string[] = [];
const ctx: StepContext = {
  now: () => new Date('2026-03-01T12:00:00Z'),
  env: {},
  log: { info() {}, warn: (message) => void warnings.push(message), debug() {} },
};
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sluice-services-'));
});
afterAll(() => rm(folder, { recursive: true }));

const service = (url: string, majorApiVersion = 1, operator = 'one', start = '2025-01-01T00:00:00Z', end?: string) => ({
  url,
  majorApiVersion,
  operator,
  validFor: { start, ...(end === undefined ? {} : { end }) },
});

const config = {
  mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
  caUrls: [service('https://old-fulcio.test', 1, 'one', '2024-01-01T00:00:00Z'), service('https://fulcio.test/')],
  oidcUrls: [],
  rekorTlogUrls: [
    service('https://rekor.test'),
    service('https://rekor-v2.test', 2),
    service('https://rekor-2027.test', 2, 'one', '2027-01-01T00:00:00Z'),
    service('https://rekor-2025.test', 2, 'one', '2025-02-01T00:00:00Z', '2026-01-01T00:00:00Z'),
  ],
  rekorTlogConfig: { selector: 'ANY' },
  tsaUrls: [service('https://tsa-a.test/api/v1/timestamp'), service('https://tsa-b.test', 1, 'two')],
  tsaConfig: { selector: 'ALL' },
};

async function fromConfig(change: object = {}, options: ServiceOptions = {}, keyless = true) {
  const signingConfig = path.join(folder, 'signing_config.json');
  await writeFile(signingConfig, JSON.stringify({ ...config, ...change }));
  return findServices(ctx, { signingConfig, ...options }, keyless);
}

describe('a signing config', () => {
  it('gives the newest services that are valid now', async () => {
    expect(await fromConfig()).toEqual({
      fulcioUrl: 'https://fulcio.test',
      logs: [{ url: 'https://rekor-v2.test', version: 2 }],
      tsaUrls: ['https://tsa-a.test/api/v1/timestamp', 'https://tsa-b.test'],
    });
  });

  it('gives the older log when that is asked for, and none when none is wanted', async () => {
    expect((await fromConfig({}, { rekorVersion: 1 })).logs).toEqual([{ url: 'https://rekor.test', version: 1 }]);
    expect((await fromConfig({}, { tlogUpload: false })).logs).toEqual([]);
  });

  it('needs no certificate authority for a key', async () => {
    const services = await fromConfig({ caUrls: [], tsaUrls: [] }, {}, false);
    expect(services).toEqual({ logs: [{ url: 'https://rekor-v2.test', version: 2 }], tsaUrls: [] });
  });

  it.each([
    [
      'no certificate authority is valid',
      { caUrls: [service('https://f.test', 1, 'o', '2030-01-01T00:00:00Z')] },
      /valid now in the signing config's caUrls/,
    ],
    [
      'nobody vouches for the time',
      { tsaUrls: [] },
      /a Rekor log of version 1 or a timestamp authority, found neither/,
    ],
    [
      'it does not say how many services to use',
      { tsaConfig: { selector: 'SERVICE_SELECTOR_UNDEFINED' } },
      /without saying how many/,
    ],
    ['it wants more services than it has', { tsaConfig: { selector: 'EXACT', count: 3 } }, /3 services of one kind/],
    ['it is of another version', { mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.1+json' }, /version 0\.2/],
    [
      'an address is plain http',
      { caUrls: [service('http://fulcio.test')] },
      /must be https .* found http:\/\/fulcio\.test/,
    ],
  ])('is refused when %s', async (_name, change, sentence) => {
    await expect(fromConfig(change)).rejects.toThrow(sentence);
  });

  it('is refused when it is no JSON or not there', async () => {
    const signingConfig = path.join(folder, 'broken.json');
    await writeFile(signingConfig, '{');
    await expect(findServices(ctx, { signingConfig }, true)).rejects.toMatchObject({ code: 'configuration' });
    await expect(findServices(ctx, { signingConfig: '/nowhere.json' }, true)).rejects.toMatchObject({ code: 'file' });
  });
});

describe('addresses', () => {
  const urls = { fulcioUrl: 'https://fulcio.test/', rekorUrl: 'http://127.0.0.1:3000', tsaUrls: ['https://tsa.test'] };

  it('are taken as given, Rekor in version 1 unless told', async () => {
    expect(await findServices(ctx, urls, true)).toEqual({
      fulcioUrl: 'https://fulcio.test',
      logs: [{ url: 'http://127.0.0.1:3000', version: 1 }],
      tsaUrls: ['https://tsa.test'],
    });
    expect((await findServices(ctx, { ...urls, rekorVersion: 2 }, true)).logs[0]?.version).toBe(2);
  });

  it.each<[string, ServiceOptions, RegExp]>([
    ['beside a signing config', { ...urls, signingConfig: 'x.json' }, /found both/],
    ['without Fulcio', { rekorUrl: 'https://r.test' }, /--fulcio-url .* found none/],
    ['without a log that nobody declined', { fulcioUrl: 'https://f.test' }, /--tlog-upload=false/],
    ['that are no addresses', { ...urls, rekorUrl: 'rekor' }, /is not a URL/],
    ['without any witness of the time', { fulcioUrl: 'https://f.test', tlogUpload: false }, /witness of its time/],
  ])('are refused %s', async (_name, options, sentence) => {
    await expect(findServices(ctx, options, true)).rejects.toThrow(sentence);
  });

  it('are needed by nobody who signs with a key and no log', async () => {
    expect(await findServices(ctx, { tlogUpload: false }, false)).toEqual({ logs: [], tsaUrls: [] });
  });
});

describe('a public log', () => {
  const services = { logs: [{ url: 'https://rekor.sigstore.dev', version: 1 as const }], tsaUrls: [] };
  // Only these members are looked at.
  const ci = (visibility?: string) => ({ kind: 'gitlab', repository: 'acme/shop', visibility }) as unknown as CiContext;

  it('is told from a private one by its domain, not by what the name contains', () => {
    expect(isPublicService('https://log2025-1.rekor.sigstore.dev')).toBe(true);
    expect(isPublicService('https://rekor.sigstage.dev')).toBe(true);
    expect(isPublicService('https://sigstore.dev.acme.example')).toBe(false);
    expect(isPublicService('https://evil-sigstore.dev')).toBe(false);
  });

  it('takes public sources and laptops, and refuses private, internal and unknown ones', () => {
    expect(() => guardPublicLog(ctx, ci('public'), services, false)).not.toThrow();
    expect(() => guardPublicLog(ctx, { kind: 'local' }, services, false)).not.toThrow();
    expect(() => guardPublicLog(ctx, ci('private'), services, false)).toThrow(/acme\/shop is private/);
    expect(() => guardPublicLog(ctx, ci('internal'), services, false)).toThrow(/is internal/);
    expect(() => guardPublicLog(ctx, ci(), services, false)).toThrow(/of unknown visibility.*--allow-public-log/);
  });

  it('takes a private source when the user says so, and says what becomes public', () => {
    guardPublicLog(ctx, ci('private'), services, true);
    expect(warnings.join()).toMatch(/its name and this signature become public at https:\/\/rekor\.sigstore\.dev/);
  });
});
