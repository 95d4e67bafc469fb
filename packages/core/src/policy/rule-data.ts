// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SluiceError } from '../error.ts';
import type { Json } from './exact-json.ts';
import type { PolicySpec } from './spec.ts';

/**
 * The policy with `--extra-rule-data KEY=VALUE` in the rule data of each source. A value is text; one that ends in
 * `.json`, `.yaml` or `.yml` and names a file is that file's text.
 */
export async function withExtraRuleData(
  policy: PolicySpec,
  extra: readonly string[],
  workingFolder: string,
): Promise<PolicySpec> {
  if (extra.length === 0) return policy;
  const members: { [key: string]: Json } = {};
  for (const item of extra) {
    const at = item.indexOf('=');
    if (at < 0) throw new SluiceError('usage', `--extra-rule-data expects KEY=VALUE, but found "${item}".`);
    members[item.slice(0, at)] = await ruleDataValue(item.slice(at + 1), workingFolder);
  }
  if (policy.sources === undefined) return policy;
  return {
    ...policy,
    sources: policy.sources.map((source) => ({ ...source, ruleData: { ...source.ruleData, ...members } })),
  };
}

async function ruleDataValue(text: string, workingFolder: string): Promise<string> {
  if (!/\.(json|ya?ml)$/.test(text)) return text;
  const content = await readFile(resolve(workingFolder, text), 'utf8').catch(() => undefined);
  if (content === undefined) return text;
  if (content === '')
    throw new SluiceError('file', `Expected the file ${text} of --extra-rule-data to hold something, but it is empty.`);
  return content;
}
