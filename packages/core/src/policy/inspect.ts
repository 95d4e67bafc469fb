// SPDX-License-Identifier: Apache-2.0
import { type Annotations, type Module, parseModule, toJson } from '@sluice/rego';
import { SluiceError } from '../error.ts';
import { type ChainEntry, interestingEntries, ruleInfo } from './discovery.ts';
import {
  compareText,
  goJson,
  isJsonObject,
  type Json,
  type JsonObject,
  parseExactJson,
  sortedMembers,
} from './exact-json.ts';
import type { FetchedSource } from './source-file.ts';
import { parseYaml11 } from './yaml11.ts';

/** Which rules are shown; any of them is enough. */
export interface InspectFilter {
  readonly rule?: string;
  readonly package?: string;
  readonly collection?: string;
}

export interface InspectedSource {
  /** Pinned. */
  readonly url: string;
  readonly entries: readonly ChainEntry[];
}

/** The annotated, deny and warn rules of policy sources, as `ec inspect policy` lists them. */
export function inspectSources(sources: readonly FetchedSource[], filter: InspectFilter): InspectedSource[] {
  return sources.map((source) => {
    const entries = interestingEntries(modulesOf(source));
    return { url: source.pinned, entries: entries.filter((entry) => matches(entry, filter)) };
  });
}

function modulesOf(source: FetchedSource): Module[] {
  const rego = source.files.filter(({ path }) => path.toLowerCase().endsWith('.rego'));
  if (rego.length === 0)
    throw new SluiceError('configuration', `Expected Rego files in ${source.url}, but found none.`);
  return rego.map(({ path, text }) => parseModule(path, text, { annotations: true }));
}

function matches(entry: ChainEntry, filter: InspectFilter): boolean {
  if (!filter.rule && !filter.package && !filter.collection) return true;
  const { code, package: pkg, shortName, collections } = ruleInfo(entry);
  return (
    (Boolean(filter.rule) && (code === filter.rule || shortName === filter.rule)) ||
    (Boolean(filter.package) && pkg === filter.package) ||
    (Boolean(filter.collection) && collections.includes(filter.collection ?? ''))
  );
}

export type InspectFormat = 'json' | 'text' | 'names' | 'short-names';

export function renderInspection(sources: readonly InspectedSource[], format: InspectFormat): string {
  const sorted = sources.toSorted((a, b) => compareText(a.url, b.url));
  if (format === 'json') {
    return `${goJson(Object.fromEntries(sorted.map(({ url, entries }) => [url, entries.map(entryJson)])))}\n`;
  }
  return sorted.map((source) => sourceText(source, format)).join('');
}

function sourceText({ url, entries }: InspectedSource, format: InspectFormat): string {
  const head = format === 'text' ? `# Source: ${url}\n\n` : '';
  return head + entries.map((entry) => entryText(entry, format)).join('');
}

function entryText(entry: ChainEntry, format: InspectFormat): string {
  if (entry.annotations === undefined) {
    return `${entry.path.slice(1).join('.')}\n(No annotations found)\n--\n`;
  }
  if (entry.annotations.scope !== 'rule') return '';
  const info = ruleInfo(entry);
  if (format === 'short-names') return `${info.package}.${info.shortName}\n`;
  if (format === 'names') return `${info.code}\n`;
  const lines = [
    `${info.package}.${info.shortName} (${info.kind})`,
    ...(info.documentationUrl === '' ? [] : [info.documentationUrl]),
    info.title,
    info.description,
    ...(info.collections.length > 0 ? [`[${info.collections.join(' ')}]`] : []),
    '--',
  ];
  return `${lines.join('\n')}\n`;
}

/** OPA's AnnotationsRef as JSON. */
function entryJson(entry: ChainEntry): unknown {
  const { source } = entry.module;
  const at = entry.rule?.at ?? entry.module.package.at;
  return {
    ...(entry.annotations === undefined ? {} : { annotations: annotationsJson(entry.annotations) }),
    location: { file: source.file, ...position(source.text, at) },
    path: entry.path.map((part, i) => ({ type: i === 0 ? 'var' : 'string', value: part })),
  };
}

function annotationsJson(annotations: Annotations): JsonObject {
  const { scope, title, description, custom, entrypoint, organizations, relatedResources, authors } = annotations;
  const members: { [key: string]: Json } = { scope };
  if (title !== undefined) members.title = title;
  if (description !== undefined) members.description = description;
  if (entrypoint === true) members.entrypoint = true;
  if (organizations !== undefined) members.organizations = organizations;
  if (relatedResources !== undefined) members.related_resources = relatedResources.map((resource) => ({ ...resource }));
  if (authors !== undefined) members.authors = authors.map((author) => ({ ...author }));
  if (custom !== undefined) members.custom = parseExactJson(toJson(custom));
  return sortedMembers(members);
}

function position(text: string, at: number): { row: number; col: number } {
  const before = text.slice(0, at);
  return { row: before.split('\n').length, col: at - before.lastIndexOf('\n') };
}

/** The data of sources merged at the top, as `ec inspect policy-data` shows it; a key given twice is refused. */
export function inspectData(sources: readonly FetchedSource[]): JsonObject {
  const data = new Map<string, Json>();
  for (const { files } of sources) {
    for (const { path, text } of files.filter((file) => /\.(json|ya?ml)$/i.test(file.path))) {
      const content = parseYaml11(text, path);
      if (!isJsonObject(content))
        throw new SluiceError('configuration', `Expected ${path} to hold an object, but found another kind of value.`);
      for (const [key, value] of Object.entries(content)) {
        if (data.has(key))
          throw new SluiceError(
            'configuration',
            `Expected each key of the data once, but "${key}" is given again by ${path}.`,
          );
        data.set(key, value);
      }
    }
  }
  return sortedMembers(Object.fromEntries(data));
}
