// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { selfSigned } from '../../oci/test/support/certificate.ts';
import { readSnapshot } from '../src/components/snapshot.ts';
import type { StepContext } from '../src/context.ts';
import { clusterReader, type ReadResource } from '../src/kubernetes/cluster-reader.ts';
import { type ClusterOptions, readFromCluster } from '../src/kubernetes/resource.ts';
import { loadPolicy } from '../src/policy/policy-file.ts';

const token = 'sesame-0pen';
const apiVersion = 'appstudio.redhat.com/v1alpha1';
const serverPair = selfSigned();
const clientPair = selfSigned();
const base64 = (text: string) => Buffer.from(text).toString('base64');

let folder: string;
let server: Server;
let port: number;
let asked: { path: string; authorization: string | undefined; certificate: boolean }[];
let logged: string[];
let answer: RequestListener;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-kubernetes-'));
  const tls = { ...serverPair, requestCert: true, rejectUnauthorized: false, ca: clientPair.cert };
  server = createServer(tls, (request, response) => {
    const { url: path = '', headers, socket } = request;
    asked.push({ path, authorization: headers.authorization, certificate: Reflect.get(socket, 'authorized') === true });
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A server that listens on TCP has an AddressInfo.
  ({ port } = server.address() as AddressInfo);
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  asked = [];
  logged = [];
  answer = (request, response) => response.end(JSON.stringify(resource(request)));
});

/** The policy or snapshot that a path names. */
function resource(request: IncomingMessage, spec: unknown = { publicKey: 'k8s://acme/key' }): Record<string, unknown> {
  const [, namespace, plural, name] = /namespaces\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(request.url ?? '') ?? [];
  const kind = plural === 'snapshots' ? 'Snapshot' : 'EnterpriseContractPolicy';
  return { apiVersion, kind, metadata: { name, namespace, uid: '1' }, spec, status: {} };
}

async function kubeconfig(name: string, parts: { user?: object; cluster?: object; context?: object } = {}) {
  const file = join(folder, name);
  const cluster = { server: `https://127.0.0.1:${port}/`, 'certificate-authority-data': base64(serverPair.cert) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [
      { name: 'elsewhere', context: { cluster: 'absent' } },
      { name: 'here', context: { cluster: 'c', user: 'u', namespace: 'team', ...parts.context } },
    ],
    clusters: [{ name: 'c', cluster: { ...cluster, ...parts.cluster } }],
    users: [{ name: 'u', user: parts.user ?? { token } }],
  };
  await writeFile(file, JSON.stringify(config));
  return { KUBECONFIG: file };
}

function context(env: StepContext['env']): StepContext {
  const note = (message: string) => void logged.push(message);
  return { now: () => new Date(), env, log: { info: note, warn: note, debug: note } };
}

function reader(env: StepContext['env'], options: ClusterOptions = {}): ReadResource {
  const retry = { attempts: 2, firstDelayMs: 1, maxDelayMs: 1 };
  return (kind, name) => readFromCluster(context(env), kind, name, { serviceAccount: folder, retry, ...options });
}

function load(name: string, env: StepContext['env'], options?: ClusterOptions) {
  return loadPolicy(name, undefined, reader(env, options));
}

/** What went wrong, after a look that nothing of it tells the token. */
async function failure(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error: unknown = await work.then(() => undefined).catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error('Expected a refusal, but it worked.');
  expect(`${error.message} ${String(error.cause)} ${logged.join(' ')}`).not.toContain(token);
  return { code: String(Reflect.get(error, 'code')), message: error.message };
}

describe('a policy in a cluster', () => {
  test('is read by namespace and name with the token of the current context', async () => {
    expect(await load('acme/release.v1', await kubeconfig('token'))).toEqual({ publicKey: 'k8s://acme/key' });
    const path = `/apis/${apiVersion}/namespaces/acme/enterprisecontractpolicies/release.v1`;
    expect(asked).toEqual([{ path, authorization: `Bearer ${token}`, certificate: false }]);
  });

  test('is looked for in the namespace of the context when it is named alone, and in default without one', async () => {
    await load('release', await kubeconfig('namespace'));
    await load('release', await kubeconfig('no-namespace', { context: { namespace: '' } }));
    expect(asked.map(({ path }) => path.split('/')[5])).toEqual(['team', 'default']);
  });

  test('is read with a client certificate, whose files lie beside the configuration', async () => {
    await writeFile(join(folder, 'client.pem'), clientPair.cert);
    await writeFile(join(folder, 'authority.pem'), serverPair.cert);
    const user = { 'client-certificate': 'client.pem', 'client-key-data': base64(clientPair.key) };
    const cluster = { 'certificate-authority-data': '', 'certificate-authority': 'authority.pem' };
    await load('release', await kubeconfig('certificate', { user, cluster }));
    expect(asked).toMatchObject([{ authorization: undefined, certificate: true }]);
  });

  test('is read with a token from a file, which goes before the one beside it', async () => {
    await writeFile(join(folder, 'token-file'), `${token}\n`);
    await load('release', await kubeconfig('token-file.config', { user: { token: 'old', tokenFile: 'token-file' } }));
    expect(asked).toMatchObject([{ authorization: `Bearer ${token}` }]);
  });

  test('is found through ~/.kube/config, and through several files, of which absent ones are passed over', async () => {
    const { KUBECONFIG } = await kubeconfig('first');
    await mkdir(join(folder, '.kube'));
    await writeFile(join(folder, 'context-only'), 'current-context: here\nclusters:\n');
    await load('release', {
      KUBECONFIG: [join(folder, 'absent'), join(folder, 'context-only'), KUBECONFIG].join(delimiter),
    });
    await kubeconfig('.kube/config');
    await load('release', { HOME: folder });
    expect(asked).toHaveLength(2);
  });

  test('is read with the service account of the pod', async () => {
    const account = join(folder, 'account');
    await mkdir(account);
    const files = { token: `${token}\n`, 'ca.crt': serverPair.cert, namespace: 'pods\n' };
    for (const [name, text] of Object.entries(files)) await writeFile(join(account, name), text);
    const pod = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) };
    await load('release', pod, { serviceAccount: account });
    expect(asked).toMatchObject([{ authorization: `Bearer ${token}`, path: expect.stringContaining('/pods/') }]);
    await rm(join(account, 'ca.crt'));
    expect(await failure(load('release', pod, { serviceAccount: account }))).toMatchObject({ code: 'file' });
    await rm(join(account, 'token'));
    expect(await failure(load('release', pod, { serviceAccount: account }))).toMatchObject({ code: 'usage' });
  });

  test('is held to the keys of a policy like a file', async () => {
    answer = (request, response) => response.end(JSON.stringify(resource(request, { exlude: ['a'] })));
    expect(await failure(load('acme/release', await kubeconfig('keys')))).toEqual({
      code: 'configuration',
      message: expect.stringMatching(/^acme\/release:1: spec has the unknown key "exlude"/),
    });
  });
});

test('a snapshot in a cluster is read by its name', async () => {
  const components = [{ name: 'shop', containerImage: 'registry.test/shop:1' }];
  answer = (request, response) => response.end(JSON.stringify(resource(request, { application: 'a', components })));
  const read = clusterReader(context(await kubeconfig('snapshot')));
  expect(await readSnapshot({ snapshot: 'acme/one' }, read)).toMatchObject({ application: 'a', components });
  expect(asked.map(({ path }) => path)).toEqual([`/apis/${apiVersion}/namespaces/acme/snapshots/one`]);
});

describe('the answer of a cluster is refused', () => {
  const garbage: RequestListener = (_request, response) => response.end('<html>');
  const status =
    (code: number): RequestListener =>
    (_request, response) =>
      response.writeHead(code).end(`{"message":"${token}"}`);
  const changed =
    (change: object): RequestListener =>
    (request, response) =>
      response.end(JSON.stringify({ ...resource(request), ...change }));
  test.each([
    ['401', status(401), 'does not accept who asks for the EnterpriseContractPolicy acme/release (401)'],
    ['403', status(403), 'allow "get" on enterprisecontractpolicies in the namespace acme.'],
    ['404', status(404), 'has not got the EnterpriseContractPolicy acme/release (404)'],
    ['500', status(500), 'answered 500 instead of'],
    ['a redirect', status(302), 'answered 302 instead of'],
    ['text', garbage, 'answered something else'],
    ['another kind', changed({ kind: 'Snapshot' }), 'answered something else'],
    ['another version', changed({ apiVersion: 'v1' }), 'answered something else'],
    ['another policy', changed({ metadata: { name: 'other', namespace: 'acme' } }), 'answered something else'],
    ['another namespace', changed({ metadata: { name: 'release', namespace: 'x' } }), 'answered something else'],
  ])('when it is %s', async (_name, listener, sentence) => {
    answer = listener;
    expect(await failure(load('acme/release', await kubeconfig('answers')))).toEqual({
      code: 'unreachable',
      message: expect.stringContaining(sentence),
    });
  });

  test('when another authority vouches for its server', async () => {
    const cluster = { 'certificate-authority-data': base64(clientPair.cert) };
    expect(await failure(load('release', await kubeconfig('authority', { cluster })))).toEqual({
      code: 'unreachable',
      message: expect.stringMatching(/not trusted .*check the authority that its configuration names/),
    });
    expect(asked).toEqual([]);
  });
});

describe('a configuration is refused, and nothing is asked', () => {
  test.each<[string, { user?: object; cluster?: object; context?: object }, string]>([
    ['with an exec plugin', { user: { exec: { command: 'aws' } } }, 'uses "exec"'],
    ['that impersonates', { user: { token, as: 'root' } }, 'uses "as"'],
    ['with a password', { user: { username: 'a', password: token } }, 'uses "username"'],
    ['that verifies no server', { cluster: { 'insecure-skip-tls-verify': true } }, 'uses "insecure-skip-tls-verify"'],
    ['with a proxy of its own', { cluster: { 'proxy-url': 'http://p' } }, 'uses "proxy-url"'],
    ['without a server', { cluster: { server: '' } }, 'names no server'],
    ['with a server over plain http', { cluster: { server: 'http://api.test' } }, 'must be https'],
    ['with a certificate without key', { user: { 'client-certificate-data': base64('x') } }, 'only one of'],
    ['with a token of two lines', { user: { token: `${token}\nx: y` } }, 'none that fits'],
    ['with a token that is no text', { user: { token: 1 } }, '"token" of the current context is no text'],
    ['with a broken authority', { cluster: { 'certificate-authority-data': base64(token) } }, 'as PEM'],
    [
      'with an empty authority',
      { cluster: { 'certificate-authority-data': '', 'certificate-authority': '/dev/null' } },
      'as PEM',
    ],
    [
      'with a key of another certificate',
      { user: { 'client-certificate-data': base64(clientPair.cert), 'client-key-data': base64(serverPair.key) } },
      'as PEM',
    ],
    ['whose user is missing', { context: { user: 'nobody' } }, 'needs "nobody" in users'],
    ['whose namespace is a path', { context: { namespace: '../x' } }, 'no namespace'],
  ])('%s', async (_name, parts, sentence) => {
    expect(await failure(load('release', await kubeconfig('refused', parts)))).toEqual({
      code: 'configuration',
      message: expect.stringContaining(sentence),
    });
    expect(asked).toEqual([]);
  });

  test.each([
    ['that is not YAML', `users: [{token: "${token}" ${token}]`, 'it is not YAML'],
    ['that is a list', `- ${token}\n`, 'it is no object'],
  ])('%s', async (_name, text, sentence) => {
    const KUBECONFIG = join(folder, 'broken');
    await writeFile(KUBECONFIG, text);
    const { code, message } = await failure(load('release', { KUBECONFIG }));
    expect([code, message]).toEqual(['configuration', expect.stringContaining(sentence)]);
  });

  test('that names files that are not there', async () => {
    const user = { tokenFile: 'nowhere' };
    expect(await failure(load('release', await kubeconfig('files', { user })))).toMatchObject({ code: 'file' });
  });
});

describe('a name is refused', () => {
  test.each(['Release', 'a/b/c', '../secrets', 'a/', '-a', 'a b', 'a?watch=1', 'a..b', 'policy.rego.'])(
    '%s',
    async (name) => {
      expect(await failure(load(name, await kubeconfig('names')))).toMatchObject({ code: 'usage' });
      expect(asked).toEqual([]);
    },
  );

  test('outside of a cluster, with what would be needed', async () => {
    const { code, message } = await failure(load('acme/release', { HOME: join(folder, 'nobody') }));
    expect([code, message]).toEqual(['usage', expect.stringContaining('but none is configured')]);
  });
});
