// SPDX-License-Identifier: Apache-2.0
import {
  clockNumber,
  emptyObject,
  fromJson,
  isObject,
  objectOf,
  RegoError,
  type RegoObject,
  toJson,
  type Value,
} from '@sluice/rego';
import { SluiceError } from '../error.ts';
import type { Json, JsonObject } from './exact-json.ts';
import type { Instant } from './instant.ts';
import { valueOfJson } from './json-of-value.ts';
import type { KeptFiles } from './kept-files.ts';
import { contentKey, type FetchedSource, type SourceFile } from './source-file.ts';

/** What `ec.sigstore.*` are called with by default; every member is there, empty when it is not set. */
export interface SigstoreOptions {
  readonly certificate_identity: string;
  readonly certificate_identity_regexp: string;
  readonly certificate_oidc_issuer: string;
  readonly certificate_oidc_issuer_regexp: string;
  readonly ignore_rekor: boolean;
  /** PEM, or empty. */
  readonly public_key: string;
  readonly rekor_url: string;
}

export const noSigstoreOptions: SigstoreOptions = Object.freeze({
  certificate_identity: '',
  certificate_identity_regexp: '',
  certificate_oidc_issuer: '',
  certificate_oidc_issuer_regexp: '',
  ignore_rekor: false,
  public_key: '',
  rekor_url: '',
});

/**
 * The data document of one source group: its data sources, its rule data, and what the gate itself adds.
 * Throws `SluiceError` (`configuration`) when they disagree.
 */
export function dataDocument(
  sources: RegoObject,
  ruleData: JsonObject | undefined,
  when: Instant,
  sigstore: SigstoreOptions,
): RegoObject {
  const config = objectOf([
    ['policy', objectOf([['when_ns', clockNumber(when)]])],
    ['default_sigstore_opts', valueOfJson({ ...sigstore })],
  ]);
  const named = ruleData === undefined ? {} : { rule_data__configuration__: ruleData };
  const withRuleData = merged(sources, objectOfJson(named), 'ruleData');
  return merged(withRuleData, objectOf([['config', config]]), 'the configuration of the gate');
}

/**
 * The merged files of data sources, from what is kept where the same files were read before.
 * Throws `SluiceError` (`configuration`) when files disagree or cannot be read.
 */
export async function sourceData(sources: readonly FetchedSource[], kept: KeptFiles): Promise<RegoObject> {
  if (sources.length === 0) return emptyObject;
  const key = ['data', ...sources.map(contentKey)];
  const known = await kept.read(key);
  if (known !== undefined) return asObject(fromJson(known.toString()));
  const data = await mergedFiles(sources.map(({ files }) => files));
  await kept.write(key, Buffer.from(toJson(data)));
  return data;
}

export async function mergedFiles(sources: readonly (readonly SourceFile[])[]): Promise<RegoObject> {
  let data = emptyObject;
  for (const files of sources) {
    for (const { name, path, content } of await placed(files)) {
      if (!isObject(content)) throw notAnObject(name);
      data = merged(
        data,
        path.reduceRight((inner, folder) => objectOf([[folder, inner]]), content),
        name,
      );
    }
  }
  return data;
}

/** Objects grow member by member; two values for one leaf are an error, even when they are equal. */
function merged(into: RegoObject, from: RegoObject, name: string): RegoObject {
  if (into.size === 0) return from;
  const builder = into.toBuilder();
  for (const [key, value] of from.unordered()) {
    const known = into.get(key);
    if (known === undefined) builder.set(key, value);
    else if (isObject(known) && isObject(value)) builder.set(key, merged(known, value, name));
    else throw disagreement(key, name);
  }
  return builder.build();
}

const dataExtension = /\.(json|ya?ml)$/;

interface PlacedFile {
  readonly name: string;
  /** The members above the file's content. */
  readonly path: readonly string[];
  readonly content: Value;
}

/**
 * Every directory that directly holds a data file is a root of its own, and everything below it is loaded under it.
 * So a file in a subdirectory of such a directory appears twice (quirk of ec): at the top, and under the
 * subdirectory's name.
 */
async function placed(files: readonly SourceFile[]): Promise<PlacedFile[]> {
  const parsed = await Promise.all(
    files
      .filter((file) => dataExtension.test(file.path))
      .map(async (file) => ({
        name: file.path,
        folders: file.path.split('/').slice(0, -1),
        content: await parseDataFile(file),
      })),
  );
  const roots = new Map(parsed.map((file) => [file.folders.join('/'), file.folders]));
  return [...roots.values()].flatMap((root) =>
    parsed
      .filter((file) => root.every((name, i) => file.folders[i] === name))
      .map((file) => ({ name: file.name, path: file.folders.slice(root.length), content: file.content })),
  );
}

async function parseDataFile(file: SourceFile): Promise<Value> {
  if (!file.path.endsWith('.json')) {
    const { parseYaml11 } = await import('./yaml11.ts');
    return valueOfJson(parseYaml11(file.text, file.path, { lastKeyWins: true }));
  }
  try {
    return fromJson(file.text);
  } catch (cause) {
    if (!(cause instanceof RegoError)) throw cause;
    throw new SluiceError('configuration', `Expected the data file ${file.path} to be JSON, but: ${cause.reason}`, {
      cause,
    });
  }
}

function objectOfJson(json: Json): RegoObject {
  return asObject(valueOfJson(json));
}

function asObject(value: Value): RegoObject {
  if (isObject(value)) return value;
  throw new TypeError('A data document is an object.');
}

function disagreement(key: Value, name: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected each value in the data of a source to be given once, but ${toJson(key)} is given again by ${name}; keep one of them.`,
  );
}

function notAnObject(name: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected the data file ${name} to hold an object, but found another kind of value; wrap it in a named member.`,
  );
}
