// SPDX-License-Identifier: Apache-2.0
import { loadSettled, type RegoObject, saveSettled } from '@sluice/rego';
import type { CompiledGroup } from './group.ts';
import type { Instant } from './instant.ts';
import type { KeptFiles } from './kept-files.ts';
import { contentKey } from './source-file.ts';

/** What the gate itself adds to the data of a group, and is another's in the next run. */
export const passingData: ReadonlySet<string> = new Set(['config', 'conftest']);

/**
 * Lets a group's evaluations begin with what an earlier run found out from its policies and data alone, such as whether
 * thousands of trusted tasks are well-formed. Gives what keeps this run's findings: to be called behind an evaluation,
 * it writes once, and only where nothing was kept.
 */
export async function beginSettled(
  kept: KeptFiles,
  group: CompiledGroup,
  data: RegoObject,
  now: Instant,
): Promise<() => Promise<void>> {
  const { policy, policies, source } = group;
  const key = ['settled', policies.map(contentKey), group.dataSources.map(contentKey), source.ruleData];
  const document = { data, passing: passingData };
  const known = await kept.read(key);
  if (known !== undefined) loadSettled(policy, document, now, known.toString());
  let done = known !== undefined;
  return async () => {
    if (done) return;
    done = true;
    const found = saveSettled(policy, document, now);
    if (found !== undefined) await kept.write(key, Buffer.from(found));
  };
}
