// SPDX-License-Identifier: Apache-2.0
import { defineCommand } from '../command.ts';
import { localImageFlag, openImage, registryFlags } from '../options/registry.ts';
import { clean } from '../terminal/clean.ts';

export const tree = defineCommand({
  summary: 'Show everything that is attached to an image, unverified',
  arguments: 'IMAGE',
  arity: [1, 1],
  examples: ['sluice tree registry.example.com/acme/app:main', 'sluice tree --json --local-image ./layout'],
  flags: { ...registryFlags, ...localImageFlag, json: { type: 'boolean', help: 'Print the tree as JSON' } },
  async run(invocation) {
    const { flags, args, io } = invocation;
    const { readEvidenceTree, renderTree } = await import('@sluice/core');
    const { repository, descriptor } = await openImage(invocation, args[0] ?? '');
    const evidence = await readEvidenceTree(repository, descriptor.digest);
    io.stdout.write(flags.json ? `${JSON.stringify(evidence, null, 2)}\n` : `${clean(renderTree(evidence))}\n`);
    return 0;
  },
});
