// SPDX-License-Identifier: Apache-2.0
import { signAndTell } from '../../src/attached.ts';
import { provenanceFlagNames, signingFlagNames } from '../../src/flag-names.ts';
import { builtImageInput } from '../../src/image-input.ts';
import { flagsFrom } from '../../src/inputs.ts';
import type { Job } from '../../src/job.ts';
import type { Outcome } from '../../src/run-action.ts';
import { loadCommand } from '../../src/sluice.ts';

export const flagNames = ['attestation', ...provenanceFlagNames, ...signingFlagNames] as const;

/** `sluice secure`: provenance, signature and attestations for the image that this job built. */
export async function secure(job: Job): Promise<Outcome> {
  const image = builtImageInput(job);
  const flags = flagsFrom(job, (await loadCommand('secure')).flags, flagNames);
  return signAndTell(job, ['secure', ...flags], image);
}
