// SPDX-License-Identifier: Apache-2.0
import { type CompileOptions, loadPolicy, type Policy, savePolicy } from '@sluice/rego';
import type { RulePackage } from './group.ts';
import type { KeptFiles } from './kept-files.ts';
import type { RuleInfo, RuleSet } from './rule-info.ts';
import { contentKey, type FetchedSource } from './source-file.ts';

/** What compiling the policy sources of a group gives. */
export interface CompiledSources {
  readonly rules: RuleSet;
  readonly packages: readonly RulePackage[];
  readonly policy: Policy;
}

/** As they were compiled before; undefined when they have to be compiled. */
export async function recallCompiled(
  kept: KeptFiles,
  sources: readonly FetchedSource[],
  options: CompileOptions,
): Promise<CompiledSources | undefined> {
  const bytes = await kept.read(keyOf(sources));
  const end = bytes?.indexOf('\n') ?? -1;
  if (bytes === undefined || end < 0) return undefined;
  const policy = loadPolicy(bytes.subarray(end + 1), options);
  if (policy === undefined) return undefined;
  const header: Header = JSON.parse(bytes.toString('utf8', 0, end));
  const rules = { annotated: new Map(header.rules), bare: new Set(header.bare) };
  return { rules, packages: header.packages, policy };
}

export async function keepCompiled(
  kept: KeptFiles,
  sources: readonly FetchedSource[],
  { rules, packages, policy }: CompiledSources,
  options: CompileOptions,
): Promise<void> {
  const header: Header = { rules: [...rules.annotated], bare: [...rules.bare], packages };
  const row = Buffer.from(`${JSON.stringify(header)}\n`);
  await kept.write(keyOf(sources), Buffer.concat([row, savePolicy(policy, options)]));
}

/** The first row of what is kept; the policy follows. */
interface Header {
  readonly rules: readonly (readonly [string, RuleInfo])[];
  readonly bare: readonly string[];
  readonly packages: readonly RulePackage[];
}

function keyOf(sources: readonly FetchedSource[]): unknown {
  return ['compiled', ...sources.map(contentKey)];
}
