// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import { defineCommand } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { clusterFlag, loadPolicy, readCluster, sourceOptions } from '../options/policy.ts';
import { openSession, registryFlags } from '../options/registry.ts';
import { UsageError } from '../usage-error.ts';

export const policyPin = defineCommand({
  summary: 'Lock the sources of a policy to commits, digests and hashes',
  arguments: 'POLICY',
  arity: [1, 1],
  description: `Fetches every source that the policy names and writes what it was: commit or digest, and a hash of its files.
"sluice validate image --locked" then takes nothing else. Run it again to move on; the change is in the lock's diff.
The last line is the digest by which verification summaries name the policy (--vsa-policy-digest).`,
  examples: ['sluice policy pin policy.yaml', 'sluice policy pin policy.yaml --output release.lock.json'],
  flags: {
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      default: 'policy.lock.json',
      help: 'Where the lock is written',
    },
    ...clusterFlag,
    ...registryFlags,
  },
  async run(invocation) {
    const { flags, args, io } = invocation;
    const core = await import('@sluice/core');
    const ctx = stepContext(invocation);
    const session = await openSession(invocation);
    const options = await sourceOptions(
      { ...invocation, flags: { locked: false, 'lock-file': '' }, given: new Set() },
      session,
    );
    const policy = await loadPolicy(args[0] ?? '', ctx, options, await readCluster(invocation));
    const urls = (policy.sources ?? []).flatMap((group) => [...(group.policy ?? []), ...(group.data ?? [])]);
    if (urls.length === 0)
      throw new UsageError('A policy with sources was expected, but it names none; there is nothing to lock.');
    const fetcher = await core.openSources(ctx, options);
    const lock = core.lockOf(await Promise.all(urls.map((url) => fetcher.fetch(url))));
    await writeFile(flags.output, core.writeLock(lock));
    for (const source of lock.sources)
      io.stdout.write(`${source.url}  →  ${source.revision ?? `sha256 ${source.sha256}`}\n`);
    io.stdout.write(`policy  →  ${await core.fetchPolicyDigest(ctx, policy, fetcher)}\n`);
    return 0;
  },
});
