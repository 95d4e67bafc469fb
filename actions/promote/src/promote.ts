// SPDX-License-Identifier: Apache-2.0
import { neutralPullRequest } from '../../src/event.ts';
import { imageInput } from '../../src/image-input.ts';
import { requireInput, switchInput } from '../../src/inputs.ts';
import type { Job } from '../../src/job.ts';
import { promoteAndTell, promoteFlagNames, proofFlagNames } from '../../src/promoted.ts';
import type { Outcome } from '../../src/run-action.ts';

export const flagNames = [...promoteFlagNames, ...proofFlagNames, 'unvalidated'] as const;

/** `sluice promote`: exactly the digest that passes, with its evidence, and the tag last. */
export async function promote(job: Job): Promise<Outcome> {
  const image = imageInput(job);
  requireInput(job, 'to', 'latest');
  const unvalidated = switchInput(job, 'unvalidated') === true;
  const byProof = switchInput(job, 'require-vsa') === true;
  if (!unvalidated && !byProof) requireInput(job, 'policy', 'policy.yaml');
  if (await neutralPullRequest(job, 'promoted')) return 'neutral';
  return promoteAndTell(job, image, [...proofFlagNames, 'unvalidated']);
}
