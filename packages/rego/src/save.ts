// SPDX-License-Identifier: Apache-2.0
import type { CompileOptions } from './compile.ts';
import { newPolicy } from './compile.ts';
import type { Policy } from './policy.ts';
import {
  define,
  loadAnnotations,
  loadPrepared,
  loadRule,
  once,
  type SavedRule,
  saveAnnotations,
  saveRule,
} from './saved/lazy-rule.ts';
import { cut, type Slice, SliceWriter } from './saved/slices.ts';
import type { Import, Module, Package, RegoVersion } from './syntax/ast.ts';

/** Changes with every change of the syntax tree or of the stages; a policy saved by another version is not loaded. */
const format = 'sluice-rego-2';

interface SavedPolicy {
  readonly format: string;
  readonly options: string;
  readonly modules: readonly SavedModule[];
}

interface SavedModule {
  readonly file: string;
  readonly text: Slice;
  readonly version: RegoVersion;
  readonly package: Package;
  readonly imports: readonly Import[];
  readonly annotations: Slice;
  readonly rules: readonly SavedRule[];
}

/**
 * A compiled policy as text, to be kept where the embedder keeps its caches. {@link loadPolicy} of it needs neither
 * parser nor checks, and reads a rule when it is first asked for.
 *
 * The text is trusted when it is loaded: keep it as safe as the policy itself, under a key made of everything the
 * policy was made from.
 */
export function savePolicy(policy: Policy, options: CompileOptions = {}): string {
  policy.prepareAll();
  const out = new SliceWriter();
  const modules = policy.modules.map((module): SavedModule => {
    const entries = policy.set.entries.filter((entry) => entry.module === module);
    return {
      file: module.source.file,
      text: out.add(module.source.text),
      version: module.version,
      package: module.package,
      imports: module.imports,
      annotations: out.add(saveAnnotations(module)),
      rules: entries.map(({ written, rule }) => saveRule(written, rule, out)),
    };
  });
  const saved: SavedPolicy = { format, options: optionsText(options), modules };
  return `${JSON.stringify(saved)}\n${out.join()}`;
}

/**
 * Loads what {@link savePolicy} wrote with the same options; undefined when it was written by another version of this
 * package or for other options, so that the policy has to be compiled again.
 */
export function loadPolicy(text: string, options: CompileOptions = {}): Policy | undefined {
  const end = text.indexOf('\n');
  const saved = parsed(text.slice(0, Math.max(end, 0)));
  if (saved?.format !== format || saved.options !== optionsText(options)) return undefined;
  const body = text.slice(end + 1);
  const rules: SavedRule[] = [];
  const modules = saved.modules.map((module): Module => {
    rules.push(...module.rules);
    const loaded = {
      kind: 'module',
      source: { file: module.file, text: cut(body, module.text) },
      version: module.version,
      package: module.package,
      imports: module.imports,
      rules: module.rules.map((rule) => loadRule(rule, body)),
      comments: [],
    };
    define(
      loaded,
      'annotations',
      once(() => loadAnnotations(cut(body, module.annotations))),
    );
    return loaded as unknown as Module; // the getter supplies what the literal lacks
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
