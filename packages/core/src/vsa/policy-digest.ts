// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { compareText, goJson, isJsonArray, isJsonObject, type Json } from '../policy/exact-json.ts';
import type { PolicySpec, SourceGroup } from '../policy/spec.ts';

/** SHA-256 of the content of each source, by the address that the policy has for it. */
export type SourceContents = ReadonlyMap<string, string>;

/**
 * The digest of what a policy says, `sha256:…`: its members as they were applied, with each source replaced by the
 * SHA-256 of its content. Where the sources lie, what they are called and what describes the policy does not count.
 */
export function policyDigest(policy: PolicySpec, contents: SourceContents): string {
  const { name: _name, description: _description, sources, ...rest } = policy;
  const said = { ...rest, sources: (sources ?? []).map((source) => ofContents(source, contents)) };
  return `sha256:${createHash('sha256')
    .update(goJson(canonical(said as unknown as Json)))
    .digest('hex')}`;
}

function ofContents({ name: _name, ...source }: SourceGroup, contents: SourceContents): SourceGroup {
  const hashed = (list: readonly string[]) => list.map((url) => contents.get(url) ?? url);
  return {
    ...source,
    ...(source.policy === undefined ? {} : { policy: hashed(source.policy) }),
    ...(source.data === undefined ? {} : { data: hashed(source.data) }),
  };
}

/** The same value with the members of every object in the order of their names. */
function canonical(value: Json): Json {
  if (isJsonArray(value)) return value.map(canonical);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => compareText(a, b));
  return Object.fromEntries(members.map(([name, member]) => [name, canonical(member)]));
}
