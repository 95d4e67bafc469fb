// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { StepContext } from '../context.ts';
import { compareText, goJson, isJsonArray, isJsonObject, type Json } from '../policy/exact-json.ts';
import type { SourceFetcher } from '../policy/sources.ts';
import type { PolicySpec, SourceGroup } from '../policy/spec.ts';
import { loadVerificationKey } from '../verification/public-key.ts';

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

/** The same digest for a policy that is not evaluated here: its sources are fetched, its key is read. */
export async function fetchPolicyDigest(ctx: StepContext, policy: PolicySpec, fetcher: SourceFetcher): Promise<string> {
  const urls = (policy.sources ?? []).flatMap((group) => [...(group.policy ?? []), ...(group.data ?? [])]);
  const fetched = await Promise.all(urls.map((url) => fetcher.fetch(url)));
  const contents = new Map(fetched.map(({ url, sha256 }) => [url, sha256]));
  if (!policy.publicKey) return policyDigest(policy, contents);
  const { pem } = await loadVerificationKey(ctx, policy.publicKey);
  return policyDigest({ ...policy, publicKey: pem }, contents);
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
