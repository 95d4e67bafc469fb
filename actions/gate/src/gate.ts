// SPDX-License-Identifier: Apache-2.0
import { neutralPullRequest } from '../../src/event.ts';
import { imageInput } from '../../src/image-input.ts';
import { requireInput } from '../../src/inputs.ts';
import type { Job } from '../../src/job.ts';
import { promoteAndTell, promoteFlagNames } from '../../src/promoted.ts';
import type { Outcome } from '../../src/run-action.ts';
import { validateAndTell } from '../../src/validated.ts';

export const flagNames = [...promoteFlagNames, 'output'] as const;

/**
 * Validates an image and promotes what passed: the reports come from the first, and the second validates the very
 * digest again right before it copies it, so that nothing is promoted on another step's word.
 */
export async function gate(job: Job): Promise<Outcome> {
  imageInput(job);
  requireInput(job, 'to', 'latest');
  if (await neutralPullRequest(job, 'promoted')) return 'neutral';
  const { success, images } = await validateAndTell(job);
  const [image] = images;
  if (success && image !== undefined) return promoteAndTell(job, image);
  job.output('outcome', 'refused');
  job.output('promoted', '');
  job.annotate('error', 'Nothing was promoted: the image did not pass the policy.', 'sluice: refused');
  return 'refused';
}
