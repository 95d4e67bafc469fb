// SPDX-License-Identifier: Apache-2.0
import { loadSettled, type RegoObject, saveSettled } from '@sluice/rego';
import type { SigstoreOptions } from './data.ts';
import type { CompiledGroup } from './group.ts';
import type { Instant } from './instant.ts';
import type { KeptFiles } from './kept-files.ts';
import { contentKey } from './source-file.ts';

/** What the gate adds to the data of a group for one file. */
export const passingData: ReadonlySet<string> = new Set(['conftest']);

/**
 * Lets a group's evaluations begin with what an earlier run found out from its policies and data alone, such as whether
 * thousands of trusted tasks are well-formed, and none of them has expired since. Gives what keeps this run's findings:
 * to be called behind an evaluation, it writes once, and only where nothing was kept that holds now.
 */
export async function beginSettled(
  kept: KeptFiles,
  group: CompiledGroup,
  data: RegoObject,
  { at: now, sigstore }: { readonly at: Instant; readonly sigstore: SigstoreOptions },
): Promise<() => Promise<void>> {
  const { policy, policies, source } = group;
  const key = ['lasting', policies.map(contentKey), group.dataSources.map(contentKey), source.ruleData, sigstore];
  const document = { data, passing: passingData };
  const known = await kept.read(key);
  let done = known !== undefined && loadSettled(policy, document, now, known.toString());
  return async () => {
    if (done) return;
    done = true;
    const found = saveSettled(policy, document, now);
    if (found !== undefined) await kept.write(key, Buffer.from(found));
  };
}
