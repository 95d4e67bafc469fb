// SPDX-License-Identifier: Apache-2.0
import { defineCommand } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { openImage, registryFlags } from '../options/registry.ts';
import { reportAttached, signingFlags, signingOptions } from '../options/signing.ts';

export const sign = defineCommand({
  summary: "Sign an image with the job's identity or a key",
  arguments: 'IMAGE',
  arity: [1, 1],
  description:
    'What is written is what cosign 3 writes (--layout referrers) or what cosign 2 and Tekton Chains write (--layout tags).',
  examples: [
    'sluice sign ghcr.io/acme/app@sha256:9f2c…41',
    'COSIGN_PASSWORD=… sluice sign --key cosign.key --tlog-upload=false registry.example.com/acme/app:main',
  ],
  flags: { ...signingFlags, ...registryFlags, json: { type: 'boolean', help: 'Print what was attached as JSON' } },
  async run(invocation) {
    const { flags, args } = invocation;
    const { signImage } = await import('@sluice/core');
    const { repository, descriptor, name } = await openImage(invocation, args[0] ?? '');
    const report = await signImage(stepContext(invocation), {
      repository,
      digest: descriptor.digest,
      descriptor,
      signing: signingOptions(invocation),
      recursive: flags.recursive,
    });
    reportAttached(invocation, name, report, flags.json);
    return 0;
  },
});
