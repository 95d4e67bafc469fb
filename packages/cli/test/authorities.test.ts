// SPDX-License-Identifier: Apache-2.0

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfSigned } from '../../oci/test/support/certificate.ts';
import { capturedIo } from '../src/captured-io.ts';
import { type Stage, setStage } from '../src/demo/stage.ts';
import { sluiceProcess } from './sluice.ts';

let stage: Stage;
let folder: string;
let fulcio: Server;
let fulcioUrl: string;

/** Fulcio behind a certificate that only the company's own authority vouches for. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-ca-'));
  stage = await setStage(capturedIo({}), join(folder, 'stage'));
  const { key, cert } = selfSigned();
  await writeFile(join(folder, 'ca.pem'), cert);
  fulcio = createServer({ key, cert }, (incoming, outgoing) => {
    const target = new URL(incoming.url ?? '/', stage.stack.fulcioUrl);
    const { host: _host, ...headers } = incoming.headers;
    const passed = request(target, { method: incoming.method ?? 'GET', headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((done) => fulcio.listen(0, '127.0.0.1', done));
  // A server that listens on TCP has an AddressInfo.
  fulcioUrl = `https://127.0.0.1:${(fulcio.address() as AddressInfo).port}`;
});

afterAll(async () => {
  fulcio.closeAllConnections();
  await Promise.all([new Promise((done) => fulcio.close(done)), stage.close()]);
  await rm(folder, { recursive: true });
});

test('the authority that --registry-cacert names is trusted for Sigstore services too, and only then', async () => {
  const image = `${stage.stack.registry.host}/acme/app:one`;
  await stage.build(image, 'one');
  const services = ['--fulcio-url', fulcioUrl, '--rekor-url', stage.stack.rekorUrl];
  const refused = await sluiceProcess(['sign', ...services, image], stage.gitlabJob());
  expect(refused).toEqual({
    exit: 3,
    out: '',
    err: `error Fulcio at ${fulcioUrl} has a certificate that is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT); name its authority with --registry-cacert or NODE_EXTRA_CA_CERTS.\n`,
  });
  const trusted = ['--registry-cacert', join(folder, 'ca.pem')];
  expect(await sluiceProcess(['sign', ...trusted, ...services, image], stage.gitlabJob())).toMatchObject({ exit: 0 });
});

test('a file that holds no certificate is said to hold none', async () => {
  await writeFile(join(folder, 'empty.pem'), 'nothing');
  const run = await sluiceProcess(['image', 'digest', '--registry-cacert', join(folder, 'empty.pem'), 'x/y']);
  expect(run).toMatchObject({ exit: 2, err: expect.stringContaining('Expected certificate authorities as PEM') });
});
