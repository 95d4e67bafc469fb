// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startLocal } from './start-local.ts';
import { writeTrustFiles } from './trust/write-trust-files.ts';

const reachable = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

describe('the local stack', () => {
  it('serves everything it names on the loopback address until it is closed', async () => {
    const stack = await startLocal();
    const urls = [
      `${stack.oidc.gitlab.url}/keys`,
      stack.fulcioUrl,
      stack.rekorUrl,
      stack.tsaUrl,
      `${stack.ctLogUrl}/ct/v1/get-sth`,
      `${stack.registry.url}/v2/`,
    ];
    expect(await Promise.all(urls.map(reachable))).toEqual(urls.map(() => true));
    expect(urls.every((url) => new URL(url).hostname === '127.0.0.1')).toBe(true);
    await stack.close();
    expect(await Promise.all(urls.map(reachable))).toEqual(urls.map(() => false));
  });

  it('guards the registry as it is told', async () => {
    const users = [{ username: 'ada', password: 'secret' }];
    const stack = await startLocal({ registry: { auth: { kind: 'basic', users } } });
    try {
      expect((await fetch(`${stack.registry.url}/v2/`)).status).toBe(401);
    } finally {
      await stack.close();
    }
  });

  it('says which service has no port, and leaves nothing running', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const oidcPort = await freePort();
      await expect(startLocal({ ports: { oidc: oidcPort, tsa: port } })).rejects.toMatchObject({
        code: 'port-unavailable',
        message: `The local timestamp authority cannot listen on port ${port}: choose a free port.`,
      });
      expect(await reachable(`http://127.0.0.1:${oidcPort}/gitlab/keys`)).toBe(false);
    } finally {
      taken.close();
    }
  });

  it('writes its trusted root and signing config where cosign can read them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-local-'));
    const stack = await startLocal();
    try {
      const files = await writeTrustFiles(stack, join(folder, 'trust'));
      expect(files.trustedRoot).toBe(join(folder, 'trust', 'trusted_root.json'));
      expect(JSON.parse(await readFile(files.trustedRoot, 'utf8'))).toEqual(stack.trustedRoot);
      expect(JSON.parse(await readFile(files.signingConfig, 'utf8'))).toEqual(stack.signingConfig);
    } finally {
      await stack.close();
      await rm(folder, { recursive: true });
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
