// SPDX-License-Identifier: Apache-2.0
import { randomFillSync } from 'node:crypto';
import { parseReference } from '@sluice/oci';
import {
  type CustomBuiltin,
  evaluateWithHost,
  fromPlain,
  isArray,
  RegoError,
  RegoErrors,
  type RegoObject,
  type Value,
} from '@sluice/rego';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { type CriteriaTarget, type SourceCriteria, sourceCriteria } from './criteria.ts';
import { dataDocument, type SigstoreOptions } from './data.ts';
import type { Json } from './exact-json.ts';
import { type CompiledGroup, compileGroup, type RulePackage } from './group.ts';
import { inputDocument, inputOfImage } from './input.ts';
import type { Instant } from './instant.ts';
import { valueOfJson } from './json-of-value.ts';
import { type KeptFiles, nothingKept } from './kept-files.ts';
import { gateNotes } from './notes.ts';
import { askPackage, outcomeOf } from './query-rules.ts';
import type { Outcome, RawOutcome } from './result.ts';
import { type FilterType, pipelineIntentions, type Selection, selectRules } from './selection.ts';
import { beginSettled, passingData } from './settled.ts';
import type { FetchedSource } from './source-file.ts';
import type { SourceFetcher } from './sources.ts';
import type { PolicySpec, SourceGroup } from './spec.ts';
import type { PolicyEvaluation, PolicyEvaluator, PolicyTarget } from './target.ts';
import { verdictOf } from './verdict.ts';

export interface EvaluatorOptions {
  /** With what the command line adds to it: key, rule data. */
  readonly policy: PolicySpec;
  readonly fetcher: SourceFetcher;
  readonly builtins: readonly CustomBuiltin[];
  /** What compiling and reading sources gave in earlier runs. */
  readonly kept?: KeptFiles;
  /** The effective time; now, where each image has its own. */
  readonly at: Instant;
  readonly filter: FilterType;
  readonly sigstore: SigstoreOptions;
  /** Files of an image that a policy sees as `input.image.files`. */
  readonly imageFiles?: (target: PolicyTarget) => Promise<{ readonly [path: string]: Json }>;
}

/** One document that is evaluated; a list is evaluated member by member. */
export interface EvaluatedInput<Content = Json> {
  /** As the outcome names it; empty for an image. */
  readonly filename: string;
  readonly content: Content;
  /** `data.conftest.file`, where the document comes from a file. */
  readonly file?: { readonly name: string; readonly dir: string };
}

/** Whom criteria are looked up for. */
export interface EvaluatedSubject {
  readonly ref: string;
  readonly component: string;
}

/** An evaluator for images and for files; its sources are fetched and compiled once. */
export interface CompiledPolicy extends PolicyEvaluator {
  readonly sources: readonly FetchedSource[];
  /** Evaluates documents; `ref` and `component` are empty for files, so that only unbound criteria apply to them. */
  evaluateInputs(
    inputs: readonly EvaluatedInput[],
    subject: EvaluatedSubject,
    at: Instant,
  ): Promise<readonly Outcome[]>;
}

/** Fetches all sources concurrently, compiles each group, and gives what evaluates any number of images with them. */
export async function createPolicyEvaluator(ctx: StepContext, options: EvaluatorOptions): Promise<CompiledPolicy> {
  const { policy } = options;
  const groups = await Promise.all((policy.sources ?? []).map((source) => prepared(source, options)));
  const pinned: PolicySpec =
    policy.sources === undefined ? policy : { ...policy, sources: groups.map(({ group }) => group.source) };
  const sources = groups.flatMap(({ group }) => [...group.policies, ...group.dataSources]);
  return {
    policy: pinned,
    contents: new Map(sources.map((source) => [source.pinned, source.sha256])),
    notes: groups.flatMap(({ group, criteria }) => gateNotes(group, criteria, options)),
    sources,
    evaluate: (target) => evaluateImage(ctx, options, groups, pinned, target),
    evaluateInputs: (inputs, subject, at) => {
      const documents = inputs.map((input) => ({ ...input, content: valueOfJson(input.content) }));
      return evaluateInputs(ctx, options, groups, documents, subject, at);
    },
  };
}

interface PreparedGroup {
  readonly group: CompiledGroup;
  readonly criteria: SourceCriteria;
  readonly data: RegoObject;
  /** Keeps what evaluations found out for the next run. */
  readonly keepSettled: () => Promise<void>;
}

async function prepared(source: SourceGroup, options: EvaluatorOptions): Promise<PreparedGroup> {
  const { policy, fetcher, builtins, at, sigstore, kept = nothingKept } = options;
  const group = await compileGroup(source, fetcher, { builtins }, kept);
  const data = dataDocument(group.data, source.ruleData, at, sigstore);
  const keepSettled = await beginSettled(kept, group, data, { at, sigstore });
  return { group, criteria: sourceCriteria(group.source, policy, at), data, keepSettled };
}

async function evaluateImage(
  ctx: StepContext,
  options: EvaluatorOptions,
  groups: readonly PreparedGroup[],
  policy: PolicySpec,
  target: PolicyTarget,
): Promise<PolicyEvaluation> {
  const parts = { target, policy, files: (await options.imageFiles?.(target)) ?? {} };
  const subject = { ref: target.ref, component: target.component.name };
  const inputs = [{ filename: '', content: inputOfImage(parts) }];
  const outcomes = await evaluateInputs(ctx, options, groups, inputs, subject, target.effectiveTime);
  return { outcomes, input: () => inputDocument(parts) };
}

async function evaluateInputs(
  ctx: StepContext,
  options: EvaluatorOptions,
  groups: readonly PreparedGroup[],
  inputs: readonly EvaluatedInput<Value>[],
  subject: EvaluatedSubject,
  at: Instant,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const prepared of groups) {
    const selection = selectionFor(options, prepared, criteriaTarget(subject.ref), subject.component);
    const raw = await rawOutcomes(ctx, options, prepared, selection, inputs);
    await prepared.keepSettled();
    outcomes.push(...verdictOf(raw, prepared.group.rules, selection, at));
  }
  return outcomes;
}

function selectionFor(
  options: EvaluatorOptions,
  { group, criteria }: PreparedGroup,
  target: CriteriaTarget | undefined,
  component: string,
): Selection {
  return { criteria, target, component, filter: options.filter, intentions: pipelineIntentions(group.source.ruleData) };
}

/** Criteria name an image by its repository and digest; a reference that cannot be read has unbound criteria only. */
export function criteriaTarget(ref: string): CriteriaTarget | undefined {
  try {
    const { registry, repository, digest } = parseReference(ref);
    const host = registry === 'docker.io' ? 'index.docker.io' : registry;
    return { repository: `${host}/${repository}`, ...(digest === undefined ? {} : { digest }) };
  } catch {
    return undefined;
  }
}

/** The packages that run: the selected ones, or all of them when none is selected. */
function packagesToRun(group: CompiledGroup, selection: Selection): readonly RulePackage[] {
  const { packages } = selectRules(group.rules, selection);
  if (packages.size === 0) return group.packages;
  const known = new Map(group.packages.map((pkg) => [pkg.namespace, pkg]));
  // `release.deep` selects `release`, which may not exist: it runs all the same, and has nothing to say.
  return [...packages].map((name) => known.get(name) ?? { namespace: name, path: [name], rules: [] });
}

async function rawOutcomes(
  ctx: StepContext,
  options: EvaluatorOptions,
  prepared: PreparedGroup,
  selection: Selection,
  inputs: readonly EvaluatedInput<Value>[],
): Promise<RawOutcome[]> {
  const packages = packagesToRun(prepared.group, selection);
  const outcomes = new Map<string, RawOutcome>();
  for (const input of inputs) {
    // A list is evaluated member by member into one outcome a package.
    const members = isArray(input.content) ? input.content : [input.content];
    for (const member of members) {
      const said = await evaluateOne(ctx, options, prepared, packages, { ...input, content: member });
      for (const outcome of said) {
        const key = JSON.stringify([outcome.filename, outcome.namespace]);
        outcomes.set(key, joined(outcomes.get(key), outcome));
      }
    }
    if (members.length === 0) {
      for (const { namespace } of packages)
        outcomes.set(JSON.stringify([input.filename, namespace]), emptyOutcome(input.filename, namespace));
    }
  }
  return [...outcomes.values()];
}

function emptyOutcome(filename: string, namespace: string): RawOutcome {
  return { filename, namespace, warnings: [], failures: [], exceptions: [], skipped: [] };
}

function joined(before: RawOutcome | undefined, outcome: RawOutcome): RawOutcome {
  if (before === undefined) return outcome;
  return {
    ...outcome,
    warnings: [...before.warnings, ...outcome.warnings],
    failures: [...before.failures, ...outcome.failures],
    exceptions: [...before.exceptions, ...outcome.exceptions],
    skipped: [...before.skipped, ...outcome.skipped],
  };
}

/** Of one source for one image where nobody says when the run has to end, in milliseconds. */
const longestEvaluation = 300_000;

async function evaluateOne(
  ctx: StepContext,
  options: EvaluatorOptions,
  { group, data }: PreparedGroup,
  packages: readonly RulePackage[],
  input: EvaluatedInput<Value>,
): Promise<RawOutcome[]> {
  const documents = {
    input: input.content,
    passing: passingData,
    like: data,
    data:
      input.file === undefined
        ? data
        : data
            .toBuilder()
            .set('conftest', fromPlain({ file: { ...input.file } }))
            .build(),
  };
  const clock = () => ctx.now().getTime();
  const lent = {
    now: options.at,
    randomBytes: (bytes: Uint8Array) => {
      randomFillSync(bytes);
    },
    print: (text: string) => ctx.log.debug(`policy: ${text}`),
    deadline: { clock, until: ctx.until ?? clock() + longestEvaluation },
    ...(ctx.signal === undefined ? {} : { signal: ctx.signal }),
  };
  try {
    const asked = await evaluateWithHost(group.policy, documents, lent, (evaluation) => {
      const ask = () => packages.map((pkg) => askPackage(evaluation, pkg));
      return ctx.whileBusy ? ctx.whileBusy(ask) : ask();
    });
    return asked.map((values) => outcomeOf(values, input.filename));
  } catch (cause) {
    if (!(cause instanceof RegoError) && !(cause instanceof RegoErrors)) throw cause;
    throw new SluiceError('refused', `The policy could not be evaluated: ${cause.message}`, { cause });
  }
}
