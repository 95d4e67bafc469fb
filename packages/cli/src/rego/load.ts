// SPDX-License-Identifier: Apache-2.0
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  isObject,
  type Module,
  objectOf,
  parseModule,
  RegoErrors,
  type RegoObject,
  type RegoVersion,
  type Value,
} from '@sluice/rego';
import { callBuiltin } from './builtin-call.ts';
import { BadDocument, readJson, readYaml } from './document.ts';
import { conflictAt, mergeObjects, valueAt } from './merge.ts';
import { type Problem, Problems } from './problem.ts';

export interface LoadOptions {
  readonly version: RegoVersion;
  /** Names of files and folders, with OPA's globs, that are passed over below the given paths. */
  readonly ignore: readonly string[];
  /** Data files are passed over. */
  readonly onlyRego?: boolean;
  /** Of data only `data.json` and `data.yaml` count, under the path of their folder, as in a bundle. */
  readonly bundle?: boolean;
}

export interface Loaded {
  /** In the order of their names. */
  readonly modules: readonly Module[];
  readonly data: RegoObject;
  readonly dataFiles: readonly DataFile[];
  /** The text of a module for a caret below a finding. */
  readonly sourceOf: (file: string) => string | undefined;
}

export interface DataFile {
  readonly name: string;
  /** Where its content stands in `data`. */
  readonly path: readonly string[];
  readonly content: Value;
}

/** Folders inside each other; more are a link that leads back. */
const maxFolders = 100;

interface Loader {
  readonly options: LoadOptions;
  readonly modules: Map<string, Module>;
  readonly dataFiles: DataFile[];
  readonly seen: Set<string>;
  readonly problems: Problem[];
  data: RegoObject;
}

/**
 * Reads policies and data as `opa` does: files, and folders with everything below them; the names of folders below a
 * given one are the path of the data in them, and `a.b:FILE` puts a file under `data.a.b`. Throws `Problems`.
 */
export async function loadPaths(paths: readonly string[], options: LoadOptions): Promise<Loaded> {
  const loader: Loader = {
    options,
    modules: new Map(),
    dataFiles: [],
    seen: new Set(),
    problems: [],
    data: objectOf([]),
  };
  for (const given of paths) {
    const { prefix, path } = splitPrefix(given);
    await loadPath(loader, path.startsWith('file://') ? fileURLToPath(path) : path, prefix, 0);
  }
  if (loader.problems.length > 0) throw new Problems(loader.problems);
  const modules = [...loader.modules.values()].sort((a, b) => (a.source.file < b.source.file ? -1 : 1));
  return {
    modules,
    data: loader.data,
    dataFiles: loader.dataFiles,
    sourceOf: (file) => loader.modules.get(normalize(file))?.source.text,
  };
}

function splitPrefix(given: string): { readonly prefix: readonly string[]; readonly path: string } {
  const colon = given.indexOf(':');
  if (colon <= 0 || given.indexOf('://') === colon) return { prefix: [], path: given };
  return { prefix: given.slice(0, colon).split('.'), path: given.slice(colon + 1) };
}

async function loadPath(loader: Loader, path: string, under: readonly string[], depth: number): Promise<void> {
  const found = await attempt(loader, path, () => stat(path));
  if (found === undefined || isPassedOver(loader.options, path, found.isDirectory(), depth)) return;
  if (!found.isDirectory()) {
    if (depth === 0 && loader.options.bundle === true) {
      note(loader, `A folder of policies and data was expected, but ${path} is a file or a built bundle; use --data.`);
      return;
    }
    const key = [...under, '', normalize(path)].join('\0');
    if (!loader.seen.has(key)) await loadFile(loader, path, under, depth);
    loader.seen.add(key);
    return;
  }
  if (depth > maxFolders) {
    note(loader, `At most ${maxFolders} folders inside each other are read, but ${path} lies deeper; is a link wrong?`);
    return;
  }
  const names = (await attempt(loader, path, () => readdir(path))) ?? [];
  if (loader.options.bundle === true) refuseManifest(loader, path, names);
  const below = depth > 0 ? [...under, basename(path)] : under;
  for (const name of names.sort()) await loadPath(loader, join(path, name), below, depth + 1);
}

/** What a manifest says of roots and versions, and what signatures say, is not looked at: so it must not be there. */
function refuseManifest(loader: Loader, path: string, names: readonly string[]): void {
  const name = names.find((one) => one === '.manifest' || one === '.signatures.json');
  if (name === undefined) return;
  note(
    loader,
    `A folder of policies and data was expected, but ${join(path, name)} makes it a built bundle; use --data.`,
  );
}

function isPassedOver(options: LoadOptions, path: string, isFolder: boolean, depth: number): boolean {
  const name = basename(path);
  if (depth > 0 && options.ignore.some((glob) => isMatch(glob, name))) return true;
  if (isFolder) return false;
  if (options.onlyRego === true) return extname(name) !== '.rego';
  if (options.bundle !== true || depth === 0) return false;
  return extname(name) !== '.rego' && !['data.json', 'data.yaml', 'data.yml'].includes(name);
}

function isMatch(glob: string, name: string): boolean {
  return callBuiltin('glob.match(input[0], ["/"], input[1])', [glob, name]) === true;
}

async function loadFile(loader: Loader, path: string, under: readonly string[], depth: number): Promise<void> {
  const extension = extname(path);
  const known = ['.rego', '.json', '.yaml', '.yml'].includes(extension);
  if (path.endsWith('.tar.gz')) {
    note(loader, `A policy, data or a folder of them was expected, but ${path} is a built bundle; unpack it first.`);
    return;
  }
  if (!known && depth > 0) return;
  const bytes = await attempt(loader, path, () => readFile(path));
  if (bytes === undefined) return;
  if (extension === '.rego') return loadModule(loader, path, bytes);
  const text = new TextDecoder().decode(bytes);
  try {
    if (extension === '.json') loadDocument(loader, path, under, readJson(path, text));
    else if (known) loadDocument(loader, path, under, readYaml(path, text));
    else loadUnknown(loader, path, under, bytes);
  } catch (error) {
    if (!(error instanceof BadDocument)) throw error;
    note(loader, error.message);
  }
}

function loadModule(loader: Loader, path: string, bytes: Uint8Array): void {
  try {
    loader.modules.set(normalize(path), parse(loader, path, bytes));
  } catch (error) {
    if (!(error instanceof RegoErrors)) throw error;
    loader.problems.push(...error.errors);
  }
}

/** A file named on the command line may have any name: it is a policy if it reads as one, otherwise data. */
function loadUnknown(loader: Loader, path: string, under: readonly string[], bytes: Uint8Array): void {
  let module: Module;
  try {
    module = parse(loader, path, bytes);
  } catch (error) {
    if (!(error instanceof RegoErrors)) throw error;
    loadDocument(loader, path, under, readYaml(path, new TextDecoder().decode(bytes)));
    return;
  }
  loader.modules.set(normalize(path), module);
}

function parse(loader: Loader, path: string, bytes: Uint8Array): Module {
  return parseModule(path, bytes, { version: loader.options.version, annotations: true });
}

function loadDocument(loader: Loader, name: string, path: readonly string[], content: Value): void {
  const document = path.reduceRight<Value>((inner, part) => objectOf([[part, inner]]), content);
  if (!isObject(document)) {
    note(
      loader,
      `${name} was expected to hold an object, because it stands at the top of data, but it holds another value.`,
    );
    return;
  }
  const conflict = conflictAt(loader.data, document);
  if (conflict === undefined) {
    loader.data = mergeObjects(loader.data, document);
    loader.dataFiles.push({ name, path, content });
    return;
  }
  const other = loader.dataFiles.find((file) => valueAt(file.content, conflict.slice(file.path.length)) !== undefined);
  const at = ['data', ...conflict].join('.');
  note(
    loader,
    `Each value of data was expected once, but ${name} sets ${at}, which ${other?.name ?? 'another file'} sets too.`,
  );
}

function note(loader: Loader, message: string): void {
  loader.problems.push({ message, unreachable: false });
}

async function attempt<T>(loader: Loader, path: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason = code === 'ENOENT' ? 'there is none' : `it cannot be read (${String(code)})`;
    loader.problems.push({ message: `A file or folder was expected at ${path}, but ${reason}.`, unreachable: true });
    return undefined;
  }
}
