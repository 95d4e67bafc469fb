// SPDX-License-Identifier: Apache-2.0
import { type Annotations, type Module, type Rule, type Term, toPlain, type Value } from '@sluice/rego';
import { SluiceError } from '../error.ts';
import type { RuleInfo, RuleSet } from './rule-info.ts';

/** Rules that fail an image: `deny`, `violation`, and the same with a suffix. */
export const failureName = /^(deny|violation)(_[a-zA-Z0-9]+)*$/;
/** Rules that warn. */
export const warningName = /^warn(_[a-zA-Z0-9]+)*$/;

/** A rule with what describes it, or a package as its annotation describes it: one entry of a rule's chain. */
export interface ChainEntry {
  readonly module: Module;
  /** Absent for the annotation of a package. */
  readonly rule?: Rule;
  readonly annotations?: Annotations;
  /** With the leading `data`. */
  readonly path: readonly Value[];
}

/**
 * Collects the rules of an evaluator from its modules. The same code twice, or an annotated, deny or warn rule whose
 * value is neither text, object, variable nor call, is a `configuration` error.
 */
export function discoverRules(modules: readonly Module[]): RuleSet {
  const annotated = new Map<string, RuleInfo>();
  const bare = new Set<string>();
  for (const entry of interestingEntries(modules)) {
    checkValue(entry);
    if (entry.annotations === undefined) {
      if (entry.rule !== undefined) bare.add(bareCode(entry.rule, entry.path));
      continue;
    }
    const info = ruleInfo(entry);
    if (info.shortName === '') continue;
    if (annotated.has(info.code)) throw sameCode(info.code, entry);
    annotated.set(info.code, info);
  }
  return { annotated, bare };
}

/** Every entry that is annotated, or a deny or warn rule. Test files say nothing about rules. */
export function interestingEntries(modules: readonly Module[]): ChainEntry[] {
  return modules
    .filter((module) => !module.source.file.toLowerCase().endsWith('_test.rego'))
    .flatMap((module) => module.rules.flatMap((rule) => chainOf(module, rule)))
    .filter((entry) => entry.annotations !== undefined || isPolicyRule(entry.rule));
}

/** A rule's annotations from the nearest outwards: rule, document, package, subpackages. The first entry is the rule. */
function chainOf(module: Module, rule: Rule): ChainEntry[] {
  const path = rulePath(module, rule);
  const byScope = (scope: Annotations['scope']) => rule.annotations.filter((block) => block.scope === scope);
  const own = byScope('rule').toSorted((a, b) => b.at - a.at);
  const entries: ChainEntry[] = own.map((annotations) => ({ module, rule, annotations, path }));
  if (entries.length === 0) entries.push({ module, rule, path });
  for (const annotations of byScope('document').slice(0, 1)) entries.push({ module, rule, annotations, path });
  for (const scope of ['package', 'subpackages']) {
    const block = module.annotations.find((annotations) => annotations.scope === scope);
    if (block !== undefined) entries.push({ module, annotations: block, path: module.package.path });
  }
  return entries;
}

/** The rule's document as far as it is ground. */
function rulePath(module: Module, rule: Rule): Value[] {
  const path: Value[] = [...module.package.path];
  const { head } = rule.head.ref;
  if (head.kind === 'var') path.push(head.name);
  for (const part of rule.head.ref.path) {
    if (part.kind !== 'constant') break;
    path.push(part.value);
  }
  return path;
}

export function ruleName(rule: Rule): string {
  if (rule.head.name !== '') return rule.head.name;
  const { head } = rule.head.ref;
  return head.kind === 'var' && rule.head.ref.path.length === 0 ? head.name : '';
}

function isPolicyRule(rule: Rule | undefined): boolean {
  if (rule === undefined) return false;
  const name = ruleName(rule);
  return failureName.test(name) || warningName.test(name);
}

function checkValue(entry: ChainEntry): void {
  const { rule } = entry;
  if (rule === undefined) return;
  const value = rule.head.value ?? rule.head.key;
  if (value === undefined || isSupported(value)) return;
  throw new SluiceError(
    'configuration',
    `Expected the rule "${ruleName(rule)}" in ${entry.module.source.file} to give a text, an object, a variable or a call, but found another kind of value; write it as "deny contains result if { … }".`,
  );
}

function isSupported(term: Term): boolean {
  if (term.kind === 'constant') return typeof term.value === 'string' || isObjectValue(term.value);
  return term.kind === 'object' || term.kind === 'var' || term.kind === 'call';
}

function isObjectValue(value: Value): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'object';
}

/** How a rule without annotations is known: by the first `x := {…, "code": "…"}` of its body, else by its place. */
function bareCode(rule: Rule, path: readonly Value[]): string {
  for (const expr of rule.body) {
    if (expr.kind !== 'call-expr' || operatorName(expr.operator) !== 'assign') continue;
    const code = codeMember(expr.args[1]);
    if (code !== '') return code;
  }
  return `${typeof path[1] === 'string' ? path[1] : ''}.${ruleName(rule)}`;
}

function operatorName(operator: Term): string {
  return operator.kind === 'ref' && operator.head.kind === 'var' && operator.path.length === 0
    ? operator.head.name
    : '';
}

function codeMember(term: Term | undefined): string {
  if (term?.kind === 'constant') {
    const plain = isObjectValue(term.value) ? toPlain(term.value) : undefined;
    const code = typeof plain === 'object' && plain !== null && 'code' in plain ? plain.code : undefined;
    return typeof code === 'string' ? code : '';
  }
  if (term?.kind !== 'object') return '';
  const entry = term.entries.find(([key]) => key.kind === 'constant' && key.value === 'code');
  const value = entry?.[1];
  return value?.kind === 'constant' && typeof value.value === 'string' ? value.value : '';
}

/** What an annotation says, in the words of the report. */
export function ruleInfo(entry: ChainEntry): RuleInfo {
  const custom = customOf(entry.annotations);
  const pkg = entry.module.package.path.slice(1).join('.');
  const shortName = custom.short_name === undefined ? '' : shown(custom.short_name);
  return {
    code: `${pkg}.${shortName}`,
    package: pkg,
    shortName,
    title: entry.annotations?.title ?? '',
    description: (entry.annotations?.description ?? '').replace(crossReference, '$4'),
    solution: linked(text(custom.solution)).replace(crossReference, '$4'),
    effectiveOn: linked(text(custom.effective_on)),
    collections: textList(custom.collections),
    dependsOn: dependencies(custom.depends_on),
    pipelineIntention: textList(custom.pipeline_intention),
    kind: kindOf(entry.path.at(-1)),
    documentationUrl: documentationUrl(entry.path, shortName),
  };
}

interface Custom {
  readonly [key: string]: unknown;
}

function customOf(annotations: Annotations | undefined): Custom {
  const custom = annotations?.custom === undefined ? undefined : toPlain(annotations.custom);
  return typeof custom === 'object' && custom !== null && !Array.isArray(custom) ? (custom as Custom) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function dependencies(value: unknown): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(shown) : [shown(value)];
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function kindOf(last: Value | undefined): RuleInfo['kind'] {
  return last === 'deny' || last === 'warn' ? last : 'other';
}

// AsciiDoc: xref:module:ROOT:page.adoc#anchor[label] or xref:page.adoc[label].
const crossReference = /xref:(?:([^:]+):ROOT:(.+?)\.adoc(#[^[]+)?|[\w.$#/]+)\[([\w\s/.]+)\]/g;

/** A full cross-reference becomes the address of the published page. */
function linked(value: string): string {
  return value.replace(crossReference, (whole, module?: string, page?: string, anchor?: string) =>
    module && page && anchor ? `https://conforma.dev/docs/${module}/${page}.html${anchor}` : whole,
  );
}

/** Where conforma/policy publishes its release rules; a guess for any other policy, as in ec. */
function documentationUrl(path: readonly Value[], shortName: string): string {
  const pkg = path.at(-2);
  if (path.length <= 2 || typeof pkg !== 'string' || pkg === '' || shortName === '') return '';
  return `https://conforma.dev/docs/policy/packages/release_${pkg}.html#${pkg}__${shortName}`;
}

function sameCode(code: string, entry: ChainEntry): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected every rule of a source to have a code of its own, but "${code}" is given a second time in ${entry.module.source.file}; change a short_name.`,
  );
}
