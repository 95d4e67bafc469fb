// SPDX-License-Identifier: Apache-2.0
import { defineCommand } from '../command.ts';
import { localImageFlag, openImage, registryFlags } from '../options/registry.ts';

export const imageDigest = defineCommand({
  summary: 'Print the digest that a tag names now',
  arguments: 'IMAGE',
  arity: [1, 1],
  examples: ['sluice image digest registry.example.com/acme/app:main'],
  flags: { ...registryFlags, ...localImageFlag, json: { type: 'boolean', help: 'Print the descriptor as JSON' } },
  async run(invocation) {
    const { flags, args, io } = invocation;
    const { descriptor } = await openImage(invocation, args[0] ?? '');
    io.stdout.write(`${flags.json ? JSON.stringify(descriptor) : descriptor.digest}\n`);
    return 0;
  },
});
