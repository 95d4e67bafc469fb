// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { copyGraph, createSession, openRepository, parseReference, startRegistry } from '@sluice/oci';
import type { Tools } from '../interop/tools.ts';
import { type Command, measure, run, table } from './measure.ts';
import { conformaPolicy } from './rego/conforma.ts';

const ROOT = join(import.meta.dirname, '..');

/**
 * The gate with the 76 public release files and their example data, against `opa eval` of a trivial query over the same
 * files. Needs a copy of conforma/policy in SLUICE_CONFORMA_POLICY.
 */
export async function bench(tools: Tools): Promise<void> {
  const checkout = process.env['SLUICE_CONFORMA_POLICY'];
  if (!checkout)
    return console.log('SLUICE_CONFORMA_POLICY names no copy of conforma/policy; these figures are left out');
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const registry = await startRegistry();
  try {
    const program = await buildCommand(folder);
    const env = { HOME: folder, SLUICE_CACHE_DIR: join(folder, 'cache'), COSIGN_PASSWORD: 'pw' };
    const sluice = (...argv: string[]) => [process.execPath, program, ...argv];
    const policy = await writePolicy(folder, checkout);
    const yardstick = await opaOver(folder, checkout, tools);
    const images = await manyImages(registry.host, folder, sluice, env, [1, 50, 250, 1000]);
    const validate = (name: string, count: number, before?: () => Promise<void>): Command => ({
      name,
      argv: sluice(
        ...['validate', 'image', '--ignore-rekor', '--strict=false', '--output', 'summary'],
        ...['--policy', policy, '--images', images(count)],
      ),
      env,
      ...(before ? { before } : {}),
    });
    const forget = () => rm(env.SLUICE_CACHE_DIR, { recursive: true, force: true });
    const first = await measure([...yardstick, validate('one component, nothing cached', 1, forget)], 7);
    console.log(table('one component under the release policies (at most 1.5×)', first));
    const warm = await measure([...yardstick, validate('one component, parsed policies cached', 1)], 7);
    console.log(table('the same with a warm cache (at most 0.7×, under 200 MB)', warm));
    const cold = [validate('one component', 1, forget), validate('fifty components', 50, forget)];
    console.log(table('fifty components, nothing cached (at most 3× one)', await measure(cold, 3)));
    const cached = [validate('one component', 1), validate('fifty components', 50)];
    console.log(table('fifty components with a warm cache (at most 3× one)', await measure(cached, 3)));
    const many = [validate('250 components', 250), validate('a thousand components', 1000)];
    console.log(table('a thousand components (time linear: 4×; memory flat)', await measure(many, 1)));
  } finally {
    await registry.close();
    await rm(folder, { recursive: true });
  }
}

async function buildCommand(folder: string): Promise<string> {
  const built = spawnSync('node_modules/.bin/rolldown', ['-c', 'rolldown.config.ts', '--dir', join(folder, 'dist')], {
    cwd: join(ROOT, 'packages/cli'),
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`The command could not be built: ${built.stderr}`);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  return join(folder, 'dist/sluice.js');
}

/** Copies the policy without its tests, which are no part of the gate, so that both engines read the same files. */
async function writePolicy(folder: string, checkout: string): Promise<string> {
  const parts = ['policy/lib', 'policy/release', 'example/data'];
  for (const part of parts) {
    const filter = (source: string) => !source.endsWith('_test.rego');
    await cp(join(checkout, part), join(folder, part), { recursive: true, filter });
  }
  const [lib, release, data] = parts.map((part) => join(folder, part));
  const file = join(folder, 'policy.json');
  const sources = [{ policy: [lib, release], data: [data] }];
  await writeFile(file, JSON.stringify({ publicKey: join(folder, 'cosign.pub'), sources }));
  return file;
}

/** The same files for opa, with functions of a module in place of those that only ec and sluice have. */
async function opaOver(folder: string, checkout: string, { opa }: Tools): Promise<readonly Command[]> {
  if (opa === undefined) return [];
  const { files } = conformaPolicy(checkout);
  for (const [name, text] of Object.entries(files)) {
    if (!name.startsWith('policy/')) continue;
    await mkdir(dirname(join(folder, 'opa', name)), { recursive: true });
    await writeFile(join(folder, 'opa', name), text);
  }
  const argv = [opa, 'eval', '-d', join(folder, 'opa'), '-d', join(folder, 'example/data'), 'true'];
  return [{ name: 'opa eval true', argv }];
}

/** An image, signed and attested by key, under many names; gives files that list the first so many of them. */
async function manyImages(
  host: string,
  folder: string,
  sluice: (...argv: string[]) => readonly string[],
  env: Readonly<Record<string, string>>,
  counts: readonly number[],
): Promise<(count: number) => string> {
  const predicate = join(folder, 'predicate.json');
  await writeFile(predicate, '{"checked":true}');
  await must(sluice('key', 'generate', '--output-key-prefix', join(folder, 'cosign')), env);
  const key = ['--key', join(folder, 'cosign.key'), '--tlog-upload=false', '--quiet'];
  const first = `${host}/acme/app:one`;
  await must(sluice('image', 'append', '--quiet', join(ROOT, 'examples/hello/site'), first), env);
  await must(sluice('sign', ...key, first), env);
  await must(sluice('attest', ...key, '--type', 'https://example.com/check/v1', '--predicate', predicate, first), env);

  const session = createSession({});
  const source = openRepository(session, parseReference(first));
  const { digest } = await source.resolve('one');
  const names = Array.from({ length: Math.max(...counts) }, (_, i) => `${host}/acme/app-${i}@${digest}`);
  for (const name of names) await copyGraph(source, digest, openRepository(session, parseReference(name)));
  session.close();

  const fileOf = (count: number) => join(folder, `images-${count}.json`);
  for (const count of counts) {
    const components = names.slice(0, count).map((containerImage, i) => ({ name: `app-${i}`, containerImage }));
    await writeFile(fileOf(count), JSON.stringify({ components }));
  }
  return fileOf;
}

async function must(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  const { status, stderr } = await run(argv, env);
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
}
