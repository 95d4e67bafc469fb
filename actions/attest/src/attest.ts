// SPDX-License-Identifier: Apache-2.0
import { signAndTell } from '../../src/attached.ts';
import { signingFlagNames } from '../../src/flag-names.ts';
import { builtImageInput } from '../../src/image-input.ts';
import { flagsFrom, requiredText } from '../../src/inputs.ts';
import type { Job } from '../../src/job.ts';
import type { Outcome } from '../../src/run-action.ts';
import { loadCommand } from '../../src/sluice.ts';

export const flagNames = ['predicate', 'type', ...signingFlagNames] as const;

/** `sluice attest`: one signed statement about an image. */
export async function attest(job: Job): Promise<Outcome> {
  const image = builtImageInput(job);
  requiredText(job, 'predicate', 'sbom.cdx.json');
  requiredText(job, 'type', 'cyclonedx');
  const flags = flagsFrom(job, (await loadCommand('attest')).flags, flagNames);
  return signAndTell(job, ['attest', ...flags], image);
}
