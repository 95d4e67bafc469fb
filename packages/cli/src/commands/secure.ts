// SPDX-License-Identifier: Apache-2.0
import { defineCommand } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { dotenvFlag, writeDotenv } from '../options/dotenv.ts';
import { predicateFrom, provenanceFlags, provenanceOptions } from '../options/predicate.ts';
import { openImage, registryFlags } from '../options/registry.ts';
import { reportAttached, signingFlags, signingOptions } from '../options/signing.ts';
import { UsageError } from '../usage-error.ts';

export const secure = defineCommand({
  summary: 'Sign an image and attest how this job built it',
  arguments: 'IMAGE',
  arity: [1, 1],
  description: `Resolves the image to its digest once, makes SLSA provenance from the CI's context, signs image and provenance
with one certificate for the job's OIDC identity, and stores both beside the image. Doing it twice adds nothing.`,
  examples: [
    'sluice secure "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA"',
    'sluice secure --attestation cyclonedx=sbom.json --recursive ghcr.io/acme/app@sha256:9f2c…41',
  ],
  flags: {
    attestation: { type: 'strings', value: 'TYPE=FILE', help: 'Attest this predicate too; repeatable' },
    ...provenanceFlags,
    ...signingFlags,
    ...registryFlags,
    ...dotenvFlag,
    json: { type: 'boolean', help: 'Print what was attached as JSON' },
  },
  async run(invocation) {
    const { flags, args, reporter } = invocation;
    const core = await import('@sluice/core');
    const attestations = await Promise.all(flags.attestation.map((text) => attestationFrom(invocation, text)));
    const provenance = provenanceOptions(invocation);
    reporter.progress('resolving the image');
    const { repository, descriptor, name } = await openImage(invocation, args[0] ?? '');
    reporter.progress('signing');
    const report = await reporter.group('secure', () =>
      core.secure(stepContext(invocation), {
        repository,
        digest: descriptor.digest,
        descriptor,
        signing: signingOptions(invocation),
        provenance,
        attestations,
        recursive: flags.recursive,
      }),
    );
    reportAttached(invocation, name, report, flags.json);
    await writeDotenv(flags.dotenv, { SLUICE_IMAGE: name });
    return 0;
  },
});

function attestationFrom(invocation: Parameters<typeof predicateFrom>[0], text: string) {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new UsageError(`--attestation expects TYPE=FILE, but found "${text}".`);
  return predicateFrom(invocation, text.slice(at + 1), text.slice(0, at));
}
