// SPDX-License-Identifier: Apache-2.0
import { neutralPullRequest } from '../../src/event.ts';
import { imageInput } from '../../src/image-input.ts';
import { InputError } from '../../src/input-error.ts';
import { linesInput, switchInput } from '../../src/inputs.ts';
import type { Job } from '../../src/job.ts';
import { promoteAndTell, promoteFlagNames, proofFlagNames } from '../../src/promoted.ts';
import type { Outcome } from '../../src/run-action.ts';

export const flagNames = [...promoteFlagNames, ...proofFlagNames, 'unvalidated'] as const;

/** `sluice promote`: exactly the digest that passes, with its evidence, and the tag last. */
export async function promote(job: Job): Promise<Outcome> {
  const image = imageInput(job);
  if (linesInput(job, 'to').length === 0) {
    throw new InputError('The input "to" was expected, but it is empty; add "to: latest" under "with:".');
  }
  const unvalidated = switchInput(job, 'unvalidated') === true;
  const byProof = switchInput(job, 'require-vsa') === true;
  if (!unvalidated && !byProof && job.input('policy') === '') {
    throw new InputError('The input "policy" was expected, but it is empty; add "policy: policy.yaml" under "with:".');
  }
  if (await neutralPullRequest(job, 'promoted')) return 'neutral';
  return promoteAndTell(job, image, [...proofFlagNames, 'unvalidated']);
}
