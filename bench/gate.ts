// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitlabVariables, type LocalStack, startLocal, writeTrustFiles } from '@sluice/local';
import type { Tools } from '../interop/tools.ts';
import { type Command, measure, run, table } from './measure.ts';

const ROOT = join(import.meta.dirname, '..');
const MEGABYTE = 1024 * 1024;

/** What one measured world needs: the built command, the embedded services, an image, keys. */
interface World {
  readonly stack: LocalStack;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly sluice: (...argv: string[]) => readonly string[];
  readonly host: string;
}

const IDENTITY = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';

/** Start-up, verification, signing, validation and promotion, against cosign where it is at hand. */
export async function bench(tools: Tools): Promise<void> {
  const world = await prepare();
  try {
    await startUp(world);
    await verification(world, tools);
    await signing(world, tools);
    await validation(world, tools);
    await requests(world);
    await largePromotion(world);
  } finally {
    await world.stack.close();
    await rm(world.folder, { recursive: true });
  }
}

async function prepare(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const built = spawnSync('node_modules/.bin/rolldown', ['-c', 'rolldown.config.ts', '--dir', join(folder, 'dist')], {
    cwd: join(ROOT, 'packages/cli'),
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`The command could not be built: ${built.stderr}`);
  // As in the published package: without it Node has to find out what kind of modules these are.
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const stack = await startLocal({
    tokenLifetimeSeconds: 3600,
    registry: { storage: { kind: 'folder', path: join(folder, 'registry') } },
  });
  const files = await writeTrustFiles(stack, folder);
  const env = {
    ...gitlabVariables(),
    HOME: folder,
    SLUICE_TRUSTED_ROOT: files.trustedRoot,
    SLUICE_SIGNING_CONFIG: files.signingConfig,
    SLUICE_OIDC_ISSUER: stack.oidc.gitlab.url,
    SIGSTORE_ID_TOKEN: stack.oidc.mintGitLabToken(),
    COSIGN_PASSWORD: 'pw',
    COSIGN_YES: 'true',
  };
  const program = join(folder, 'dist/sluice.js');
  const world: World = {
    stack,
    folder,
    env,
    host: stack.registry.host,
    sluice: (...argv) => [process.execPath, program, ...argv],
  };
  await must(world, 'key', 'generate', '--output-key-prefix', join(folder, 'cosign'));
  return world;
}

async function must(world: World, ...argv: string[]): Promise<string> {
  const { status, stderr, stdout } = await run(world.sluice(...argv), world.env);
  if (status !== 0) throw new Error(`sluice ${argv.join(' ')} ended with ${status}: ${stderr}`);
  return stdout + stderr;
}

async function build(world: World, name: string): Promise<string> {
  const image = `${world.host}/acme/${name}:one`;
  const content = join(ROOT, 'examples/hello/site');
  await must(world, 'image', 'append', '--quiet', '--label', `name=${name}`, content, image);
  return image;
}

async function startUp({ sluice, env }: World): Promise<void> {
  const figures = await measure(
    [
      { name: 'node -e 0', argv: [process.execPath, '-e', '0'] },
      { name: 'sluice version', argv: sluice('version'), env },
    ],
    15,
  );
  console.log(table('start-up (at most 1.5×)', figures));
}

async function verification(world: World, tools: Tools): Promise<void> {
  const image = await build(world, 'verified');
  await must(world, 'secure', image);
  const identity = ['--certificate-identity', IDENTITY, '--certificate-oidc-issuer', world.stack.oidc.gitlab.url];
  const trust = ['--trusted-root', world.env['SLUICE_TRUSTED_ROOT'] ?? ''];
  await compare('verify a keyless signature (at most 4× the time, 1.5× the memory)', [
    peer(tools, world, 'cosign verify', ['verify', ...trust, ...identity, image]),
    { name: 'sluice verify', argv: world.sluice('verify', ...identity, image), env: world.env },
  ]);
}

async function signing(world: World, tools: Tools): Promise<void> {
  const predicate = join(world.folder, 'predicate.json');
  await writeFile(predicate, await must(world, 'provenance'));
  let count = 0;
  let image = '';
  const before = async () => {
    image = await build(world, `signed-${count++}`);
    await writeFile(join(world.folder, 'image'), image);
  };
  const shell = (line: string) => ['sh', '-c', line.replaceAll('IMAGE', `"$(cat ${join(world.folder, 'image')})"`)];
  const config = `--signing-config ${world.env['SLUICE_SIGNING_CONFIG']} --trusted-root ${world.env['SLUICE_TRUSTED_ROOT']} --identity-token ${world.env['SIGSTORE_ID_TOKEN']}`;
  const cosign = tools['cosign'];
  const attest = `attest ${config} --type slsaprovenance1 --predicate ${predicate} IMAGE`;
  await compare('sign and attest keyless (no slower)', [
    cosign === undefined
      ? undefined
      : {
          name: 'cosign sign && cosign attest',
          argv: shell(`${cosign} sign ${config} IMAGE && ${cosign} ${attest}`),
          env: world.env,
          before,
        },
    { name: 'sluice secure', argv: shell(`${world.sluice('secure').join(' ')} IMAGE`), env: world.env, before },
  ]);
}

async function validation(world: World, tools: Tools): Promise<void> {
  const image = await build(world, 'by-key');
  const key = join(world.folder, 'cosign');
  const predicate = join(world.folder, 'predicate.json');
  await must(world, 'sign', '--key', `${key}.key`, '--tlog-upload=false', image);
  await must(
    world,
    'attest',
    '--key',
    `${key}.key`,
    '--tlog-upload=false',
    '--type',
    'slsaprovenance1',
    '--predicate',
    predicate,
    image,
  );
  const policy = JSON.stringify({ publicKey: `${key}.pub` });
  const { cosign } = tools;
  const flags = `--key ${key}.pub --insecure-ignore-tlog`;
  const both = `${cosign} verify ${flags} ${image} && ${cosign} verify-attestation ${flags} --type slsaprovenance1 ${image}`;
  await compare('validate by key, no policy sources (at most 2×)', [
    cosign === undefined
      ? undefined
      : { name: 'cosign verify && verify-attestation', argv: ['sh', '-c', both], env: world.env },
    {
      name: 'sluice validate image',
      argv: world.sluice('validate', 'image', '--ignore-rekor', '--policy', policy, '--image', image),
      env: world.env,
    },
  ]);
}

/** Every request of each step, so that one made twice is seen. */
async function requests(world: World): Promise<void> {
  const image = await build(world, 'counted');
  const policy = JSON.stringify({ identity: { subject: IDENTITY, issuer: world.stack.oidc.gitlab.url } });
  const steps: readonly (readonly string[])[] = [
    ['secure', image],
    ['validate', 'image', '--policy', policy, '--image', image],
    ['promote', '--policy', policy, '--to', `${world.host}/prod/counted:latest`, image],
  ];
  for (const step of steps) {
    const said = await must(world, ...step, '--debug');
    const lines: readonly string[] = said.match(/\b(GET|HEAD|PUT|POST|PATCH) http\S+/g) ?? [];
    // Each upload begins with a POST to the same address; reading the same thing again is what counts. A tag that the
    // step sets itself is read again on purpose: right before, so as not to run over another's, and right after.
    const written = new Set(lines.filter((line) => line.startsWith('PUT ')).map((line) => line.slice(4)));
    const again = (line: string, i: number) =>
      !line.startsWith('POST') && lines.indexOf(line) !== i && !written.has(line.replace(/^HEAD /, ''));
    const twice = lines.filter(again);
    console.log(
      `requests of ${step[0]}: ${lines.length}, made twice: ${twice.length === 0 ? 'none' : twice.join(', ')}`,
    );
    for (const line of lines) console.log(`  ${line.replaceAll(/[0-9a-f]{52}(?=[0-9a-f]{12})/g, '…')}`);
  }
}

async function largePromotion(world: World): Promise<void> {
  const content = join(world.folder, 'large');
  await writeFile(content, '');
  const { appendFile, mkdir } = await import('node:fs/promises');
  await rm(content);
  await mkdir(content);
  for (let i = 0; i < 500; i++) await appendFile(join(content, 'data'), randomBytes(MEGABYTE));
  const image = `${world.host}/acme/large:one`;
  await must(world, 'image', 'append', '--quiet', content, image);
  let count = 0;
  const target = join(world.folder, 'target');
  await compare(
    'promote an image of 500 MB to another repository of another registry name (under 150 MB of memory)',
    [
      {
        name: 'sluice promote',
        argv: ['sh', '-c', `${world.sluice('promote', '--unvalidated', '--to').join(' ')} "$(cat ${target})" ${image}`],
        env: world.env,
        before: () => writeFile(target, `${world.host.replace('127.0.0.1', 'localhost')}/prod/large-${count++}:latest`),
      },
    ],
    2,
  );
}

function peer(tools: Tools, world: World, name: string, argv: readonly string[]): Command | undefined {
  const { cosign } = tools;
  return cosign === undefined ? undefined : { name, argv: [cosign, ...argv], env: world.env };
}

async function compare(title: string, commands: readonly (Command | undefined)[], rounds?: number): Promise<void> {
  const present = commands.filter((command) => command !== undefined);
  if (present.length < commands.length) console.log(`${title}: cosign is not here, so there is no ratio`);
  console.log(table(title, await measure(present, rounds)));
}
