// SPDX-License-Identifier: Apache-2.0
import { readYaml, readYamlStream, YamlError, type YamlMapping, type YamlNode } from '@sluice/rego/yaml';
import { SluiceError } from '../error.ts';
import type { Json } from './exact-json.ts';
import { isMergeKey, keyText, scalarValue, Unsayable } from './yaml-scalar.ts';

/** What one file may use: nodes, aliases counted as often as they are followed, and collections inside each other. */
const limits = Object.freeze({ maxNodes: 500_000, maxDepth: 500 });

/** JSON policies are read here too, so JSON's escapes count where go-yaml knows others only. */
export const reading = Object.freeze({ limits, jsonEscapes: true, lookahead: 0 });

/**
 * A YAML file as ec and Kubernetes read it (`sigs.k8s.io/yaml`, which is go-yaml 2): YAML 1.1 turned into JSON. The bare
 * key `y` is the text "true", an unquoted date stays its text, `010` is eight, integers keep all their digits. Only the
 * first document counts, and what follows it is not looked at.
 * Throws `SluiceError` (`configuration`) naming `file`.
 */
export function parseYaml11(text: string, file: string, options: YamlOptions = {}): Json {
  return readable(file, () => {
    const node = readYaml(text, reading);
    return node === undefined ? null : nodeValue(node, options);
  });
}

export interface YamlOptions {
  /** Of a key that is given twice the last value counts, as for ec; it is an error without this. */
  readonly lastKeyWins?: boolean;
}

/** Every document of the file, as `validate input` reads a stream of documents. */
export function parseYaml11Stream(text: string, file: string, options: YamlOptions = {}): Json[] {
  return readable(file, () => readYamlStream(text, reading).map((node) => nodeValue(node, options)));
}

function readable<Value>(file: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Unsayable) throw refused(file, cause.message, cause);
    if (cause instanceof YamlError) throw refused(file, reasonOf(cause), cause);
    throw cause;
  }
}

function reasonOf({ problem, place, limit }: YamlError): string {
  if (limit === 'nodes') return `it expands to more than ${limits.maxNodes} values`;
  return place > 0 ? `${problem} (line ${place})` : problem;
}

function refused(file: string, reason: string, cause: Error): SluiceError {
  return new SluiceError('configuration', `Expected ${file} to be YAML that can be read, but found: ${reason}.`, {
    cause,
  });
}

function nodeValue(node: YamlNode, options: YamlOptions): Json {
  switch (node.kind) {
    case 'scalar':
      return scalarValue(node);
    case 'sequence':
      return node.items.map((item) => nodeValue(item, options));
    case 'mapping':
      return addMembers({}, node, options);
  }
}

/** Adds the members of a mapping. What `<<` merges counts from where it stands: it may be overwritten, and overwrites, as in go-yaml 2. */
function addMembers(object: Members, node: YamlMapping, options: YamlOptions): Members {
  if (options.lastKeyWins !== true) refuseSecondKey(node);
  for (const [key, value] of node.entries) {
    if (isMergeKey(key)) for (const source of mergeSources(value)) addMembers(object, source, options);
    else setMember(object, keyText(key), nodeValue(value, options));
  }
  return object;
}

interface Members {
  [key: string]: Json;
}

function setMember(object: Members, name: string, value: Json): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** A key that is written twice is a mistake; one that is merged as well is not. */
function refuseSecondKey(node: YamlMapping): void {
  const names = new Set<string>();
  for (const [key] of node.entries) {
    if (isMergeKey(key)) continue;
    const name = keyText(key);
    if (names.has(name)) throw new Unsayable(`the key "${name}" occurs twice (line ${key.line})`);
    names.add(name);
  }
}

/** The mappings that `<<` names; of several the first counts, so it comes last. */
function mergeSources(value: YamlNode): readonly YamlMapping[] {
  const list = value.kind === 'sequence' ? value.items.toReversed() : [value];
  return list.map((item) => {
    if (item.kind !== 'mapping') throw new Unsayable(`"<<" merges something that is not a mapping (line ${item.line})`);
    return item;
  });
}
