// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { provenanceFlagNames } from '../../src/flag-names.ts';
import { flagsFrom } from '../../src/inputs.ts';
import type { Job } from '../../src/job.ts';
import { reportFolder } from '../../src/report-folder.ts';
import type { Outcome } from '../../src/run-action.ts';
import { loadCommand, runSluice } from '../../src/sluice.ts';

export const flagNames = [...provenanceFlagNames, 'identity-token', 'oidc-issuer'] as const;

/** `sluice provenance`: the predicate alone, unsigned, in a file. */
export async function provenance(job: Job): Promise<Outcome> {
  const flags = flagsFrom(job, (await loadCommand('provenance')).flags, flagNames);
  const { out } = await runSluice(job, ['provenance', ...flags]);
  const path = join(await reportFolder(job), 'provenance.json');
  await writeFile(path, out);
  job.output('predicate-path', path);
  job.output('predicate-type', 'https://slsa.dev/provenance/v1');
  job.say(`Provenance: ${path}`);
  return 'passed';
}
