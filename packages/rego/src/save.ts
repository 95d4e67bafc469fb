// SPDX-License-Identifier: Apache-2.0
import type { CompileOptions } from './compile.ts';
import { newPolicy } from './compile.ts';
import type { Source } from './location.ts';
import type { Policy } from './policy.ts';
import { defineOnce, loadPrepared, loadRule, type SavedRule, saveRule } from './saved/lazy-rule.ts';
import { cut, type Slice, SliceWriter } from './saved/slices.ts';
import type { Import, Module, Package, RegoVersion } from './syntax/ast.ts';

/** Changes with every change of the syntax tree or of the stages; a policy saved by another version is not loaded. */
const format = 'sluice-rego-4';

interface SavedPolicy {
  readonly format: string;
  readonly options: string;
  readonly modules: readonly SavedModule[];
}

interface SavedModule {
  readonly file: string;
  readonly text: Slice;
  readonly version: RegoVersion;
  readonly newest: Module['newest'];
  readonly package: Package;
  readonly imports: readonly Import[];
  readonly rules: readonly SavedRule[];
}

/**
 * A compiled policy as bytes, to be kept where the embedder keeps its caches. {@link loadPolicy} of it needs neither
 * parser nor checks, and reads a rule when it is first asked for.
 *
 * The bytes are trusted when they are loaded: keep them as safe as the policy itself, under a key made of everything the
 * policy was made from.
 */
export function savePolicy(policy: Policy, options: CompileOptions = {}): Buffer {
  policy.prepareAll();
  const out = new SliceWriter();
  const entries = Map.groupBy(policy.set.entries, ({ module }) => module);
  const modules = policy.modules.map(
    (module): SavedModule => ({
      file: module.source.file,
      text: out.add(module.source.text),
      version: module.version,
      newest: module.newest,
      package: module.package,
      imports: module.imports,
      rules: (entries.get(module) ?? []).map(({ written, rule }) => saveRule(written, rule, out)),
    }),
  );
  const saved: SavedPolicy = { format, options: optionsText(options), modules };
  return Buffer.from(`${JSON.stringify(saved)}\n${out.join()}`);
}

/**
 * Loads what {@link savePolicy} wrote with the same options; undefined when it was written by another version of this
 * package or for other options, so that the policy has to be compiled again. What is loaded evaluates: its modules have
 * heads and sources, but neither bodies as they were written nor annotations.
 */
export function loadPolicy(bytes: Uint8Array, options: CompileOptions = {}): Policy | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.indexOf('\n');
  const saved = parsed(file.toString('utf8', 0, Math.max(end, 0)));
  if (saved?.format !== format || saved.options !== optionsText(options)) return undefined;
  const body = file.subarray(end + 1);
  const rules: SavedRule[] = [];
  const modules = saved.modules.map((module): Module => {
    rules.push(...module.rules);
    const source: Source = { file: module.file, text: '' };
    defineOnce(source, 'text', () => cut(body, module.text));
    return {
      kind: 'module',
      source,
      version: module.version,
      newest: module.newest,
      package: module.package,
      imports: module.imports,
      rules: module.rules.map((rule) => loadRule(rule, body)),
      comments: [],
      annotations: [],
    };
  });
  return newPolicy(modules, { ...options, tests: false, checked: true }, (index) => {
    const rule = rules[index];
    return rule && loadPrepared(rule, body);
  });
}

function parsed(text: string): SavedPolicy | undefined {
  try {
    return JSON.parse(text) as SavedPolicy; // its format is compared before anything else is read
  } catch {
    return undefined;
  }
}

/** What of the options decides how rules are compiled. */
function optionsText(options: CompileOptions): string {
  const { builtins = [], without = [], strict = false, print = false, tests = false } = options;
  return JSON.stringify([builtins.map(({ declaration }) => declaration), without, strict, print, tests]);
}
