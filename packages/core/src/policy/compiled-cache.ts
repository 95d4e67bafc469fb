// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CompileOptions, loadPolicy, type Policy, savePolicy } from '@sluice/rego';
import type { RulePackage } from './group.ts';
import type { RuleInfo, RuleSet } from './rule-info.ts';
import type { FetchedSource } from './source-file.ts';

/** What compiling the sources of a group gives, and what is kept of it. */
export interface CompiledSources {
  readonly rules: RuleSet;
  readonly packages: readonly RulePackage[];
  readonly policy: Policy;
}

/** Compiled sources by what they were made from. */
export interface CompiledCache {
  get(sources: readonly FetchedSource[], options: CompileOptions): Promise<CompiledSources | undefined>;
  put(sources: readonly FetchedSource[], options: CompileOptions, compiled: CompiledSources): Promise<void>;
}

export const noCompiledCache: CompiledCache = { get: async () => undefined, put: async () => {} };

/**
 * A cache in a folder of this user, for one version of this package. A compiled policy is believed as it is, so a file
 * that others may write is left alone.
 */
export function compiledFolder(folder: string, version: string): CompiledCache {
  const pathOf = (sources: readonly FetchedSource[]) =>
    join(folder, `${hash(JSON.stringify([version, sources.map(({ url, sha256 }) => [url, sha256])]))}.rego.json`);
  return {
    async get(sources, options) {
      try {
        const text = await readOwn(pathOf(sources));
        return text === undefined ? undefined : loaded(text, options);
      } catch {
        return undefined;
      }
    },
    async put(sources, options, compiled) {
      const path = pathOf(sources);
      const own = `${path}.${process.pid}.tmp`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(own, saved(compiled, options), { mode: 0o600 });
        await rename(own, path);
      } catch {
        // Without a cache the next run compiles again.
      }
    },
  };
}

interface Header {
  readonly rules: readonly (readonly [string, RuleInfo])[];
  readonly bare: readonly string[];
  readonly packages: readonly RulePackage[];
  /** Over the rest of the file: a file that was cut short is not read. */
  readonly sha256: string;
}

function saved({ rules, packages, policy }: CompiledSources, options: CompileOptions): string {
  const text = savePolicy(policy, options);
  const header: Header = { rules: [...rules.annotated], bare: [...rules.bare], packages, sha256: hash(text) };
  return `${JSON.stringify(header)}\n${text}`;
}

function loaded(file: string, options: CompileOptions): CompiledSources | undefined {
  const end = file.indexOf('\n');
  const header: Header = JSON.parse(file.slice(0, end));
  const text = file.slice(end + 1);
  const policy = hash(text) === header.sha256 ? loadPolicy(text, options) : undefined;
  if (policy === undefined) return undefined;
  const rules = { annotated: new Map(header.rules), bare: new Set(header.bare) };
  return { rules, packages: header.packages, policy };
}

/** The file, where it is this user's and nobody else may write it. */
async function readOwn(path: string): Promise<string | undefined> {
  await using file = await open(path, 'r');
  const { uid, mode } = await file.stat();
  const mine = process.getuid === undefined || uid === process.getuid();
  return mine && (process.platform === 'win32' || (mode & 0o022) === 0) ? file.readFile('utf8') : undefined;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
