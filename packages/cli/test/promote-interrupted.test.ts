// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostileRegistry, startHostileRegistry } from './hostile-registry.ts';
import { sluice } from './sluice.ts';

let registry: HostileRegistry;
let folder: string;
let digest: string;
const env = { COSIGN_PASSWORD: 'pw' };

const promote = (target: string) =>
  sluice(
    [
      'promote',
      '--policy',
      JSON.stringify({ publicKey: join(folder, 'cosign.pub') }),
      '--ignore-rekor',
      '--to',
      target,
      '--force',
      `${registry.host}/acme/app:candidate`,
    ],
    env,
  );

const latest = async (repository: string) =>
  (await sluice(['image', 'digest', `${registry.host}/${repository}:latest`])).out.trim();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
  registry = await startHostileRegistry();
  await writeFile(join(folder, 'page.html'), '<p>hi</p>');
  const image = `${registry.host}/acme/app:candidate`;
  const key = ['--key', join(folder, 'cosign.key'), '--tlog-upload=false'];
  const lines = [
    ['image', 'append', '--quiet', folder, image],
    ['key', 'generate', '--output-key-prefix', join(folder, 'cosign')],
    ['sign', ...key, image],
    ['attest', ...key, '--type', 'https://example.com/check/v1', '--predicate', '-', image],
  ];
  for (const line of lines) expect(await sluice(line, env, '{"checked": true}')).toMatchObject({ exit: 0 });
  digest = (await sluice(['image', 'digest', image])).out.trim();
});

afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

test('interrupted after any request, the old tag stands or the new one is whole, and running it again completes it', async () => {
  registry.intercept = () => false;
  const before = registry.requests.length;
  expect(await promote(`${registry.host}/prod/counted:latest`)).toMatchObject({ exit: 0 });
  const requests = registry.requests.length - before;
  expect(requests).toBeGreaterThan(10);

  for (let allowed = 0; allowed < requests; allowed++) {
    const repository = `prod/app-${allowed}`;
    let left = allowed;
    registry.intercept = (_request, response) => {
      if (left-- > 0) return false;
      response.writeHead(403).end();
      return true;
    };
    const run = await promote(`${registry.host}/${repository}:latest`);
    registry.intercept = () => false;
    expect(run.exit, `${allowed} requests: ${run.err}`).not.toBe(0);
    expect(['', digest], `${allowed} requests`).toContain(await latest(repository));
    expect(await promote(`${registry.host}/${repository}:latest`), `${allowed} requests, again`).toMatchObject({
      exit: 0,
    });
    expect(await latest(repository)).toBe(digest);
  }
});
