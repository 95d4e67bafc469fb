// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capturedIo } from '../src/captured-io.ts';
import { type Stage, setStage } from '../src/demo/stage.ts';

let stage: Stage;
let other: Stage;
let folder: string;
let image: string;
let identity: readonly string[];
let bundle: { verificationMaterial: Record<string, unknown>; dsseEnvelope: { payload: string } };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
  const io = capturedIo({});
  [stage, other] = await Promise.all([setStage(io, join(folder, 'one')), setStage(io, join(folder, 'two'))]);
  image = `${stage.stack.registry.host}/acme/app:one`;
  await stage.build(image, 'one');
  expect(await stage.sluice(['secure', image], stage.gitlabJob())).toMatchObject({ exit: 0 });
  identity = [
    '--certificate-oidc-issuer',
    stage.stack.oidc.gitlab.url,
    '--certificate-identity',
    'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main',
  ];
  bundle = await provenanceBundle();
});

afterAll(async () => {
  await Promise.all([stage.close(), other.close()]);
  await rm(folder, { recursive: true });
});

async function provenanceBundle(): Promise<typeof bundle> {
  const repository = stage.repository(image);
  const { digest } = await repository.resolve('one');
  for (const referrer of await repository.referrers(digest)) {
    const manifest = await repository.getManifest(referrer.digest);
    const layer = manifest.kind === 'image' ? manifest.content.layers[0] : undefined;
    if (layer === undefined) continue;
    const found = JSON.parse(Buffer.from(await repository.getBlob(layer)).toString());
    if (Buffer.from(found.dsseEnvelope.payload, 'base64').includes('slsa.dev/provenance/v1')) return found;
  }
  throw new Error('secure attached no provenance');
}

async function verifyBundleFile(changed: unknown, subject?: string) {
  const file = join(folder, 'bundle.json');
  await writeFile(file, JSON.stringify(changed));
  return stage.sluice(['verify-attestation', '--bundle', file, ...identity, subject ?? image], stage.gitlabJob());
}

test('the bundle as it was written verifies, by reference and by a bare digest without a registry', async () => {
  expect(await verifyBundleFile(bundle)).toMatchObject({ exit: 0 });
  const { digest } = await stage.repository(image).resolve('one');
  expect(await verifyBundleFile(bundle, digest)).toMatchObject({ exit: 0 });
});

const changes: readonly [string, (changed: typeof bundle) => void][] = [
  [
    'a changed payload',
    (b) => {
      b.dsseEnvelope.payload = Buffer.from(
        Buffer.from(b.dsseEnvelope.payload, 'base64').toString().replace('acme', 'evil'),
      ).toString('base64');
    },
  ],
  [
    'no log entry',
    (b) => {
      b.verificationMaterial['tlogEntries'] = [];
    },
  ],
  [
    'no certificate',
    (b) => {
      delete b.verificationMaterial['certificate'];
    },
  ],
  [
    'an unknown part',
    (b) => {
      Object.assign(b, { messageSignature: { signature: 'AAAA' } });
    },
  ],
  [
    'no envelope',
    (b) => {
      Object.assign(b, { dsseEnvelope: undefined });
    },
  ],
  [
    'a log entry of another kind of content',
    (b) => {
      const [entry] = b.verificationMaterial['tlogEntries'] as { canonicalizedBody: string }[];
      if (entry)
        entry.canonicalizedBody = Buffer.from('{"apiVersion":"0.0.1","kind":"dsse","spec":{}}').toString('base64');
    },
  ],
  [
    'a root hash that does not fit',
    (b) => {
      const [entry] = b.verificationMaterial['tlogEntries'] as { inclusionProof: { rootHash: string } }[];
      if (entry) entry.inclusionProof.rootHash = Buffer.alloc(32, 7).toString('base64');
    },
  ],
];

test.each(changes)('a bundle with %s proves nothing', async (_, change) => {
  const changed = structuredClone(bundle);
  change(changed);
  const run = await verifyBundleFile(changed);
  expect(run.exit, run.err).toBe(1);
  expect(run.out).toBe('');
  expect(run.err).toMatch(/^error /);
});

test('a bundle about another digest proves nothing about this one', async () => {
  const run = await verifyBundleFile(bundle, `sha256:${'0'.repeat(64)}`);
  expect(run).toMatchObject({ exit: 1, out: '' });
  expect(run.err).toContain('0000');
});

test('a signature under another certificate authority is refused', async () => {
  const env = { ...stage.gitlabJob(), SLUICE_TRUSTED_ROOT: join(other.folder, 'trusted_root.json') };
  const run = await stage.sluice(['verify', ...identity, image], env);
  expect(run).toMatchObject({ exit: 1, out: '' });
});

test('a certificate of another identity is refused, and both are named', async () => {
  const run = await stage.sluice(
    ['verify', ...identity, '--certificate-identity', 'https://gitlab.com/acme/shop', image],
    stage.gitlabJob(),
  );
  expect(run).toMatchObject({ exit: 1, out: '' });
  expect(run.err).toContain('"https://gitlab.com/acme/shop"');
  expect(run.err).toContain('.gitlab-ci.yml@refs/heads/main');
});

test('a pattern matches the whole identity or nothing', async () => {
  const by = (pattern: string) =>
    stage.sluice(
      [
        'verify',
        '--certificate-oidc-issuer',
        stage.stack.oidc.gitlab.url,
        '--certificate-identity-regexp',
        pattern,
        image,
      ],
      stage.gitlabJob(),
    );
  expect((await by('https://gitlab\\.com/acme/.*')).exit).toBe(0);
  expect((await by('acme')).exit).toBe(1);
});

test('a certificate that had ended when it was logged is refused', async () => {
  let clock = Date.now();
  const later = () => {
    clock += 400_000;
    return new Date(clock);
  };
  const late = await setStage({ ...capturedIo({}), now: later }, join(folder, 'late'));
  try {
    const one = `${late.stack.registry.host}/acme/app:late`;
    await late.build(one, 'late');
    const signed = await late.sluice(['sign', one], late.gitlabJob());
    const verified = await late.sluice(
      ['verify', ...identity, '--certificate-oidc-issuer', late.stack.oidc.gitlab.url, one],
      late.gitlabJob(),
    );
    expect(signed.exit === 0 && verified.exit === 0).toBe(false);
  } finally {
    await late.close();
  }
});

const tokens: readonly [string, Record<string, unknown>, RegExp][] = [
  ['for another audience', { aud: 'somebody' }, /somebody/],
  ['that has expired', { exp: 1 }, /expire/],
  ['without the claim that names the pipeline', { ci_config_ref_uri: undefined }, /ci_config_ref_uri/],
];

test.each(tokens)('a token %s signs nothing', async (_, claims, because) => {
  const unsigned = `${stage.stack.registry.host}/acme/app:token`;
  await stage.build(unsigned, 'token');
  const env = { ...stage.gitlabJob(), SIGSTORE_ID_TOKEN: stage.stack.oidc.mintGitLabToken(claims) };
  const run = await stage.sluice(['secure', unsigned], env);
  expect(run.exit, run.err).toBe(2);
  expect(run.err).toMatch(because);
  expect(run.err).not.toContain(env.SIGSTORE_ID_TOKEN.split('.')[2]);
  expect((await stage.sluice(['tree', unsigned], {})).out).toContain('nothing attached');
});

test.each([
  ['text', 'not json'],
  ['a list', '[1]'],
  ['cut off', '{"a":'],
])('a predicate that is %s is wrong usage', async (_, text) => {
  const file = join(folder, 'predicate.json');
  await writeFile(file, text);
  const before = (await stage.sluice(['tree', image], {})).out;
  const run = await stage.sluice(
    ['attest', '--predicate', file, '--type', 'slsaprovenance1', image],
    stage.gitlabJob(),
  );
  expect(run.exit, run.err).toBe(2);
  expect((await stage.sluice(['tree', image], {})).out).toBe(before);
});

test('a policy with a misspelt key is refused with its line', async () => {
  const policy = await stage.write('bad.yaml', 'identity:\n  isuer: https://gitlab.com\n');
  const run = await stage.sluice(['validate', 'image', '--policy', policy, '--image', image], stage.gitlabJob());
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toContain('bad.yaml:2');
  expect(run.err).toContain('isuer');
});

test('a report that cannot be written is no pass', async () => {
  const policy = await stage.write('good.yaml', `identity:\n  issuer: ${identity[1]}\n  subject: ${identity[3]}\n`);
  const line = ['validate', 'image', '--policy', policy, '--image', image];
  expect((await stage.sluice(line, stage.gitlabJob())).exit).toBe(0);
  const run = await stage.sluice([...line, '--output', `json=${join(folder, 'none', 'x.json')}`], stage.gitlabJob());
  expect(run.exit).toBe(3);
});

test('key files are never overwritten, and cosign.key is for its owner alone', async () => {
  const prefix = join(folder, 'pair');
  const env = { COSIGN_PASSWORD: 'pw' };
  expect(await stage.sluice(['key', 'generate', '--output-key-prefix', prefix], env)).toMatchObject({ exit: 0 });
  const first = await readFile(`${prefix}.key`, 'utf8');
  const run = await stage.sluice(['key', 'generate', '--output-key-prefix', prefix], env);
  expect(run.exit).toBe(2);
  expect(await readFile(`${prefix}.key`, 'utf8')).toBe(first);
});

test.each(['awskms://alias/x', 'k8s://ns/secret', 'hashivault://key', 'pkcs11:token=x'])(
  'the key scheme of %s is refused by name',
  async (key) => {
    for (const command of ['sign', 'verify']) {
      const run = await stage.sluice([command, '--key', key, image], stage.gitlabJob());
      expect(run.exit, run.err).toBe(2);
      expect(run.err).toContain(`of the scheme "${key.split(':')[0]}" are not supported`);
    }
  },
);

test('a tag that is moved between validation and promotion promotes nothing but what passes', async () => {
  const moving = `${stage.stack.registry.host}/acme/moving`;
  await stage.build(`${moving}:rc`, 'validated');
  expect(await stage.sluice(['secure', `${moving}:rc`], stage.gitlabJob())).toMatchObject({ exit: 0 });
  const { digest } = await stage.repository(moving).resolve('rc');
  const policy = JSON.stringify({ identity: { issuer: identity[1], subject: identity[3] } });
  const validate = ['validate', 'image', '--policy', policy, '--image', `${moving}:rc`];
  expect(await stage.sluice(validate, stage.gitlabJob())).toMatchObject({ exit: 0 });
  await stage.build(`${moving}:rc`, 'slipped in');
  const promote = (source: string) =>
    stage.sluice(['promote', '--policy', policy, '--to', 'latest', source], stage.gitlabJob());
  const refused = await promote(`${moving}:rc`);
  expect(refused.exit).toBe(1);
  expect(refused.out).toContain('Nothing was promoted.');
  await expect(stage.repository(moving).resolve('latest')).rejects.toMatchObject({ code: 'not-found' });
  expect(await promote(`${moving}@${digest}`)).toMatchObject({ exit: 0 });
  expect((await stage.repository(moving).resolve('latest')).digest).toBe(digest);
});

test.each(['verify', 'verify-attestation', 'download signature', 'tree'])(
  'with --json "%s" says its refusal as a document, too',
  async (command) => {
    const missing = `${stage.stack.registry.host}/acme/missing:one`;
    const signer = command.startsWith('verify') ? identity : [];
    const run = await stage.sluice([...command.split(' '), '--json', ...signer, missing], stage.gitlabJob());
    expect(run).toMatchObject({ exit: 3, err: '' });
    expect(JSON.parse(run.out)).toMatchObject({ error: { code: 'not-found' } });
  },
);
