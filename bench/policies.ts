// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startRegistry } from '@sluice/oci';
import type { Tools } from '../interop/tools.ts';
import { type Command, measure, run, table } from './measure.ts';
import { conformaPolicy } from './rego/conforma.ts';

const ROOT = join(import.meta.dirname, '..');

/**
 * The gate with the public release policies, against `opa eval` of a trivial query over the same files. Needs a copy of
 * conforma/policy in SLUICE_CONFORMA_POLICY.
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
    await must(sluice('key', 'generate', '--output-key-prefix', join(folder, 'cosign')), env);
    const images = await manyImages(registry.host, folder, sluice, env, 50);
    const validate = (name: string, count: number, before?: () => Promise<void>): Command => ({
      name,
      argv: sluice(
        'validate',
        'image',
        '--ignore-rekor',
        '--strict=false',
        '--policy',
        policy,
        '--images',
        images(count),
        '--output',
        'summary',
      ),
      env,
      ...(before ? { before } : {}),
    });
    const forget = () => rm(env.SLUICE_CACHE_DIR, { recursive: true, force: true });
    const first = await measure([...yardstick, validate('one component, nothing cached', 1, forget)], 5);
    console.log(table('one component under the release policies (at most 1.5×)', first));
    const warm = await measure([...yardstick, validate('one component, parsed policies cached', 1)], 5);
    console.log(table('the same with a warm cache (at most 0.7×, under 200 MB)', warm));
    const many = await measure([validate('one component', 1), validate('fifty components', 50)], 3);
    console.log(table('fifty components (at most 3× one)', many));
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

async function writePolicy(folder: string, checkout: string): Promise<string> {
  const policy = [join(checkout, 'policy/lib'), join(checkout, 'policy/release')];
  const data = [join(checkout, 'example/data')];
  const file = join(folder, 'policy.json');
  await writeFile(file, JSON.stringify({ publicKey: join(folder, 'cosign.pub'), sources: [{ policy, data }] }));
  return file;
}

async function opaOver(folder: string, checkout: string, { opa }: Tools): Promise<readonly Command[]> {
  if (opa === undefined) return [];
  const { files } = conformaPolicy(checkout);
  for (const [name, text] of Object.entries(files)) {
    if (!name.startsWith('policy/')) continue;
    await mkdir(dirname(join(folder, 'opa', name)), { recursive: true });
    await writeFile(join(folder, 'opa', name), text);
  }
  return [{ name: 'opa eval true', argv: [opa, 'eval', '-d', join(folder, 'opa'), 'true'] }];
}

/** Signs and attests images by key; gives files that list the first so many of them. */
async function manyImages(
  host: string,
  folder: string,
  sluice: (...argv: string[]) => readonly string[],
  env: Readonly<Record<string, string>>,
  count: number,
): Promise<(count: number) => string> {
  const predicate = join(folder, 'predicate.json');
  await writeFile(predicate, '{"checked":true}');
  const key = ['--key', join(folder, 'cosign.key'), '--tlog-upload=false', '--quiet'];
  const names = Array.from({ length: count }, (_, i) => `${host}/acme/app-${i}:one`);
  for (const name of names) {
    await must(
      sluice('image', 'append', '--quiet', '--label', `name=${name}`, join(ROOT, 'examples/hello/site'), name),
      env,
    );
    await must(sluice('sign', ...key, name), env);
    await must(sluice('attest', ...key, '--type', 'https://example.com/check/v1', '--predicate', predicate, name), env);
  }
  for (const size of [1, count]) {
    const components = names.slice(0, size).map((containerImage, i) => ({ name: `app-${i}`, containerImage }));
    await writeFile(join(folder, `images-${size}.json`), JSON.stringify({ components }));
  }
  return (size) => join(folder, `images-${size}.json`);
}

async function must(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  const { status, stderr } = await run(argv, env);
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
}
