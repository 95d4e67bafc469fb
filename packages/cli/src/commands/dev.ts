// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { LocalStack } from '@sluice/local';
import { defineCommand } from '../command.ts';

export const dev = defineCommand({
  summary: 'Run a registry, Fulcio, Rekor, a timestamp authority and OIDC issuers on this machine',
  arguments: '',
  arity: [0, 0],
  description: `Everything listens on 127.0.0.1 and lives until ctrl-C. The variables that it prints make a shell a
job of a pipeline on GitLab (or, with --as github, of a workflow on GitHub), so that every command of
sluice, and cosign, works against these services. Nothing here is trusted by anybody else.`,
  examples: [
    '# in one shell\nsluice dev --directory .sluice-dev\n# in another\nsource .sluice-dev/env && sluice secure "$SLUICE_REGISTRY/acme/app:main"',
    'sluice dev --as github --store ./registry --port 5000',
  ],
  flags: {
    directory: {
      type: 'string',
      value: 'DIR',
      default: '.sluice-dev',
      help: 'Where trusted_root.json and the rest are written',
    },
    as: { type: 'string', options: ['gitlab', 'github'], default: 'gitlab', help: 'Whose job the variables describe' },
    store: { type: 'string', value: 'DIR', help: 'Keep the registry in this folder instead of in memory' },
    port: { type: 'integer', help: "The registry's port; the others are chosen by the system" },
  },
  async run({ flags, io, reporter }) {
    const { startLocal, writeTrustFiles } = await import('@sluice/local');
    const { writeFile } = await import('node:fs/promises');
    const stack = await startLocal({
      now: io.now,
      // A person works longer than a job's token lives.
      tokenLifetimeSeconds: 12 * 60 * 60,
      log: reporter.log.debug,
      ...(flags.port === undefined ? {} : { ports: { registry: flags.port } }),
      ...(flags.store === undefined ? {} : { registry: { storage: { kind: 'folder', path: flags.store } } }),
    });
    try {
      const files = await writeTrustFiles(stack, flags.directory);
      const variables = {
        SLUICE_REGISTRY: stack.registry.host,
        SLUICE_OIDC_ISSUER: stack.oidc[flags.as].url,
        SLUICE_TRUSTED_ROOT: files.trustedRoot,
        SLUICE_SIGNING_CONFIG: files.signingConfig,
        ...(await jobVariables(stack, flags.as)),
      };
      const script = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}\n`);
      await writeFile(join(flags.directory, 'env'), script.join(''), { mode: 0o600 });
      io.stdout.write(script.join(''));
      reporter.log.info(`Running; the same variables are in ${join(flags.directory, 'env')}. Stop with ctrl-C.`);
      await cancelled(io.signal);
    } finally {
      await stack.close();
    }
    return 0;
  },
});

async function jobVariables(stack: LocalStack, as: 'gitlab' | 'github'): Promise<Record<string, string>> {
  const { githubVariables, gitlabVariables } = await import('@sluice/local');
  if (as === 'github') return { ...githubVariables(), ...stack.oidc.githubTokenRequest() };
  return { ...gitlabVariables(), SIGSTORE_ID_TOKEN: stack.oidc.mintGitLabToken() };
}

/** Single quotes for a shell: nothing inside is expanded. */
function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function cancelled(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
