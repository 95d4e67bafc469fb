// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capturedIo } from '../src/captured-io.ts';
import { type Stage, setStage } from '../src/demo/stage.ts';

const gate = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';

let stage: Stage;
let folder: string;
let image: string;
let policy: string;
let signer: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-policy-'));
  stage = await setStage(capturedIo({}), join(folder, 'stage'));
  image = `${stage.stack.registry.host}/acme/app:one`;
  await stage.build(image, 'one');
  expect(await stage.sluice(['secure', image], stage.gitlabJob())).toMatchObject({ exit: 0 });
  signer = ['--certificate-oidc-issuer', stage.stack.oidc.gitlab.url, '--certificate-identity', gate];
  await write('rules/builder.rego', rule('builder', 'known', 'not input.attestations'));
  await write('data/limits.yaml', 'limits: {most: 3}\n');
  const sources = [{ policy: [join(folder, 'rules')], data: [join(folder, 'data')] }];
  const identity = { issuer: stage.stack.oidc.gitlab.url, subject: gate };
  policy = await write('policy.json', JSON.stringify({ identity, sources }));
});

afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true });
});

describe('validate image', () => {
  test('passes by rules, and prints several formats at once', async () => {
    const xml = join(folder, 'report.xml');
    const { exit, out } = await validate('--output', 'yaml', '--output', `junit=${xml}`, '--show-successes');
    expect(exit).toBe(0);
    expect(out).toContain('code: builder.known');
    expect(await readFile(xml, 'utf8')).toContain('builder.known');
  });

  test('refuses by a rule, with its words and its solution', async () => {
    await write('strict/strict.rego', rule('strict', 'never', 'true'));
    const inline = JSON.stringify({
      identity: { issuer: stage.stack.oidc.gitlab.url, subject: gate },
      sources: [{ policy: [join(folder, 'strict')] }],
    });
    const { exit, out } = await run('validate', 'image', '--image', image, '--policy', inline);
    expect(exit).toBe(1);
    expect(out).toContain('strict.never');
    expect(out).toContain('never said no');
  });

  test('takes what the lock holds and nothing else', async () => {
    await write('pinned/p.rego', rule('pinned', 'one', 'false'));
    const pinned = await write(
      'pinned.json',
      JSON.stringify({
        identity: { issuer: stage.stack.oidc.gitlab.url, subject: gate },
        sources: [{ policy: [join(folder, 'pinned')] }],
      }),
    );
    const lock = join(folder, 'lock.json');
    const pin = await run('policy', 'pin', pinned, '--output', lock);
    expect(pin).toMatchObject({ exit: 0 });
    const [, digest = ''] = /policy {2}→ {2}(sha256:\w+)/.exec(pin.out) ?? [];
    const arguments_ = ['validate', 'image', '--image', image, '--policy', pinned, '--locked', '--lock-file', lock];
    const dotenv = join(folder, 'pinned.env');
    expect(await run(...arguments_, '--dotenv', dotenv)).toMatchObject({ exit: 0 });
    expect(await readFile(dotenv, 'utf8')).toContain(`SLUICE_POLICY_DIGEST=${digest}`);
    await write('pinned/p.rego', rule('pinned', 'one', 'input.changed'));
    const changed = await run(...arguments_);
    expect(changed.exit).toBe(1);
    expect(changed.err).toMatch(/to be what the lock holds/);
  });

  test.each([
    ['no policy', [], /A policy was expected/],
    ['a filter that does not exist', ['--policy', '{}', '--filter-type', 'mine'], /filter-type/],
    ['attestations unverified', ['--policy', '{}', '--skip-att-sig-check'], /--skip-att-sig-check is not possible/],
    ['a format that does not exist', ['--policy', '{}', '--output', 'pdf'], /pdf/],
    ['a summary of what was not checked', ['--policy', '{}', '--vsa-attach', '--skip-image-sig-check'], /found both/],
    ['unsigned envelopes', ['--policy', '{}', '--vsa'], /--vsa-signing-key was expected/],
    ['a place without a summary', ['--policy', '{}', '--vsa-upload', 'local@x'], /beside --vsa/],
    ['flags of a summary without one', ['--policy', '{}', '--verifier-id', 'https://x.example'], /beside --vsa-attach/],
  ])('refuses %s', async (_name, flags, message) => {
    const { exit, err } = await run('validate', 'image', '--image', image, ...flags);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('a verification summary', () => {
  test('is written by the gate and opens the next one, but not for another policy, verifier or age', async () => {
    const dotenv = join(folder, 'gate.env');
    const validated = await validate('--vsa-attach', '--dotenv', dotenv);
    expect(validated).toMatchObject({ exit: 0 });
    expect(validated.err).toContain('verification summary of policy sha256:');
    const [, digest = ''] = /SLUICE_POLICY_DIGEST=(\S+)/.exec(await readFile(dotenv, 'utf8')) ?? [];
    const promote = (...more: readonly string[]) => run('promote', '--require-vsa', '--to', 'released', ...more, image);
    const mine = [...signer, '--vsa-policy-digest', digest];
    const refused = async (message: RegExp, ...flags: readonly string[]) => {
      const { exit, err } = await promote(...flags);
      expect(err).toMatch(message);
      expect(exit).toBe(1);
    };
    await refused(/it is about the policy/, ...signer, '--vsa-policy-digest', `sha256:${'0'.repeat(64)}`);
    await refused(/the verifier is/, ...mine, '--vsa-verifier', 'https://elsewhere.example');
    await refused(/it says SLSA_BUILD_LEVEL_/, ...mine, '--vsa-level', 'SLSA_BUILD_LEVEL_3');
    await refused(/ago, and only/, ...mine, '--vsa-expiration', '1ms');
    await refused(
      /found none/,
      '--certificate-oidc-issuer',
      stage.stack.oidc.gitlab.url,
      '--certificate-identity',
      'https://gitlab.com/other',
      '--vsa-policy-digest',
      digest,
    );
    expect(await promote(...mine, '--vsa-expiration', '7d')).toMatchObject({ exit: 0 });
    const judge = (of: string, ...more: readonly string[]) =>
      run('validate', 'vsa', image, '--policy', of, ...signer, ...more);
    const judged = await judge(policy, '--no-fallback');
    expect(judged).toMatchObject({ exit: 0 });
    expect(judged.out).toContain('Policy matches');
    const other = await write(
      'other.json',
      (await readFile(policy, 'utf8')).replace('"sources":[{', '$&"ruleData":{"x":1},'),
    );
    const mismatch = await judge(other, '--no-fallback', '--output', 'json');
    expect(mismatch.exit).toBe(1);
    expect(JSON.parse(mismatch.out).components[0].vsa_phase_result.reason_code).toBe('policy_mismatch');
    const fallback = await judge(other);
    expect(fallback).toMatchObject({ exit: 0 });
    expect(fallback.out).toMatch(/✗ vsa[\s\S]*✓ validate/);
    const shown = await judge(other, '--color', '--show-successes', '--show-policy-docs-link');
    for (const part of ['\u001b[31m✗\u001b[0m vsa', '\u001b[32m✓\u001b[0m validate', 'builder.known: Pass'])
      expect(shown.out).toContain(part);
    expect(shown.out).not.toContain('documentation');
    const never = (await readFile(policy, 'utf8')).replace(join(folder, 'rules'), join(folder, 'strict'));
    const denied = await judge(never, '--no-color', '--show-policy-docs-link');
    expect(denied.exit).toBe(1);
    expect(denied.out).toMatch(/^✗ validate[\s\S]*never said no\nPolicy documentation: https:\/\/conforma/m);
  });

  test('in the form of ec is written to files, and read again', async () => {
    const to = join(folder, 'vsa');
    const copies = join(folder, 'copies');
    const password = { COSIGN_PASSWORD: 'secret' };
    const key = join(folder, 'gate');
    const made = await stage.sluice(['key', 'generate', '--output-key-prefix', key], {
      ...stage.gitlabJob(),
      ...password,
    });
    expect(made).toMatchObject({ exit: 0 });
    const argv = [
      'validate',
      'image',
      '--image',
      image,
      '--policy',
      policy,
      '--vsa',
      '--vsa-signing-key',
      `${key}.key`,
    ];
    const more = ['--attestation-output-dir', to, '--vsa-upload', `local@${copies}`];
    expect(await stage.sluice([...argv, ...more], { ...stage.gitlabJob(), ...password })).toMatchObject({ exit: 0 });
    const [file = ''] = (await readdir(copies)).map((name) => join(copies, name));
    const judge = (of: string) =>
      run('validate', 'vsa', file, '--policy', of, '--vsa-public-key', `${key}.pub`, '--no-fallback');
    expect(await judge(policy)).toMatchObject({ exit: 0 });
    const other = JSON.parse(await readFile(policy, 'utf8'));
    other.sources[0].config = { exclude: ['builder.known'] };
    expect((await judge(JSON.stringify(other))).out).toMatch(/exclude of .* is \[\], not \["builder\.known"\]/);
    const bare = join(folder, 'bare');
    expect(
      await validate('--vsa', '--attestation-format', 'predicate', '--attestation-output-dir', bare),
    ).toMatchObject({
      exit: 0,
    });
    expect(await readdir(bare)).toEqual(['vsa-Unnamed.json']);
  });

  test.each([
    ['unsigned', ['--ignore-signature-verification'], /is not possible/],
    ['from a log', ['--vsa-retrieval', 'rekor@https://rekor.example'], /expects file@FOLDER/],
    ['in another format', ['--output', 'xml'], /expects text, json or yaml/],
  ])('validate vsa takes none %s', async (_name, flags, message) => {
    const { exit, err } = await run('validate', 'vsa', image, '--policy', policy, ...signer, ...flags);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });

  test.each([
    ['a summary of any policy', [], /--vsa-policy-digest was expected/],
    ['a summary beside a policy', ['--policy', '{}'], /found both/],
  ])('promotion does not take %s', async (_name, flags, message) => {
    const { exit, err } = await run('promote', '--require-vsa', ...flags, '--to', 'x', image);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('other commands about policies', () => {
  test('validate input judges files', async () => {
    await write('input/p.rego', rule('port', 'low', 'input.port < 1024'));
    const sources = [{ policy: [join(folder, 'input')] }];
    const good = await write('good.yaml', 'port: 8080\n');
    const bad = await write('bad.toml', 'port = 80\n');
    const judge = (file: string) =>
      run('validate', 'input', '--file', file, '--policy', JSON.stringify({ sources }), '--output', 'json');
    expect(await judge(good)).toMatchObject({ exit: 0 });
    const { exit, out } = await judge(bad);
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ success: false });
  });

  test('inspect policy lists the rules, inspect policy-data the data', async () => {
    const rules = await run('inspect', 'policy', '--source', join(folder, 'rules'), '--output', 'names');
    expect(rules).toMatchObject({ exit: 0 });
    expect(rules.out).toContain('builder.known');
    const data = await run('inspect', 'policy-data', '--source', join(folder, 'data'));
    expect(JSON.parse(data.out)).toMatchObject({ limits: { most: 3 } });
  });

  test('fetch policy writes the files of a source', async () => {
    const work = join(folder, 'fetched');
    const { exit, out } = await run('fetch', 'policy', '--source', join(folder, 'rules'), '--dest', work);
    expect(exit).toBe(0);
    expect(out).toContain(`→  ${work}/policy/`);
  });
});

function validate(...flags: readonly string[]) {
  return run('validate', 'image', '--image', image, '--policy', policy, ...flags);
}

function run(...argv: readonly string[]) {
  return stage.sluice(argv, stage.gitlabJob());
}

async function write(path: string, text: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

function rule(pkg: string, name: string, body: string): string {
  return `package ${pkg}

import rego.v1

# METADATA
# title: ${name}
# custom:
#   short_name: ${name}
#   failure_msg: ${name} said no
#   solution: Say yes.
deny contains {"code": "${pkg}.${name}", "msg": "${name} said no"} if {
	${body}
}
`;
}
