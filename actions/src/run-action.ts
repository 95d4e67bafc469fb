// SPDX-License-Identifier: Apache-2.0
import { describeFailure } from '@sluice/cli';
import type { Job } from './job.ts';
import { howToAdd, missingPermission } from './permissions.ts';
import { harmless } from './sluice.ts';

/** How a step ended. `refused` fails the step; `neutral` does not, and nothing was signed or promoted. */
export type Outcome = 'passed' | 'refused' | 'neutral';

/** Runs an action in its job. Nothing is thrown: an error is an annotation with what to do about it. */
export async function runAction(job: Job, action: (job: Job) => Promise<Outcome>): Promise<void> {
  maskSecrets(job);
  try {
    if ((await action(job)) === 'refused') job.fail();
  } catch (error) {
    job.fail();
    sayFailure(job, error);
  }
}

/** GitHub masks its own secrets; a token that comes from elsewhere is masked here. */
function maskSecrets(job: Job): void {
  const { COSIGN_PASSWORD, SIGSTORE_ID_TOKEN, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = job.env;
  const secrets = [COSIGN_PASSWORD, SIGSTORE_ID_TOKEN, ACTIONS_ID_TOKEN_REQUEST_TOKEN, job.input('github-token')];
  const token = job.input('identity-token');
  for (const secret of [...secrets, token.startsWith('eyJ') ? token : '']) if (secret) job.mask(secret);
}

function sayFailure(job: Job, error: unknown): void {
  const failure = describeFailure(error);
  const permission = missingPermission(failure, job);
  const advice = permission === undefined ? '' : `\n${howToAdd(permission)}`;
  job.annotate('error', `${failure.message}${advice}`, `sluice: ${failure.code}`);
  if (!job.isDebug || !(error instanceof Error)) return;
  for (const line of (error.stack ?? '').split('\n')) job.say(harmless(line));
}
