// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capturedIo } from '../src/captured-io.ts';
import { type Stage, setStage } from '../src/demo/stage.ts';
import { runProgram } from './sluice.ts';

const PACKAGE = join(import.meta.dirname, '..');
let stage: Stage;
let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-bundle-'));
  const rolldown = join(PACKAGE, 'node_modules/.bin/rolldown');
  const built = spawnSync(rolldown, ['-c', 'rolldown.config.ts', '--dir', join(folder, 'dist')], {
    cwd: PACKAGE,
    encoding: 'utf8',
  });
  expect(built.status, built.stderr).toBe(0);
  program = join(folder, 'dist/sluice.js');
  stage = await setStage(capturedIo({}), join(folder, 'stage'));
});

afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true });
});

test('the command as it is published secures, verifies and promotes', async () => {
  const image = `${stage.stack.registry.host}/acme/app:one`;
  await stage.build(image, 'one');
  const env = stage.gitlabJob();
  const identity = [
    'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main',
    stage.stack.oidc.gitlab.url,
  ] as const;
  const verify = ['verify', '--certificate-identity', identity[0], '--certificate-oidc-issuer', identity[1], image];
  const policy = JSON.stringify({ identity: { subject: identity[0], issuer: identity[1] } });
  expect(await runProgram(program, verify, env)).toMatchObject({ exit: 1 });
  expect(await runProgram(program, ['secure', '--layout', 'both', image], env)).toMatchObject({ exit: 0 });
  expect(await runProgram(program, verify, env)).toMatchObject({ exit: 0 });
  expect(await runProgram(program, ['promote', '--policy', policy, '--to', 'latest', image], env)).toMatchObject({
    exit: 0,
  });
});

test('it carries the rules of sluice://ci, and judges by them', async () => {
  const example = join(PACKAGE, '../../examples/policy-ruledata');
  const validate = ['validate', 'input', join(example, 'input.json'), '--policy'];
  const demanding = JSON.stringify({ sources: [{ policy: ['sluice://ci'], ruleData: { ci_require_sbom: true } }] });
  expect(await runProgram(program, [...validate, join(example, 'policy.yaml')], {})).toMatchObject({ exit: 0 });
  const refused = await runProgram(program, [...validate, demanding], {});
  expect(refused).toMatchObject({ exit: 1, out: expect.stringContaining('ci_sbom.present') });
});

test('it stays under three megabytes', () => {
  const files = readdirSync(join(folder, 'dist'), { recursive: true, withFileTypes: true });
  const bytes = files.filter((f) => f.isFile()).map((f) => statSync(join(f.parentPath, f.name)).size);
  expect(bytes.length).toBeGreaterThan(5);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3_000_000);
});
