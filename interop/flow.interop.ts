// SPDX-License-Identifier: Apache-2.0
import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitlabVariables, startLocal, writeTrustFiles } from '@sluice/local';
import { run } from '../bench/measure.ts';
import type { Check } from './check.ts';
import type { Tools } from './tools.ts';

const CLI = join(import.meta.dirname, '../packages/cli/src/main.ts');
const CONTENT = join(import.meta.dirname, '../examples/hello/site');

/** An index of two platforms, put together by crane, through the whole flow with the command line. */
async function wholeFlow(tools: Tools): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-interop-'));
  const stack = await startLocal();
  try {
    const { host } = stack.registry;
    const trust = await writeTrustFiles(stack, folder);
    const env = {
      ...gitlabVariables(),
      HOME: folder,
      SLUICE_TRUSTED_ROOT: trust.trustedRoot,
      SLUICE_SIGNING_CONFIG: trust.signingConfig,
      SLUICE_OIDC_ISSUER: stack.oidc.gitlab.url,
      SIGSTORE_ID_TOKEN: stack.oidc.mintGitLabToken(),
    };
    const call = async (program: string, argv: readonly string[], expected = 0) => {
      const command = program === 'sluice' ? [process.execPath, CLI] : [tools[program] ?? program];
      const { status, stdout, stderr } = await run([...command, ...argv], env);
      equal(status, expected, `${program} ${argv.join(' ')}: ${stderr}`);
      return stdout.trim();
    };
    const index = `${host}/acme/app:index`;
    for (const platform of ['linux/amd64', 'linux/arm64']) {
      const tag = `${host}/acme/app:${platform.replace('/', '-')}`;
      await call('sluice', ['image', 'append', '--platform', platform, CONTENT, tag]);
    }
    const children = ['linux-amd64', 'linux-arm64'].flatMap((tag) => ['--manifest', `${host}/acme/app:${tag}`]);
    await call('crane', ['index', 'append', ...children, '--tag', index]);
    const digest = await call('crane', ['digest', index]);

    const subject = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';
    const issuer = stack.oidc.gitlab.url;
    const policy = JSON.stringify({ identity: { subject, issuer } });
    const target = `${host}/prod/app:latest`;
    const promote = ['promote', '--policy', policy, '--to', target, index];
    await call('sluice', promote, 1);
    await call('sluice', ['secure', '--recursive', '--layout', 'both', index]);
    const report = JSON.parse(
      await call('sluice', ['validate', 'image', '--output', 'json', '--policy', policy, '--image', index]),
    );
    equal(report.success, true);
    await call('sluice', promote);
    equal(await call('crane', ['digest', target]), digest);
    deepEqual(await platforms(call, target), await platforms(call, index));
    for (const platform of ['linux/amd64', 'linux/arm64']) {
      const child = await call('crane', ['digest', '--platform', platform, target]);
      const identity = ['--certificate-identity', subject, '--certificate-oidc-issuer', issuer];
      const verify = ['verify', '--trusted-root', trust.trustedRoot, ...identity];
      match(await call('cosign', [...verify, `${host}/prod/app@${child}`]), /critical/);
    }
  } finally {
    await stack.close();
    await rm(folder, { recursive: true });
  }
}

async function platforms(call: (program: string, argv: readonly string[]) => Promise<string>, image: string) {
  const manifest: { manifests: readonly { digest: string }[] } = JSON.parse(await call('crane', ['manifest', image]));
  return manifest.manifests.map(({ digest }) => digest);
}

export const checks: readonly Check[] = [
  {
    name: "an index of two platforms goes through the whole flow, and cosign verifies each platform's image",
    needs: ['crane', 'cosign'],
    run: wholeFlow,
  },
];
