// SPDX-License-Identifier: Apache-2.0
import { tokenVariables } from './attached.ts';
import { policyFlagNames } from './flag-names.ts';
import { flagsFrom } from './inputs.ts';
import type { Job } from './job.ts';
import type { Outcome } from './run-action.ts';
import { loadCommand, runSluice } from './sluice.ts';

export const promoteFlagNames = [
  'to',
  'force',
  'dry-run',
  'source-url',
  'source-revision',
  ...policyFlagNames,
] as const;

/** Proof instead of a policy: a verification summary that hangs on the image. */
export const proofFlagNames = [
  'require-vsa',
  'vsa-policy-digest',
  'vsa-expiration',
  'vsa-verifier',
  'vsa-level',
] as const;

/** What `sluice promote --json` prints. */
interface PromotedDocument {
  readonly outcome: 'promoted' | 'planned' | 'refused';
  readonly digest: string;
  readonly targets: readonly { readonly reference: string; readonly action: string; readonly before?: string }[];
}

/** Runs `sluice promote`, which validates the digest itself right before it copies it, and tells what moved. */
export async function promoteAndTell(job: Job, image: string, moreFlagNames: readonly string[] = []): Promise<Outcome> {
  const flags = flagsFrom(job, (await loadCommand('promote')).flags, [...promoteFlagNames, ...moreFlagNames]);
  const { out } = await runSluice(job, ['promote', ...flags, '--json', '--', image], tokenVariables(job));
  // Our own command printed it, in this process.
  const document = JSON.parse(out) as PromotedDocument;
  const references = document.targets.map(({ reference }) => reference);
  job.output('outcome', document.outcome);
  job.output('digest', document.digest);
  job.output('promoted', document.outcome === 'promoted' ? references.join('\n') : '');
  await job.summarize(summaryOf(document));
  if (document.outcome !== 'refused') return 'passed';
  job.annotate('error', `Nothing was promoted; ${references.join(', ')} stands where it stood.`, 'sluice: refused');
  return 'refused';
}

function summaryOf({ outcome, digest, targets }: PromotedDocument): string {
  const titles = {
    promoted: '🚀 Promoted',
    planned: '📝 Planned, nothing changed',
    refused: '⛔ Nothing was promoted',
  };
  const rows = targets.map(
    ({ reference, action, before }) => `| \`${reference}\` | ${action} | \`${before ?? 'new'}\` |`,
  );
  return `## ${titles[outcome]}\n\n\`${digest}\`\n\n| Target | | Before |\n|---|---|---|\n${rows.join('\n')}\n`;
}
