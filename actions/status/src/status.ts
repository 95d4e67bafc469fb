// SPDX-License-Identifier: Apache-2.0
import { tokenVariables } from '../../src/attached.ts';
import { readEvent, withoutRights } from '../../src/event.ts';
import { imageInput } from '../../src/image-input.ts';
import { flagsFrom, optionalText } from '../../src/inputs.ts';
import type { Job } from '../../src/job.ts';
import type { Outcome } from '../../src/run-action.ts';
import { loadCommand, runSluice } from '../../src/sluice.ts';

export const flagNames = ['report', 'report-markdown', 'neutral', 'name', 'commit', 'path'] as const;

/** `sluice status`: one check for the image, created at the start and updated with the verdict. */
export async function status(job: Job): Promise<Outcome> {
  if (optionalText(job, 'image') === undefined) {
    job.say('This run built no image, so no status is written; the run stays as it is.');
    return 'passed';
  }
  const image = imageInput(job);
  const event = await readEvent(job);
  if (withoutRights(event, job)) {
    job.annotate(
      'notice',
      `No check is written: this pull request comes from ${event.fork ?? 'a fork'}, and GitHub gives such a run a token that reads only.`,
      'sluice: neutral',
    );
    return 'neutral';
  }
  const flags = flagsFrom(job, (await loadCommand('status')).flags, flagNames);
  const head = event.headSha === undefined || optionalText(job, 'commit') ? [] : [`--commit=${event.headSha}`];
  const { out } = await runSluice(job, ['status', ...flags, ...head, '--json', '--', image], tokenVariables(job));
  // Our own command printed it, in this process.
  const { id, url } = JSON.parse(out) as { readonly id: string; readonly url: string };
  job.output('id', id);
  job.output('url', url);
  return 'passed';
}
