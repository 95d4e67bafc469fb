// SPDX-License-Identifier: Apache-2.0
import type { CustomBuiltin } from '@sluice/rego';
import type { StepContext } from '../context.ts';
import type { InputReport } from '../report/report.ts';
import type { ServeInputOptions } from '../steps/serve-input.ts';
import type { ValidateFilesOptions } from '../steps/validate-files.ts';
import type { CompiledPolicy } from './evaluator.ts';
import type { JsonObject } from './exact-json.ts';
import type { InspectedSource, InspectFilter, InspectFormat } from './inspect.ts';
import type { OpenPolicyOptions } from './open-policy.ts';
import type { SourceOptions } from './open-sources.ts';
import type { FetchedSource } from './source-file.ts';
import type { SourceFetcher } from './sources.ts';

// The engine takes longer to load than a whole verification takes: these load it when a policy is there to evaluate.

/** Fetches and compiles the sources of a policy, with `ec.*` lent to them. */
export async function openPolicy(ctx: StepContext, options: OpenPolicyOptions): Promise<CompiledPolicy> {
  return (await import('./open-policy.ts')).openPolicy(ctx, options);
}

/** Fetches policy sources, each once however often it is named. */
export async function openSources(ctx: StepContext, options: SourceOptions): Promise<SourceFetcher> {
  return (await import('./open-sources.ts')).openSources(ctx, options);
}

/** The rules of policy sources, as text in one of ec's formats. */
export async function inspectPolicies(
  sources: readonly FetchedSource[],
  filter: InspectFilter,
  format: InspectFormat,
): Promise<string> {
  const { inspectSources, renderInspection } = await import('./inspect.ts');
  const inspected: readonly InspectedSource[] = inspectSources(sources, filter);
  return renderInspection(inspected, format);
}

/** The data of sources merged at the top; a key given twice is refused. */
export async function inspectData(sources: readonly FetchedSource[]): Promise<JsonObject> {
  return (await import('./inspect.ts')).inspectData(sources);
}

/** Validates JSON, YAML or TOML files by the rules of a policy; nothing is verified. */
export async function validateFiles(ctx: StepContext, options: ValidateFilesOptions): Promise<InputReport> {
  return (await import('../steps/validate-files.ts')).validateFiles(ctx, options);
}

/** Answers for documents over HTTP until `ctx.signal` aborts, as `ec validate input --server` does. */
export async function serveInput(ctx: StepContext, options: ServeInputOptions): Promise<void> {
  return (await import('../steps/serve-input.ts')).serveInput(ctx, options);
}

/** YAML text with sorted keys, as ec prints it. */
export async function toYaml(value: unknown): Promise<string> {
  return (await import('../report/yaml.ts')).toYaml(value);
}

/** `ec.*` with its types but, apart from `ec.purl.*`, without answers: for policies that run without an image. */
export async function declaredBuiltins(): Promise<readonly CustomBuiltin[]> {
  return (await import('./host/declared.ts')).declaredBuiltins();
}
