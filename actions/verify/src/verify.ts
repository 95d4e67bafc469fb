// SPDX-License-Identifier: Apache-2.0
import { tokenVariables } from '../../src/attached.ts';
import { verificationFlagNames } from '../../src/flag-names.ts';
import { imageInput } from '../../src/image-input.ts';
import { InputError } from '../../src/input-error.ts';
import { flagsFrom, optionalText } from '../../src/inputs.ts';
import type { Job } from '../../src/job.ts';
import type { Outcome } from '../../src/run-action.ts';
import { loadCommand, runSluice } from '../../src/sluice.ts';

export const flagNames = verificationFlagNames;

/** `sluice verify`, and with `type` also `sluice verify-attestation`: who signed the image, and who attested what. */
export async function verify(job: Job): Promise<Outcome> {
  const image = imageInput(job);
  const key = optionalText(job, 'key');
  const identity = optionalText(job, 'certificate-identity') ?? optionalText(job, 'certificate-identity-regexp');
  if (key === undefined && identity === undefined) {
    throw new InputError(
      'Who must have signed was expected, but neither "certificate-identity" (with "certificate-oidc-issuer") nor "key" is given; add one under "with:".',
    );
  }
  const flags = flagsFrom(job, (await loadCommand('verify')).flags, flagNames);
  const { out } = await runSluice(job, ['verify', ...flags, '--', image], tokenVariables(job));
  const signatures = JSON.parse(out) as readonly SignedClaim[];
  const digest = signatures[0]?.critical.image['docker-manifest-digest'] ?? '';
  const type = optionalText(job, 'type');
  if (type !== undefined) {
    // The same digest, whatever the tag names by now.
    const subject = `${withoutVersion(image)}@${digest}`;
    const words = ['verify-attestation', `--type=${type}`, '--output=statement', ...flags, '--', subject];
    const attested = await runSluice(job, words, tokenVariables(job));
    job.output('statements', attested.out.trim());
  }
  job.output('digest', digest);
  job.output('signer', signatures[0]?.optional.Subject ?? '');
  return 'passed';
}

/** What `sluice verify` prints of each signature. */
interface SignedClaim {
  readonly critical: { readonly image: { readonly 'docker-manifest-digest': string } };
  readonly optional: { readonly Subject?: string };
}

function withoutVersion(image: string): string {
  const name = image.split('@', 1)[0] ?? '';
  return name.lastIndexOf(':') > name.lastIndexOf('/') ? name.slice(0, name.lastIndexOf(':')) : name;
}
