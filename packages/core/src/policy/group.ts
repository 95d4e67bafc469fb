// SPDX-License-Identifier: Apache-2.0
import {
  type CompileOptions,
  compile,
  type Module,
  type Policy,
  parseModule,
  RegoError,
  RegoErrors,
  type RegoObject,
} from '@sluice/rego';
import { SluiceError } from '../error.ts';
import { type CompiledSources, keepCompiled, recallCompiled } from './compiled-sources.ts';
import { sourceData } from './data.ts';
import { discoverRules, failureName, ruleName, warningName } from './discovery.ts';
import type { KeptFiles } from './kept-files.ts';
import type { RuleSet } from './rule-info.ts';
import type { FetchedSource } from './source-file.ts';
import type { SourceFetcher } from './sources.ts';
import type { SourceGroup } from './spec.ts';

/** A package with the deny and warn rules that are asked for. */
export interface RulePackage {
  /** Dotted, without `data`. */
  readonly namespace: string;
  readonly path: readonly string[];
  readonly rules: readonly string[];
}

/** One source group of a policy: fetched, its rules collected, compiled. */
export interface CompiledGroup {
  /** As the policy has it, with sources pinned to what was read. */
  readonly source: SourceGroup;
  readonly rules: RuleSet;
  readonly policy: Policy;
  readonly packages: readonly RulePackage[];
  /** The files of all data sources, merged. */
  readonly data: RegoObject;
  readonly policies: readonly FetchedSource[];
  readonly dataSources: readonly FetchedSource[];
}

/** Built-in functions that reach outside or read the clock of the machine; they do not exist for policies. */
export const forbiddenBuiltins = ['opa.runtime', 'http.send', 'net.lookup_ip_addr'] as const;

/** Fetches and compiles a group. What does not parse or compile is a `configuration` error in OPA's words. */
export async function compileGroup(
  source: SourceGroup,
  fetcher: SourceFetcher,
  options: CompileOptions,
  kept: KeptFiles,
): Promise<CompiledGroup> {
  const [policies, data] = await Promise.all([
    Promise.all((source.policy ?? []).map((url) => fetcher.fetch(url))),
    Promise.all((source.data ?? []).map((url) => fetcher.fetch(url))),
  ]);
  if (policies.length === 0) throw noPolicies(source);
  const complete = { ...options, without: forbiddenBuiltins, print: true };
  const compiled =
    (await recallCompiled(kept, policies, complete)) ?? (await compiledAndKept(kept, policies, source, complete));
  return {
    source: pinnedSource(source, policies, data),
    ...compiled,
    data: await sourceData(data, kept),
    policies,
    dataSources: data,
  };
}

async function compiledAndKept(
  kept: KeptFiles,
  policies: readonly FetchedSource[],
  source: SourceGroup,
  options: CompileOptions,
): Promise<CompiledSources> {
  const compiled = compiledFrom(policies, source, options);
  await keepCompiled(kept, policies, compiled, options);
  return compiled;
}

function pinnedSource(
  source: SourceGroup,
  policies: readonly FetchedSource[],
  data: readonly FetchedSource[],
): SourceGroup {
  const pins = (list: readonly FetchedSource[]) => list.map(({ pinned }) => pinned);
  return {
    ...source,
    ...(source.policy === undefined ? {} : { policy: pins(policies) }),
    ...(source.data === undefined ? {} : { data: pins(data) }),
  };
}

function parseSource(source: FetchedSource): Module[] {
  const files = source.files.filter(({ path }) => path.toLowerCase().endsWith('.rego'));
  if (files.length === 0) {
    throw new SluiceError('configuration', `Expected Rego files in the policy source ${source.url}, but found none.`);
  }
  return files.map(({ path, text }) =>
    asConfiguration(source.url, () => parseModule(path, text, { annotations: true })),
  );
}

function compiledFrom(
  policies: readonly FetchedSource[],
  source: SourceGroup,
  options: CompileOptions,
): CompiledSources {
  const modules = policies.flatMap(parseSource);
  const rules = discoverRules(modules);
  const name = source.policy?.join(', ') ?? '';
  const policy = asConfiguration(name, () => compile(modules, options));
  return { rules, packages: packagesOf(modules), policy };
}

function asConfiguration<Value>(source: string, run: () => Value): Value {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof RegoError) && !(cause instanceof RegoErrors)) throw cause;
    throw new SluiceError(
      'configuration',
      `The policy source ${source} does not compile: ${cause.message}${advice(cause.message)}`,
      {
        cause,
      },
    );
  }
}

function advice(message: string): string {
  const called = /undefined function (\S+)/.exec(message)?.[1] ?? '';
  if (forbiddenBuiltins.some((name) => name === called)) {
    return ` (${called} is not there for policies: they run without network and without a clock of their own.)`;
  }
  return called === '' ? '' : ` (${called} is not known to sluice; correct the name, or ask for it to be added.)`;
}

function packagesOf(modules: readonly Module[]): RulePackage[] {
  const packages = new Map<string, { path: readonly string[]; rules: Set<string> }>();
  for (const module of modules) {
    const path = module.package.path.slice(1);
    const namespace = path.join('.');
    const entry = packages.get(namespace) ?? { path, rules: new Set<string>() };
    packages.set(namespace, entry);
    for (const name of module.rules.map(ruleName)) {
      if (failureName.test(name) || warningName.test(name)) entry.rules.add(name);
    }
  }
  return [...packages].map(([namespace, { path, rules }]) => ({ namespace, path, rules: [...rules] }));
}

function noPolicies(source: SourceGroup): SluiceError {
  const name = source.name === undefined ? 'A source of the policy' : `The source "${source.name}" of the policy`;
  return new SluiceError(
    'configuration',
    `${name} should list at least one policy, but lists none; a gate that checks nothing must not pass.`,
  );
}
