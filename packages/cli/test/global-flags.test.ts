// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type HostileRegistry, startHostileRegistry } from './hostile-registry.ts';
import { policyFolder } from './policy-folder.ts';
import { sluice } from './sluice.ts';

let folder: string;
let registry: HostileRegistry;
let image: string;

/** A registry that is never ready. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-global-'));
  registry = await startHostileRegistry();
  image = `${registry.host}/acme/app:main`;
});

beforeEach(() => {
  registry.intercept = (_request, response) => {
    response.writeHead(503).end();
    return true;
  };
});

afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

/** How often one request was sent. */
async function asked(...flags: readonly string[]) {
  const before = registry.requests.length;
  const { exit, err } = await sluice(['image', 'digest', image, ...flags]);
  expect(exit).toBe(3);
  return { times: registry.requests.length - before, err };
}

test('--retry-max-retry says how often a request is tried again, 0 never', async () => {
  expect(await asked('--retry-max-retry', '0')).toMatchObject({ times: 1 });
  expect(await asked('--retry-max-retry=2', '--retry-duration', '1ms')).toMatchObject({ times: 3 });
  expect(await asked('--retry-duration', '1ms')).toMatchObject({ times: 4 });
});

test('the pauses are what the other --retry flags say', async () => {
  const pauses = async (...flags: readonly string[]) =>
    [...(await asked('--retry-jitter', '0', ...flags)).err.matchAll(/follows in (\d+) ms/g)].map(([, ms]) =>
      Number(ms),
    );
  expect(await pauses('--retry-duration', '3ms')).toEqual([3, 6, 12]);
  expect(await pauses('--retry-duration', '2ms', '--retry-factor', '3')).toEqual([2, 6, 18]);
  expect(await pauses('--retry-duration', '2ms', '--retry-factor', '9', '--retry-max-wait', '5ms')).toEqual([2, 5, 5]);
  registry.intercept = (_request, response) => {
    response.writeHead(503, { 'retry-after': '60' }).end();
    return true;
  };
  expect(await pauses('--retry-max-wait', '5ms')).toEqual([5, 5, 5]);
});

test('--verbose says every request, without the stack; a talkative flag beats --quiet', async () => {
  const once = ['--retry-max-retry', '0'];
  expect((await asked(...once)).err).not.toContain('503\n');
  for (const flags of [['--verbose'], ['--quiet', '--debug'], ['--trace'], ['--trace=log'], ['--trace', '--quiet']]) {
    expect((await asked(...once, ...flags)).err, flags.join(' ')).toMatch(/HEAD http:\S+ 503\n/);
  }
  for (const trace of ['none', 'false']) {
    expect((await asked(...once, `--trace=${trace}`)).err).not.toContain('503\n');
  }
  expect((await asked(...once, '--verbose')).err).not.toContain('    at ');
});

test('--logfile gathers what is said on the way, readable to its owner only; the error stays where it was', async () => {
  const log = join(folder, 'sluice.log');
  const { err } = await asked('--retry-duration', '1ms', '--logfile', log);
  expect(err).not.toContain('follows in');
  expect(err).toMatch(/^error /);
  expect((await readFile(log, 'utf8')).match(/follows in/g)).toHaveLength(3);
  await asked('--retry-max-retry', '1', '--retry-duration', '1ms', '--logfile', log);
  expect((await readFile(log, 'utf8')).match(/follows in/g)).toHaveLength(4);
  expect((await stat(log)).mode & 0o777).toBe(0o600);
});

test('--timeout ends a run, and 0 is no limit', async () => {
  expect((await asked('--timeout', '40ms')).err).toContain('expected to end within 40ms, but did not; raise --timeout');
  expect((await asked('--timeout', '0', '--retry-max-retry', '0')).err).toContain('503');
  const help = async (...words: readonly string[]) => (await sluice([...words, '--help'])).out;
  expect(await help('validate', 'image')).toContain('0 for no limit [5m]');
  expect(await help('promote')).toMatch(/0 for no limit\n/);
});

test('--timeout is heard while a policy loops', async () => {
  const at = policyFolder({
    'rules/p.rego':
      'package p\n\nimport rego.v1\n\ndeny contains "slow" if numbers.range(1, 9999)[_] + numbers.range(1, 9999)[_] < 0\n',
    'input.json': '{}',
  });
  const policy = JSON.stringify({ sources: [{ policy: [at('rules')] }] });
  const run = await sluice(['validate', 'input', '--file', at('input.json'), '--policy', policy, '--timeout', '100ms']);
  expect(run).toMatchObject({ exit: 3, out: '' });
  expect(run.err).toBe('error The run was expected to end within 100ms, but did not; raise --timeout.\n');
});

test.each([
  ['--trace=cpu', '--trace expects log or none, but found "cpu"'],
  ['--trace=all', '--trace expects log or none, but found "all"'],
  ['--retry-max-retry=-1', '--retry-max-retry expects 0 or more, but found "-1"'],
  ['--retry-max-wait=long', '--retry-max-wait expects a duration such as 90s or 5m, but found "long"'],
  ['--retry-factor=two', '--retry-factor expects a number, but found "two"'],
  ['--retry-jitter=1.5', '--retry-jitter expects a number from 0 to 1, but found "1.5"'],
  ['--timeout=-5m', '--timeout expects a duration'],
])('%s is refused before any request', async (flag, sentence) => {
  const before = registry.requests.length;
  const { exit, err } = await sluice(['image', 'digest', image, flag]);
  expect(exit).toBe(2);
  expect(err).toContain(sentence);
  expect(registry.requests.length).toBe(before);
});

test('a log that cannot be written is an error, not silence', async () => {
  const { exit, err } = await sluice(['version', '--logfile', join(folder, 'absent', 'x.log')]);
  expect(exit).toBe(3);
  expect(err).toContain('absent/x.log');
});
