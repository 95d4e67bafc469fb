// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capturedIo } from '../src/captured-io.ts';
import { runCli } from '../src/cli.ts';

const token = 'sesame-0pen';
const example = join(import.meta.dirname, '../../../examples/policy-ruledata');
let folder: string;
let server: Server;

/** A cluster with the policy acme/demanding, which keeps acme/secret from everybody. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-kubernetes-'));
  server = createServer((request, response) => {
    const [namespace, , name] = (request.url ?? '').split('/').slice(-3);
    const spec = { sources: [{ policy: ['sluice://ci'], ruleData: { ci_require_sbom: true } }] };
    const policy = { apiVersion: 'appstudio.redhat.com/v1alpha1', kind: 'EnterpriseContractPolicy', spec };
    if (name === 'demanding') response.end(JSON.stringify({ ...policy, metadata: { name, namespace } }));
    else response.writeHead(name === 'secret' ? 403 : 404).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  await writeFile(
    join(folder, 'config'),
    `current-context: here
contexts: [{name: here, context: {cluster: c, user: u, namespace: acme}}]
clusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}"}}]
users: [{name: u, user: {token: ${token}}}]
`,
  );
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true });
});

async function judge(policy: string, env: Record<string, string>, ...flags: readonly string[]) {
  const io = capturedIo({ HOME: folder, SLUICE_CACHE_DIR: join(folder, 'cache'), ...env });
  const exit = await runCli(['validate', 'input', join(example, 'input.json'), '--policy', policy, ...flags], io);
  const told = `${io.out()}${io.err()}`;
  expect(told).not.toContain(token);
  return { exit, told };
}

test('the policy of a cluster judges as its file does', async () => {
  const cluster = { KUBECONFIG: join(folder, 'config') };
  for (const name of ['demanding', 'acme/demanding']) {
    expect(await judge(name, cluster)).toEqual({ exit: 1, told: expect.stringContaining('ci_sbom.present') });
  }
});

test('what cannot be had is an error of its own, never a pass', async () => {
  const cluster = { KUBECONFIG: join(folder, 'config') };
  expect(await judge('absent', cluster)).toEqual({ exit: 3, told: expect.stringContaining('acme/absent (404)') });
  expect(await judge('secret', cluster)).toEqual({ exit: 3, told: expect.stringContaining('(403); allow "get"') });
  expect(await judge('demanding', {})).toEqual({ exit: 2, told: expect.stringContaining('none is configured') });
});

test('--kubeconfig is asked alone, whatever the environment says', async () => {
  const named = ['--kubeconfig', join(folder, 'config')];
  const found = { exit: 1, told: expect.stringContaining('ci_sbom.present') };
  expect(await judge('demanding', {}, ...named)).toEqual(found);
  expect(await judge('demanding', { KUBECONFIG: join(folder, 'absent') }, ...named)).toEqual(found);
});

test('a --kubeconfig that is not there, or names no context, is not made up for by another one', async () => {
  const cluster = { KUBECONFIG: join(folder, 'config') };
  const absent = join(folder, 'absent');
  expect(await judge('demanding', cluster, '--kubeconfig', absent)).toEqual({
    exit: 3,
    told: expect.stringContaining(`expected at ${absent}, but there is none`),
  });
  await writeFile(join(folder, 'empty'), 'clusters: []\n');
  expect(await judge('demanding', cluster, '--kubeconfig', join(folder, 'empty'))).toEqual({
    exit: 2,
    told: expect.stringContaining('names no current context'),
  });
});

test('validate image and inspect policy look names up by --kubeconfig too', async () => {
  const named = ['--policy', 'absent', '--kubeconfig', join(folder, 'config')];
  for (const words of [
    ['validate', 'image', '--image', '127.0.0.1:1/acme/app'],
    ['inspect', 'policy'],
    ['validate', 'vsa', '127.0.0.1:1/acme/app', '--vsa-public-key', 'gate.pub'],
  ]) {
    const io = capturedIo({ HOME: folder, SLUICE_CACHE_DIR: join(folder, 'cache') });
    expect(await runCli([...words, ...named], io)).toBe(3);
    expect(io.err()).toContain('acme/absent (404)');
  }
});
