// SPDX-License-Identifier: Apache-2.0
import { errorAt, RegoError, RegoErrors } from '../error.ts';
import { defaultLimits } from '../limits.ts';
import { rowOf } from '../location.ts';
import type { CallExpr, Rule, Term } from '../syntax/ast.ts';
import { printPath } from '../syntax/print.ts';
import type { Value } from '../value/value.ts';
import { captureInRule } from './capture-terms.ts';
import { checkRecursion } from './check-recursion.ts';
import { orderBody } from './check-safety.ts';
import { type BuiltinFacts, checkWith } from './check-with.ts';
import { visitTerm } from './each-expr.ts';
import { flattenRule } from './flatten-calls.ts';
import { liftRule } from './lift-terms.ts';
import { insertMetadata } from './metadata-calls.ts';
import { arityOf, type ModuleSet, nodeOfRef, type RuleEntry } from './module-set.ts';
import { resolveRule } from './resolve-names.ts';
import { groundStrings, isGenerated, type LocalNames, operatorName } from './terms.ts';
import { announceTestCase } from './test-rules.ts';
import { needed, varsOfBody, varsOfTerm } from './vars.ts';

/** What the stages share. */
export interface CompileContext {
  readonly set: ModuleSet;
  readonly builtins: ReadonlyMap<string, BuiltinFacts>;
  readonly names: LocalNames;
  /** Findings behind which no further stage makes sense. */
  readonly errors: RegoError[];
  /** Findings that let the other stages run, so that one compilation reports as much as it can. */
  readonly deferred: RegoError[];
  readonly strict: boolean;
  /** Keep calls of print. */
  readonly print: boolean;
  /** Tests with parameters say which case they are at. */
  readonly tests: boolean;
  /** What `rego.metadata.chain()` and `.rule()` answer inside a rule. */
  readonly metadata: MetadataSource;
}

export interface MetadataSource {
  chain(entry: RuleEntry): Value;
  rule(entry: RuleEntry): Value;
}

/** A stage rewrites each rule by itself, or looks at all of them together. Findings go to `context.errors`. */
export interface Stage {
  readonly name: string;
  readonly rule?: (entry: RuleEntry, rule: Rule, context: CompileContext) => Rule;
  readonly all?: (context: CompileContext) => void;
  /** Runs even when the stage before found errors. */
  readonly despiteErrors?: boolean;
}

/**
 * The stages in their order; the compiler stops behind the first one that found an error. Stages with `rule` are what
 * the evaluator needs; those with `all` only check, and are left out for modules that passed them before.
 */
export const stages: readonly Stage[] = [
  { name: 'resolve names', rule: (entry, rule, context) => resolve(entry, rule, context) },
  { name: 'announce test cases', rule: announce },
  { name: 'capture terms of print and templates', rule: capture },
  { name: 'flatten calls', rule: flatten },
  { name: 'insert metadata', rule: (entry, rule, context) => insertMetadata(entry, rule, context.metadata) },
  { name: 'check safety of heads', rule: checkHead },
  { name: 'order bodies', rule: order },
  { name: 'lift terms', rule: lift },
  { name: 'check recursion', all: checkRecursion },
];

/** Runs all stages. */
export function runStages(context: CompileContext, extra: readonly Stage[] = []): void {
  let earlier = 0;
  for (const stage of withExtra(extra)) {
    if (context.errors.length > 0 && !stage.despiteErrors) break;
    if (context.errors.length === 0) earlier = context.deferred.length;
    if (stage.rule) for (const entry of context.set.entries) runRuleStage(stage, entry, context);
    stage.all?.(context);
  }
  const { errors, deferred } = context;
  if (errors.length + deferred.length === 0) return;
  throw limited([...deferred.slice(0, earlier), ...errors, ...deferred.slice(earlier)]);
}

/** Findings in the order of the stages; as OPA does, stops at ten and says so. */
function limited(found: readonly RegoError[]): RegoErrors {
  const { maxErrors } = defaultLimits;
  if (found.length < maxErrors) return new RegoErrors(found);
  return new RegoErrors([...found.slice(0, maxErrors), new RegoError('rego_compile_error', 'error limit reached')]);
}

/** Brings one rule into the form the evaluator plans from, without the checks over all rules. */
export function prepareRule(entry: RuleEntry, context: CompileContext): void {
  for (const stage of stages) if (stage.rule) runRuleStage(stage, entry, context);
  if (context.errors.length > 0) throw new RegoErrors(context.errors);
}

/** An extra stage goes behind the stage its name begins with: `order bodies: types`; `first: …` goes before all. */
function withExtra(extra: readonly Stage[]): readonly Stage[] {
  if (extra.length === 0) return stages;
  const behind = (name: string): readonly Stage[] => extra.filter((stage) => stage.name.startsWith(`${name}:`));
  return [...behind('first'), ...stages.flatMap((stage) => [stage, ...behind(stage.name)])];
}

function runRuleStage(stage: Stage, entry: RuleEntry, context: CompileContext): void {
  if (stage.rule) entry.rule = stage.rule(entry, entry.rule, context);
}

/** Applies a change to a rule and the branches of its `else`. */
export function eachBranch(rule: Rule, change: (rule: Rule) => Rule): Rule {
  const changed = change(rule);
  if (!rule.else) return changed;
  const branch = eachBranch(rule.else, change);
  return changed === rule && branch === rule.else ? rule : { ...changed, else: branch };
}

/** Arity of what a call names. */
export function arityOfCall(call: CallExpr, context: CompileContext): number | undefined {
  return (
    context.builtins.get(operatorName(call.operator))?.arity ?? arityOf(nodeOfRef(context.set.root, call.operator))
  );
}

function resolve(entry: RuleEntry, rule: Rule, context: CompileContext): Rule {
  return resolveRule(rule, {
    source: entry.module.source,
    globals: context.set.globals.get(entry.module) ?? new Map(),
    names: context.names,
    isBuiltin: (name) => context.builtins.has(name),
    errors: context.errors,
  });
}

function announce(_entry: RuleEntry, rule: Rule, context: CompileContext): Rule {
  return context.tests ? announceTestCase(rule, context.names) : rule;
}

function capture(entry: RuleEntry, rule: Rule, context: CompileContext): Rule {
  const captureContext = {
    source: entry.module.source,
    names: context.names,
    errors: context.errors,
    arity: (call: CallExpr) => arityOfCall(call, context),
    isRelation: (name: string) => context.builtins.get(name)?.relation ?? false,
    isAlwaysDefined: (ref: Parameters<typeof nodeOfRef>[1]) => isAlwaysDefined(ref, context.set),
    print: context.print,
  };
  return eachBranch(rule, (branch) => captureInRule(branch, captureContext));
}

function flatten(entry: RuleEntry, rule: Rule, context: CompileContext): Rule {
  const { source } = entry.module;
  const { set, builtins, names } = context;
  return eachBranch(rule, (branch) => {
    const errors: RegoError[] = [];
    const flat = flattenRule(branch, {
      names,
      checkWith: (modifier) => checkWith(modifier, { source, set, builtins, errors }),
    });
    // Of several wrong `with` in one body OPA names the first.
    context.errors.push(...errors.slice(0, 1));
    return flat;
  });
}

function lift(_entry: RuleEntry, rule: Rule, context: CompileContext): Rule {
  return eachBranch(rule, (branch) => liftRule(branch, context.names));
}

/** Variables of a head must be bound by the body or be arguments. */
function checkHead(entry: RuleEntry, rule: Rule, context: CompileContext): Rule {
  return eachBranch(rule, (branch) => {
    const { head } = branch;
    const inHead = new Map<string, number>();
    for (const part of [...head.ref.path, ...(head.key ? [head.key] : []), ...(head.value ? [head.value] : [])]) {
      for (const [name, at] of placesOfVars(part)) inHead.set(name, at);
    }
    if (inHead.size === 0) return branch;
    const bound = varsOfBody(branch.body, needed);
    for (const arg of head.args ?? []) varsOfTerm(arg, {}, bound);
    for (const [name, at] of inHead) {
      const written = context.names.original.get(name) ?? name;
      if (bound.has(name) || isGenerated(written)) continue;
      const shown = written.startsWith('$') ? '_' : written;
      const reason = `var ${shown} is unsafe${scopeOf(entry)}`;
      context.errors.push(errorAt(entry.module.source, at, 'rego_unsafe_var_error', reason));
    }
    return branch;
  });
}

function order(entry: RuleEntry, rule: Rule, context: CompileContext): Rule {
  const safety = {
    source: entry.module.source,
    names: context.names,
    arity: (call: CallExpr) => arityOfCall(call, context),
    scope: '',
  };
  return eachBranch(rule, (branch) => {
    const bound = new Set(['data', 'input']);
    for (const arg of branch.head.args ?? []) varsOfTerm(arg, {}, bound);
    const found: RegoError[] = [];
    const body = orderBody(branch.body, bound, safety, found);
    // The label is costly to find out, and only wanted in a message.
    if (found.length > 0) orderBody(branch.body, bound, { ...safety, scope: scopeOf(entry) }, context.errors);
    return body === branch.body ? branch : { ...branch, body };
  });
}

/** The variables of a term with where each is met first. */
function placesOfVars(term: Term): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  visitTerm(term, {
    term: (part) => {
      if (part.kind === 'var' && !places.has(part.name)) places.set(part.name, part.at);
    },
  });
  return new Map([...varsOfTerm(term)].map((name) => [name, places.get(name) ?? term.at]));
}

/** " in rule data.p.q" where the row of a rule holds rules of another name too, as a row alone does not tell. */
function scopeOf(entry: RuleEntry): string {
  const { source, rules } = entry.module;
  const row = rowOf(source, entry.written.at);
  const name = groundName(entry.written);
  const shared = rules.some((rule) => rowOf(source, rule.at) === row && groundName(rule) !== name);
  return shared ? ` in rule ${name}` : '';
}

function groundName(rule: Rule): string {
  return printPath(groundStrings(rule.head.ref));
}

function isAlwaysDefined(ref: Parameters<typeof nodeOfRef>[1], set: ModuleSet): boolean {
  const entries = nodeOfRef(set.root, ref)?.entries ?? [];
  const [first] = entries;
  if (!first || first.written.head.args?.length) return false;
  if (first.written.default || (first.written.head.key && !first.written.head.value)) return true;
  if (entries.length > 1) return entries.some(({ written }) => written.default);
  return first.written.generatedBody && first.written.head.value?.kind === 'constant';
}
