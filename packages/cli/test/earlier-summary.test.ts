// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capturedIo } from '../src/captured-io.ts';
import { type Stage, setStage } from '../src/demo/stage.ts';

const hour = 3_600_000;
const subject = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';
const password = { COSIGN_PASSWORD: 'secret' };

interface Source {
  readonly policy: readonly string[];
  readonly ruleData?: object;
  readonly volatileConfig?: object;
}

let stage: Stage;
let folder: string;
let vouched: string;
let source: Source;

/** One image that the gate let pass and signed a summary of, with its key. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-earlier-'));
  stage = await setStage(capturedIo({}), join(folder, 'stage'));
  await mkdir(join(folder, 'rules'));
  await writeFile(
    join(folder, 'rules', 'builder.rego'),
    'package builder\n\nimport rego.v1\n\n# METADATA\n# custom:\n#   short_name: known\ndeny contains {"code": "builder.known", "msg": "no"} if not input.attestations\n',
  );
  source = { policy: [join(folder, 'rules')] };
  for (const name of ['gate', 'other'])
    expect(await sluice('key', 'generate', '--output-key-prefix', join(folder, name))).toMatchObject({ exit: 0 });
  vouched = await secured('vouched');
  expect(await validate(vouched, policy(), ...attaching)).toMatchObject({ exit: 0 });
});

afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true });
});

test('an image with a summary that is good enough is not validated again, and passes', async () => {
  for (const more of [[], ['--vsa-expiration', '24h'], ['--workers', '1', '--vsa-expiration', '7d']]) {
    const { exit, err, component } = await looked(vouched, policy(), ...more);
    expect(exit).toBe(0);
    expect(err).toContain('was not validated again: https://gate.example let it pass at');
    expect(component).toMatchObject({ success: true, containerImage: expect.stringMatching(/@sha256:/) });
    expect(component.signatures).toBeUndefined();
  }
});

test.each<[string, () => string, readonly string[], number, RegExp]>([
  ['signed by another key', policy, ['--vsa-public-key', 'other.pub'], 0, /by the signer that was named was found/],
  ['too old', policy, ['--vsa-expiration', '24h'], 25 * hour, /too long ago/],
  ['of more than a week ago', policy, [], 169 * hour, /too long ago/],
  ['about another policy', () => policy({ ruleData: { x: 1 } }), [], 0, /about another policy/],
  ['about another policy by a flag', policy, ['--extra-rule-data', 'x=1'], 0, /about another policy/],
  ['switched off', policy, ['--vsa-expiration', '0'], 0, /^(?!.*is validated)/s],
  [
    'not said to be for this component',
    () => policy({ volatileConfig: { exclude: [{ value: 'builder.known', componentNames: ['x'] }] } }),
    [],
    0,
    /does not say for which it was made/,
  ],
])('where the summary is %s, the image is validated as usual', async (_name, by, flags, later, message) => {
  const { exit, err, component } = await looked(vouched, by(), ...flags, { later });
  expect(exit).toBe(0);
  expect(err).toMatch(message);
  expect(err).not.toContain('not validated again');
  expect(component.signatures).toHaveLength(1);
});

test('a summary of an image by one signer is none of the image by another', async () => {
  const other = policy({}, 'https://gitlab.com/acme/other//.gitlab-ci.yml@refs/heads/main');
  expect(await looked(vouched, other)).toMatchObject({ exit: 1 });
  const flags = ['--certificate-identity', 'https://gitlab.com/x', '--certificate-oidc-issuer', 'https://gitlab.com'];
  const { exit, err } = await looked(vouched, policy(), ...flags);
  expect(exit).toBe(1);
  expect(err).toContain('about another policy');
});

test('an image that was refused, or has no summary, is not let through', async () => {
  const image = await secured('refused');
  const refused = { verifier: { id: 'x' }, policy: { uri: 'x' }, timeVerified: new Date().toISOString() };
  await attest(image, 'https://slsa.dev/verification_summary/v1', { ...refused, verificationResult: 'FAILED' });
  const { exit, err, component } = await looked(image, policy());
  expect(err).toContain('says that the image was refused');
  expect(exit).toBe(0);
  expect(component.signatures).toHaveLength(1);
  const unsigned = `${stage.stack.registry.host}/acme/app:unsigned`;
  await stage.build(unsigned, 'unsigned');
  const none = await looked(unsigned, policy());
  expect(none.exit).toBe(1);
  expect(none.err).toContain('No verification summary of');
});

test("a summary in ec's form counts where it was made for the same sources and the same signer", async () => {
  const image = await secured('ec');
  const out = join(folder, 'ec');
  const bare = ['--vsa', '--attestation-format', 'predicate', '--attestation-output-dir', out];
  expect(await validate(image, policy(), ...bare)).toMatchObject({ exit: 0 });
  const predicate = JSON.parse(await readFile(join(out, 'vsa-Unnamed.json'), 'utf8'));
  const type = 'https://conforma.dev/verification_summary/v1';
  await attest(image, type, { ...predicate, policy: { ...predicate.policy, identity: { subject: 'x', issuer: 'y' } } });
  const other = await looked(image, policy());
  expect(other.err).toContain('the image had to be signed by another key or identity');
  expect(other.component.signatures).toHaveLength(1);
  await attest(image, type, predicate);
  const { exit, err } = await looked(image, policy());
  expect(exit).toBe(0);
  expect(err).toContain('not validated again: conforma let it pass');
});

test('an earlier verdict does not become young: no summary is made of what was not validated', async () => {
  const out = join(folder, 'again');
  const files = ['--vsa', '--attestation-format', 'predicate', '--attestation-output-dir', out];
  const { exit, err } = await looked(vouched, policy(), ...attaching, ...files);
  expect(exit).toBe(0);
  expect(err).not.toContain('verification summary of policy');
  expect(await readdir(out)).toEqual([]);
});

test.each([
  ['an age without a key', ['--vsa-expiration', '24h'], /--vsa-public-key was expected beside --vsa-expiration/],
  ['no age', ['--vsa-public-key', 'gate.pub', '--vsa-expiration', 'soon'], /expects a duration/],
  [
    'another time',
    ['--vsa-public-key', 'gate.pub', '--effective-time', 'attestation'],
    /--effective-time was expected/,
  ],
])('%s is refused', async (_name, flags, message) => {
  const { exit, err } = await validate(vouched, policy(), ...flags);
  expect(exit).toBe(2);
  expect(err).toMatch(message);
});

test('a key that is not there is an error, not a reason to validate or to pass', async () => {
  expect(await validate(vouched, policy(), '--vsa-public-key', join(folder, 'absent.pub'))).toMatchObject({ exit: 3 });
});

const attaching: readonly string[] = ['--vsa-attach', '--verifier-id', 'https://gate.example', '--tlog-upload=false'];

function policy(change: Partial<Source> = {}, by = subject): string {
  const identity = { issuer: stage.stack.oidc.gitlab.url, subject: by };
  return JSON.stringify({ identity, sources: [{ ...source, ...change }] });
}

/** Validates with the gate's public key, or with the one that the flags name, and gives the one component of the report. */
async function looked(image: string, by: string, ...more: readonly (string | { readonly later: number })[]) {
  const flags = more.filter((word) => typeof word === 'string').map((word) => word.replace('other.pub', inFolder));
  const [later = 0] = more.flatMap((word) => (typeof word === 'string' ? [] : [word.later]));
  const key = flags.includes('--vsa-public-key') ? [] : ['--vsa-public-key', join(folder, 'gate.pub')];
  const argv = ['validate', 'image', '--image', image, '--policy', by, '--output', 'json', ...key, ...flags];
  const signing = flags.includes('--vsa-attach') ? ['--vsa-signing-key', join(folder, 'gate.key')] : [];
  const { exit, out, err } = await stage.sluice([...argv, ...signing], { ...stage.gitlabJob(), ...password }, later);
  return { exit, err, component: JSON.parse(out).components[0] };
}

function inFolder(name: string): string {
  return join(folder, name);
}

function validate(image: string, by: string, ...flags: readonly string[]) {
  const signing = flags.includes('--vsa-attach') ? ['--vsa-signing-key', join(folder, 'gate.key')] : [];
  return sluice('validate', 'image', '--image', image, '--policy', by, ...flags, ...signing);
}

async function secured(tag: string): Promise<string> {
  const image = `${stage.stack.registry.host}/acme/app:${tag}`;
  await stage.build(image, tag);
  expect(await sluice('secure', image)).toMatchObject({ exit: 0 });
  return image;
}

async function attest(image: string, type: string, predicate: object): Promise<void> {
  const file = join(folder, 'predicate.json');
  await writeFile(file, JSON.stringify(predicate));
  const key = ['--key', join(folder, 'gate.key'), '--tlog-upload=false'];
  expect(await sluice('attest', '--predicate', file, '--type', type, ...key, image)).toMatchObject({ exit: 0 });
}

function sluice(...argv: readonly string[]) {
  return stage.sluice(argv, { ...stage.gitlabJob(), ...password });
}
