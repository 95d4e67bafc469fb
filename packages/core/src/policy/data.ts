// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import { isJsonObject, type Json, type JsonObject, parseExactJson } from './exact-json.ts';
import type { Instant } from './instant.ts';
import type { SourceFile } from './source-file.ts';
import { parseYaml11 } from './yaml11.ts';

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

/**
 * The data document of one source group: its data sources, its rule data, and what the gate itself adds.
 * Throws `SluiceError` (`configuration`) when files disagree or cannot be read.
 */
export function dataDocument(
  sources: readonly (readonly SourceFile[])[],
  ruleData: JsonObject | undefined,
  when: Instant,
  sigstore: SigstoreOptions,
): JsonObject {
  const tree = new Tree();
  for (const files of sources) for (const file of placed(files)) tree.merge(file.path, file.content, file.name);
  if (ruleData !== undefined) tree.merge([], { rule_data__configuration__: ruleData }, 'ruleData');
  const config = { policy: { when_ns: parseExactJson(String(when)) }, default_sigstore_opts: { ...sigstore } };
  tree.merge([], { config }, 'the configuration of the gate');
  return tree.toJson();
}

const dataExtension = /\.(json|ya?ml)$/;

interface PlacedFile {
  readonly name: string;
  /** The members above the file's content. */
  readonly path: readonly string[];
  readonly content: Json;
}

/**
 * Every directory that directly holds a data file is a root of its own, and everything below it is loaded under it.
 * So a file in a subdirectory of such a directory appears twice (quirk of ec): at the top, and under the
 * subdirectory's name.
 */
function placed(files: readonly SourceFile[]): PlacedFile[] {
  const parsed = files
    .filter((file) => dataExtension.test(file.path))
    .map((file) => ({ name: file.path, folders: file.path.split('/').slice(0, -1), content: parseDataFile(file) }));
  const roots = new Map(parsed.map((file) => [file.folders.join('/'), file.folders]));
  return [...roots.values()].flatMap((root) =>
    parsed
      .filter((file) => root.every((name, i) => file.folders[i] === name))
      .map((file) => ({ name: file.name, path: file.folders.slice(root.length), content: file.content })),
  );
}

function parseDataFile(file: SourceFile): Json {
  if (!file.path.endsWith('.json')) return parseYaml11(file.text, file.path, { lastKeyWins: true });
  try {
    return parseExactJson(file.text);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : 'something else';
    throw new SluiceError('configuration', `Expected the data file ${file.path} to be JSON, but found: ${found}.`, {
      cause,
    });
  }
}

/** Objects grow member by member; two values for one leaf are an error, even when they are equal. */
class Tree {
  readonly #members = new Map<string, Tree | Json>();

  merge(path: readonly string[], content: Json, name: string): void {
    const [first, ...rest] = path;
    if (first === undefined) {
      if (!isJsonObject(content)) throw notAnObject(name);
      for (const [key, value] of Object.entries(content)) this.#put(key, value, name);
    } else {
      this.#subtree(first, name).merge(rest, content, name);
    }
  }

  toJson(): JsonObject {
    const members = [...this.#members].map(([key, value]): [string, Json] => [
      key,
      value instanceof Tree ? value.toJson() : value,
    ]);
    return Object.fromEntries(members);
  }

  #put(key: string, value: Json, name: string): void {
    if (isJsonObject(value)) this.#subtree(key, name).merge([], value, name);
    else if (this.#members.has(key)) throw disagreement(key, name);
    else this.#members.set(key, value);
  }

  #subtree(key: string, name: string): Tree {
    const found = this.#members.get(key);
    if (found instanceof Tree) return found;
    if (found !== undefined) throw disagreement(key, name);
    const tree = new Tree();
    this.#members.set(key, tree);
    return tree;
  }
}

function disagreement(key: string, name: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected each value in the data of a source to be given once, but "${key}" is given again by ${name}; keep one of them.`,
  );
}

function notAnObject(name: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected the data file ${name} to hold an object, but found another kind of value; wrap it in a named member.`,
  );
}
