// SPDX-License-Identifier: Apache-2.0
import type { Body, CallExpr, Ref, Term } from '../syntax/ast.ts';
import { printRef, printTerm } from '../syntax/print.ts';
import { print } from '../value/print.ts';
import type { Value } from '../value/value.ts';
import { type RuleEntry, ruleName } from './module-set.ts';
import { constant, isEquation, isGenerated, type LocalNames, operatorName, rootOf, variable } from './terms.ts';
import { varsOfTerm } from './vars.ts';
import { writtenRef } from './written-ref.ts';

/** More would be no help to the reader. */
const maxConditions = 2;
const maxShownValues = 5;

/** Where a reference stands and what is known there. */
export interface Place {
  readonly entry: RuleEntry;
  /** The rule that is told to be recursive. */
  readonly reported: RuleEntry;
  readonly names: LocalNames;
  readonly values: (name: string) => readonly Value[] | undefined;
  /** Parts that lead to the rule without a doubt. */
  readonly certain: (part: Term) => boolean;
}

/** The values that variables and other references within a reference must have for it to mean the rule. */
export function doubtText(ref: Ref, to: RuleEntry, place: Place): string | undefined {
  const target = wholePath(to);
  const parts = ref.path.slice(0, target.length).map((part) => asWritten(part, place));
  const conditions = new Set(
    parts.flatMap((part, index) => {
      const lifted = ref.path[index];
      const wanted = target[index];
      if (part.kind === 'constant' || wanted?.kind !== 'constant' || !lifted || place.certain(lifted)) return [];
      return `${printTerm(part)} is ${print(wanted.value)}${originOf(lifted, part, place)}`;
    }),
  );
  if (conditions.size === 0) return undefined;
  const shown = `${printRef({ ...ref, path: parts })}${place.entry === place.reported ? '' : ` in ${ruleText(place.entry)}`}`;
  if (conditions.size > maxConditions) return `${shown} could refer to ${ruleText(to)}`;
  return `${shown} refers to ${ruleText(to)} if ${[...conditions].join(' and ')}`;
}

/** A rule with its package: `data.lib.allowed[x]`. */
export function ruleText({ module, written }: RuleEntry): string {
  const { ref } = written.head;
  const [root = 'data', ...home] = module.package.path;
  const before = [...home, ruleName(written)].map((value) => constant(value, ref.at));
  return printRef({ ...ref, head: variable(root, ref.at), path: [...before, ...ref.path] });
}

/** Below `data`, with the variables of the rule's head. */
export function wholePath({ module, written }: RuleEntry): readonly Term[] {
  const { ref } = written.head;
  const before = [...module.package.path.slice(1), ruleName(written)].map((value) => constant(value, ref.at));
  return [...before, ...ref.path];
}

/** A part that an earlier stage lifted out of the reference is put back; a variable gets its own name. */
function asWritten(part: Term, { names, entry }: Place): Term {
  if (part.kind !== 'var') return part;
  const name = names.original.get(part.name);
  if (name !== undefined) return { ...part, name };
  const lifted = isLifted(part.name, names) ? equalTo(part.name, entry.rule.body) : undefined;
  return lifted ? withNames(lifted, names) : part;
}

function withNames(term: Term, names: LocalNames): Term {
  return term.kind === 'ref' ? writtenRef(term, names) : term;
}

function originOf(lifted: Term, part: Term, place: Place): string {
  if (rootOf(part) === 'data') return " (rule values aren't known at compile time)";
  const origin = part.kind === 'var' && lifted.kind === 'var' ? originOfVar(lifted.name, place) : undefined;
  return origin ? ` (${printTerm(part)} ${origin})` : '';
}

function originOfVar(
  name: string,
  { entry, names, values }: Pick<Place, 'entry' | 'names' | 'values'>,
): string | undefined {
  const { head, body } = entry.rule;
  if (head.args?.some((arg) => varsOfTerm(arg).has(name))) return `is an argument of ${ruleText(entry)}`;
  if (head.ref.path.some((key) => key.kind === 'var' && key.name === name)) return `is a key of ${ruleText(entry)}`;
  const known = values(name);
  if (known && known.length > maxShownValues) return `is one of ${known.length} values`;
  if (known && known.length > 1) return `is one of ${print(known)}`;
  const call = body.find((expr) => expr.kind === 'call-expr' && isResult(expr, name));
  if (call?.kind === 'call-expr') return `is computed by ${operatorName(call.operator)}`;
  const origin = equalTo(name, body);
  if (origin?.kind === 'call') return `is computed by ${operatorName(origin.operator)}`;
  if (origin?.kind === 'var' && isLifted(origin.name, names) && !isLifted(name, names)) {
    return originOfVar(origin.name, { entry, names, values });
  }
  if (origin?.kind !== 'ref' || rootOf(origin) === undefined) return undefined;
  return `comes from ${printRef(writtenRef(origin, names))}`;
}

/** Whether a stage made a variable for what was written in place. */
function isLifted(name: string, names: LocalNames): boolean {
  return isGenerated(name) && !names.original.has(name);
}

/** Whether a call, flattened before, has a variable for its result. */
function isResult(call: CallExpr, name: string): boolean {
  const last = call.args.at(-1);
  return !isEquation(call) && call.args.length > 1 && last?.kind === 'var' && last.name === name;
}

/** What a variable is set to. */
function equalTo(name: string, body: Body): Term | undefined {
  for (const expr of body) {
    if (!isEquation(expr)) continue;
    const [left, right] = expr.args;
    if (left?.kind === 'var' && left.name === name) return right;
    if (right?.kind === 'var' && right.name === name) return left;
  }
  return undefined;
}
