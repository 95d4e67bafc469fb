// SPDX-License-Identifier: Apache-2.0
import { ExactNumber, type Json } from './exact-json.ts';
import { day, type Instant, parseEffectiveOn } from './instant.ts';
import type { Metadata, Result } from './result.ts';
import type { RuleInfo } from './rule-info.ts';

/** A rule that has been in force for longer than this is not worth dating. */
const notable = 90n * day;

/** Adds what the annotation of the result's rule says; results without a code stay as the rule gave them. */
export function decorate(result: Result, rules: ReadonlyMap<string, RuleInfo>, at: Instant): Result {
  const code = result.metadata?.code;
  if (result.metadata === undefined || typeof code !== 'string') return result;
  const { collections, ...members } = result.metadata;
  const listed = collectionNames(collections);
  const rule = rules.get(code);
  const metadata: Metadata = {
    ...members,
    ...(listed === undefined ? {} : { collections: listed }),
    ...annotationMembers(rule),
  };
  const decorated: Result = { msg: result.msg, metadata: withoutOldDate(metadata, at) };
  return rule === undefined || rule.dependsOn.length === 0 ? decorated : { ...decorated, dependsOn: rule.dependsOn };
}

function annotationMembers(rule: RuleInfo | undefined): Metadata {
  if (rule === undefined) return {};
  const members: { [key: string]: Json } = {};
  if (rule.title !== '') members.title = rule.title;
  if (rule.effectiveOn !== '') members.effective_on = rule.effectiveOn;
  if (rule.description !== '') members.description = rule.description;
  if (rule.solution !== '') members.solution = rule.solution;
  if (rule.collections.length > 0) members.collections = rule.collections;
  if (rule.dependsOn.length > 0) members.depends_on = rule.dependsOn;
  return members;
}

/** A list becomes a list of texts, anything else is dropped. */
function collectionNames(value: Json | undefined): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((item: Json) => (typeof item === 'string' ? item : describe(item)));
}

function describe(value: Json): string {
  return value instanceof ExactNumber ? value.text : (JSON.stringify(value) ?? '');
}

function withoutOldDate(metadata: Metadata, at: Instant): Metadata {
  const text = metadata.effective_on;
  const since = typeof text === 'string' ? parseEffectiveOn(text) : undefined;
  if (since === undefined || since >= at - notable) return metadata;
  const { effective_on: _old, ...rest } = metadata;
  return rest;
}
