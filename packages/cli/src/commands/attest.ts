// SPDX-License-Identifier: Apache-2.0
import { defineCommand } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { predicateFrom } from '../options/predicate.ts';
import { openImage, registryFlags } from '../options/registry.ts';
import { reportAttached, signingFlags, signingOptions } from '../options/signing.ts';
import { UsageError } from '../usage-error.ts';

export const attest = defineCommand({
  summary: 'Sign a statement about an image and attach it',
  arguments: 'IMAGE',
  arity: [1, 1],
  examples: [
    'sluice attest --predicate sbom.json --type cyclonedx ghcr.io/acme/app@sha256:9f2c…41',
    'sluice provenance | sluice attest --predicate - --type slsaprovenance1 ghcr.io/acme/app:main',
  ],
  flags: {
    predicate: { type: 'string', value: 'FILE', help: 'The predicate; - reads standard input' },
    type: {
      type: 'string',
      value: 'TYPE',
      default: 'custom',
      help: "The predicate's type: a URI, or cosign's short name (slsaprovenance1, spdxjson, cyclonedx, vuln, openvex, …)",
    },
    ...signingFlags,
    ...registryFlags,
    json: { type: 'boolean', help: 'Print what was attached as JSON' },
  },
  async run(invocation) {
    const { flags, args } = invocation;
    if (flags.predicate === undefined)
      throw new UsageError('--predicate was expected, but is missing; name a file or -.');
    const { attestImage } = await import('@sluice/core');
    const predicate = await predicateFrom(invocation, flags.predicate, flags.type);
    const { repository, descriptor, name } = await openImage(invocation, args[0] ?? '');
    const report = await attestImage(stepContext(invocation), {
      repository,
      digest: descriptor.digest,
      descriptor,
      signing: signingOptions(invocation),
      attestations: [predicate],
      recursive: flags.recursive,
    });
    reportAttached(invocation, name, report, flags.json);
    return 0;
  },
});
