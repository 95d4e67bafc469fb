// SPDX-License-Identifier: Apache-2.0
import { errorAt, type RegoError } from '../error.ts';
import { rowOf } from '../location.ts';
import { print } from '../value/print.ts';
import type { Value } from '../value/value.ts';
import type { DraftAnnotations } from './annotations.ts';
import type { Annotations, AnnotationTarget, Module, Rule, Term } from './ast.ts';

/** Gives each METADATA block the statement below it, its scope, and each rule the blocks that describe it. */
export function attachAnnotations(module: Module, drafts: readonly DraftAnnotations[]): Module | readonly RegoError[] {
  const { source } = module;
  const targets = statementTargets(module);
  const errors: RegoError[] = [];
  const annotations: Annotations[] = [];
  for (const draft of drafts) {
    const row = rowOf(source, draft.at);
    const target = targets.find(({ at }) => rowOf(source, at) > row);
    const scope = draft.scope || defaultScope(draft, target);
    const refusals = refuse(draft, scope, target);
    for (const message of refusals) errors.push(errorAt(source, draft.at, 'rego_parse_error', message));
    if (refusals.length === 0 && target && target.kind !== 'import') {
      // The scope was checked to be one of the four.
      annotations.push({
        ...draft.content,
        kind: 'annotations',
        scope: scope as Annotations['scope'],
        target,
        at: draft.at,
        end: draft.end,
      });
    }
  }
  if (errors.length > 0) return errors;
  return { ...module, annotations, rules: attachToRules(module, annotations) };
}

type Target = AnnotationTarget | { readonly kind: 'import'; readonly path: readonly Value[]; readonly at: number };

/** Everything a block can stand above, in the order of the text. */
function statementTargets(module: Module): readonly Target[] {
  return [
    { kind: 'package' as const, path: module.package.path, at: module.package.at },
    ...module.imports.map(({ at }) => ({ kind: 'import' as const, path: [], at })),
    ...module.rules.map((rule) => ({ kind: 'rule' as const, path: rulePath(module, rule), at: rule.at })),
  ].toSorted((a, b) => a.at - b.at);
}

/** The path of a rule's document as far as it is ground, the package's included. */
export function rulePath(module: Module, { head }: Rule): readonly Value[] {
  const path: Value[] = [...module.package.path, ...headPart(head.ref.head)];
  for (const part of head.ref.path) {
    if (part.kind !== 'constant') break;
    path.push(part.value);
  }
  return path;
}

function headPart(head: Term): readonly Value[] {
  return head.kind === 'var' ? [head.name] : [];
}

function defaultScope(draft: DraftAnnotations, target: Target | undefined): string {
  if (target?.kind === 'rule') return draft.content.entrypoint ? 'document' : 'rule';
  return target?.kind ?? '';
}

function refuse(draft: DraftAnnotations, scope: string, target: Target | undefined): readonly string[] {
  const refusals: string[] = [];
  const wanted = wantedTarget(scope);
  const have = target ? ` (have ${target.kind})` : '';
  if (!wanted) {
    refusals.push(`invalid annotation scope '${scope}'. Use one of 'rule', 'document', 'package', or 'subpackages'`);
  } else if (target?.kind !== wanted) {
    refusals.push(`annotation scope '${scope}' must be applied to ${wanted}${have}`);
  }
  if (draft.content.entrypoint && scope !== 'document' && scope !== 'package') {
    refusals.push(`annotation entrypoint applied to non-document or package scope '${scope}'`);
  }
  return refusals;
}

function wantedTarget(scope: string): 'rule' | 'package' | undefined {
  if (scope === 'rule' || scope === 'document') return 'rule';
  return scope === 'package' || scope === 'subpackages' ? 'package' : undefined;
}

/**
 * A rule is described by every block of scope `document` for its path, and by the blocks of scope `rule` above it that
 * no earlier rule of that path has used up; each rule uses up the nearest.
 */
function attachToRules(module: Module, annotations: readonly Annotations[]): readonly Rule[] {
  const { source } = module;
  const used = new Set<Annotations>();
  const byPath = Map.groupBy(annotations, ({ target }) => pathKey(target.path));
  return module.rules.map((rule) => {
    const row = rowOf(source, rule.at);
    const described = (byPath.get(pathKey(rulePath(module, rule))) ?? []).filter(
      (block) =>
        block.scope === 'document' || (block.scope === 'rule' && !used.has(block) && rowOf(source, block.at) < row),
    );
    const nearest = described.findLast(({ scope }) => scope === 'rule');
    if (nearest) used.add(nearest);
    return described.length === 0 ? rule : { ...rule, annotations: described };
  });
}

function pathKey(path: readonly Value[]): string {
  return path.map(print).join('.');
}
