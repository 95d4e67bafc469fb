// SPDX-License-Identifier: Apache-2.0
// The embedded stack, asked by cosign and crane: what they sign with it they must verify, and the rest they must refuse.

import { ok, rejects, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LocalOptions, type LocalStack, startLocal, type TrustFiles, writeTrustFiles } from '@sluice/local';
import type { Check } from './check.ts';
import type { Tools } from './tools.ts';

const gitlabIdentity = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';
const githubIdentity = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main';

/** A stack, an image in its registry, and the programs, run without any state of this machine. */
interface Scene {
  readonly stack: LocalStack;
  readonly folder: string;
  readonly trust: TrustFiles;
  /** `host/acme/shop@sha256:…` */
  readonly image: string;
  run(program: 'cosign' | 'crane', args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
}

export const checks: readonly Check[] = [
  inScene('cosign signs, attests and verifies with Rekor v1', {}, signAndVerify),
  inScene('cosign signs, attests and verifies with Rekor v2', { rekorVersion: 2 }, signAndVerify),
  inScene("cosign signs with a token of GitHub's request URL", {}, signAsGitHub),
  inScene('cosign signs and verifies under tags, without a signing config', {}, signUnderTags),
  inScene('cosign signs and verifies a file, and refuses another', {}, signFile),
  inScene("cosign shows Fulcio's refusal of a token", {}, refusedToken),
  inScene("cosign refuses when any part of the trusted root is another stack's", {}, otherStack),
  inScene('crane pulls, pushes, copies and lists', {}, craneRoundTrip),
];

async function signAndVerify({ stack, trust, image, folder, run }: Scene): Promise<void> {
  const signing = ['-y', '--signing-config', trust.signingConfig, '--trusted-root', trust.trustedRoot];
  const token = ['--identity-token', stack.oidc.mintGitLabToken(), '--allow-insecure-registry'];
  const predicate = await predicateFile(folder);
  await run('cosign', ['sign', ...signing, ...token, image]);
  const type = ['--type', 'slsaprovenance1'];
  await run('cosign', ['attest', ...signing, ...token, ...type, '--predicate', predicate, image]);
  const timed = ['--use-signed-timestamps', ...verifying(trust, gitlabIdentity, stack.oidc.gitlab.url)];
  await run('cosign', ['verify', ...timed, image]);
  await run('cosign', ['verify-attestation', ...timed, ...type, image]);
  const evil = 'https://gitlab.com/evil/shop//.gitlab-ci.yml@refs/heads/main';
  const refused = run('cosign', ['verify', ...verifying(trust, evil, stack.oidc.gitlab.url), image]);
  await rejects(refused, /expected SAN value/);
  const issuer = run('cosign', ['verify', ...verifying(trust, gitlabIdentity, stack.oidc.github.url), image]);
  await rejects(issuer, /expected issuer value|expected issuer/i);
}

async function signAsGitHub({ stack, trust, image, run }: Scene): Promise<void> {
  const request = { ...stack.oidc.githubTokenRequest(), GITHUB_ACTIONS: 'true' };
  const signing = ['--signing-config', trust.signingConfig, '--trusted-root', trust.trustedRoot];
  await run('cosign', ['sign', '-y', ...signing, '--allow-insecure-registry', image], request);
  await run('cosign', ['verify', ...verifying(trust, githubIdentity, stack.oidc.github.url), image]);
}

async function signUnderTags({ stack, trust, image, folder, run }: Scene): Promise<void> {
  const services = ['--fulcio-url', stack.fulcioUrl, '--rekor-url', stack.rekorUrl];
  const layout = ['-y', '--use-signing-config=false', '--new-bundle-format=false', '--trusted-root', trust.trustedRoot];
  const token = ['--identity-token', stack.oidc.mintEmailToken('ada@acme.example'), '--allow-insecure-registry'];
  const predicate = await predicateFile(folder);
  await run('cosign', ['sign', ...layout, ...services, ...token, image]);
  await run('cosign', ['attest', ...layout, ...services, ...token, '--predicate', predicate, image]);
  const identity = verifying(trust, 'ada@acme.example', stack.oidc.email.url);
  const tags = await run('crane', ['ls', '--insecure', image.replace(/@.*/, '')]);
  ok(/sha256-[0-9a-f]{64}\.sig/.test(tags) && /sha256-[0-9a-f]{64}\.att/.test(tags), `no tags of cosign in ${tags}`);
  await run('cosign', ['verify', '--new-bundle-format=false', ...identity, image]);
  await run('cosign', ['verify-attestation', '--new-bundle-format=false', '--type', 'custom', ...identity, image]);
}

async function signFile({ stack, trust, folder, run }: Scene): Promise<void> {
  const [file, other, bundle] = ['artifact', 'another', 'bundle.json'].map((name) => join(folder, name));
  await writeFile(file ?? '', 'artifact');
  await writeFile(other ?? '', 'another');
  const signing = ['--signing-config', trust.signingConfig, '--trusted-root', trust.trustedRoot];
  const token = ['--identity-token', stack.oidc.mintGitHubToken(), '--bundle', bundle ?? ''];
  await run('cosign', ['sign-blob', '-y', ...signing, ...token, file ?? '']);
  const [, ...identity] = verifying(trust, githubIdentity, stack.oidc.github.url);
  await run('cosign', ['verify-blob', ...identity, '--bundle', bundle ?? '', file ?? '']);
  await rejects(run('cosign', ['verify-blob', ...identity, '--bundle', bundle ?? '', other ?? '']));
}

async function refusedToken({ stack, trust, image, run }: Scene): Promise<void> {
  const signing = ['-y', '--signing-config', trust.signingConfig, '--trusted-root', trust.trustedRoot];
  const sign = (token: string) =>
    run('cosign', ['sign', ...signing, '--identity-token', token, '--allow-insecure-registry', image]);
  const sentence = /There was an error processing the identity token/;
  await rejects(sign(stack.oidc.mintGitLabToken({ aud: 'someone-else' })), sentence);
  await rejects(sign(stack.oidc.mintGitLabToken({ iss: 'https://gitlab.com' })), sentence);
  const incomplete = sign(stack.oidc.mintGitLabToken({ ci_config_ref_uri: undefined }));
  await rejects(incomplete, /not present in either claims or defaults/);
}

async function otherStack({ stack, trust, image, folder, run }: Scene): Promise<void> {
  const signing = ['-y', '--signing-config', trust.signingConfig, '--trusted-root', trust.trustedRoot];
  const token = ['--identity-token', stack.oidc.mintGitLabToken(), '--allow-insecure-registry'];
  await run('cosign', ['sign', ...signing, ...token, image]);
  const verify = (files: TrustFiles) => {
    const identity = verifying(files, gitlabIdentity, stack.oidc.gitlab.url);
    return run('cosign', ['verify', '--use-signed-timestamps', ...identity, image]);
  };
  await verify(trust);
  const other = await startLocal();
  try {
    const { trustedRoot: foreign, signingConfig } = other;
    for (const part of ['tlogs', 'ctlogs', 'certificateAuthorities', 'timestampAuthorities'] as const) {
      const trustedRoot = { ...stack.trustedRoot, [part]: foreign[part] };
      const files = await writeTrustFiles({ trustedRoot, signingConfig }, join(folder, part));
      await rejects(verify(files), /./, `cosign accepted another stack's ${part}`);
    }
  } finally {
    await other.close();
  }
}

async function craneRoundTrip({ stack, image, folder, run }: Scene): Promise<void> {
  const [tarball, copy] = [join(folder, 'image.tar'), `${stack.registry.host}/acme/copy:1`];
  await run('crane', ['pull', '--insecure', image, tarball]);
  await run('crane', ['push', '--insecure', tarball, copy]);
  await run('crane', ['copy', '--insecure', image, `${stack.registry.host}/acme/copy:2`]);
  const digest = await run('crane', ['digest', '--insecure', `${stack.registry.host}/acme/copy:2`]);
  strictEqual(digest.trim(), image.replace(/.*@/, ''));
  strictEqual(await run('crane', ['ls', '--insecure', `${stack.registry.host}/acme/copy`]), '1\n2\n');
  await rejects(run('crane', ['digest', '--insecure', `${stack.registry.host}/acme/none:1`]), /NAME_UNKNOWN|404/);
}

/** Flags that hold a signature to an identity; the first allows the loopback registry. */
function verifying(trust: TrustFiles, identity: string, issuer: string): string[] {
  const who = ['--certificate-identity', identity, '--certificate-oidc-issuer', issuer];
  return ['--allow-insecure-registry', '--trusted-root', trust.trustedRoot, ...who];
}

async function predicateFile(folder: string): Promise<string> {
  const path = join(folder, 'predicate.json');
  await writeFile(path, '{"buildDefinition":{},"runDetails":{}}');
  return path;
}

function inScene(name: string, options: LocalOptions, story: (scene: Scene) => Promise<void>): Check {
  return {
    name,
    needs: ['cosign', 'crane'],
    run: async (tools) => {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-interop-'));
      const stack = await startLocal(options);
      try {
        await story(await setScene(tools, folder, stack));
      } finally {
        await stack.close();
        await rm(folder, { recursive: true });
      }
    },
  };
}

async function setScene(tools: Tools, folder: string, stack: LocalStack): Promise<Scene> {
  const execute = promisify(execFile);
  const run: Scene['run'] = async (program, args, env = {}) => {
    // An empty home keeps this machine's credentials and caches out of the answer.
    const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, ...env };
    const { stdout } = await execute(tools[program] ?? program, [...args], { env: environment, timeout: 60_000 });
    return stdout;
  };
  const trust = await writeTrustFiles(stack, join(folder, 'trust'));
  const tag = `${stack.registry.host}/acme/shop:1`;
  const layer = join(folder, 'layer.tar');
  // Two empty blocks end an archive without files.
  await writeFile(layer, Buffer.alloc(1024));
  await run('crane', ['append', '--insecure', '-f', layer, '-t', tag]);
  const digest = await run('crane', ['digest', '--insecure', tag]);
  return { stack, folder, trust, image: `${stack.registry.host}/acme/shop@${digest.trim()}`, run };
}
