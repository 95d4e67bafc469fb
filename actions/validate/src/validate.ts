// SPDX-License-Identifier: Apache-2.0
import { policyFlagNames, summaryFlagNames } from '../../src/flag-names.ts';
import type { Job } from '../../src/job.ts';
import type { Outcome } from '../../src/run-action.ts';
import { validateAndTell } from '../../src/validated.ts';

export const flagNames = [...policyFlagNames, ...summaryFlagNames, 'output'] as const;

/** `sluice validate image`: the verdict of a policy on what is proved about an image. */
export async function validate(job: Job): Promise<Outcome> {
  const { success } = await validateAndTell(job, summaryFlagNames);
  return success ? 'passed' : 'refused';
}
