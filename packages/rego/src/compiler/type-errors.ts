// SPDX-License-Identifier: Apache-2.0
import type { Ref } from '../syntax/ast.ts';
import { printRef, printTerm } from '../syntax/print.ts';
import { print } from '../value/print.ts';
import type { Value } from '../value/value.ts';
import { diffTypes, elideType, tooWide } from './elide-types.ts';
import type { LocalNames } from './terms.ts';
import { type FunctionType, isImpossible, printType, type Type } from './types.ts';
import { unifies } from './unify-types.ts';
import { writtenRef } from './written-ref.ts';

/** What the type checker found, in OPA's words. */
export interface TypeFinding {
  readonly at: number;
  readonly message: string;
  readonly details: readonly string[];
  /** Some type in it is not known, so that it may only follow from another finding. */
  readonly fromUnknown: boolean;
}

/** A call whose arguments do not fit. */
export function argumentError(
  at: number,
  name: string,
  problem: string,
  have: readonly (Type | undefined)[],
  want: FunctionType,
): TypeFinding {
  const wanted = want.result && problem !== 'arity mismatch' ? [...want.args, want.result] : want.args;
  return {
    at,
    message: `${name}: ${problem}`,
    details: argumentDetails(have, wanted, want.variadic),
    fromUnknown: have.some((type) => isImpossible(type)),
  };
}

function argumentDetails(
  have: readonly (Type | undefined)[],
  want: readonly Type[],
  variadic: Type | undefined,
): readonly string[] {
  const rest = variadic ? [`${printType(variadic)}...`] : [];
  const full = [`have: (${have.map(printType).join(', ')})`, `want: (${[...want.map(printType), ...rest].join(', ')})`];
  if (!tooWide(full)) return full;
  const haveText = have.map(elideType);
  const wantText = want.map(elideType);
  for (let at = 0; at < Math.min(have.length, want.length); at++) {
    const [left, right] = [have[at], want[at]];
    if (left && right && unifies(left, right)) continue;
    [haveText[at], wantText[at]] = diffTypes(left, right);
  }
  const elided = variadic ? [`${elideType(variadic)}...`] : [];
  return [`have: (${haveText.join(', ')})`, `want: (${[...wantText, ...elided].join(', ')})`];
}

/** Two sides of an equation that can never be equal. */
export function matchError(at: number, left: Type | undefined, right: Type | undefined): TypeFinding {
  return {
    at,
    message: 'match error',
    details: matchDetails(left, right),
    fromUnknown: isImpossible(left) || isImpossible(right),
  };
}

function matchDetails(left: Type | undefined, right: Type | undefined): readonly string[] {
  const full = [`left  : ${printType(left)}`, `right : ${printType(right)}`];
  const [shortLeft, shortRight] = tooWide(full) ? diffTypes(left, right) : [];
  const lines = shortLeft === undefined ? full : [`left  : ${shortLeft}`, `right : ${shortRight}`];
  const shared = left && right && left.kind === right.kind ? plurals[left.kind] : undefined;
  if (shared === undefined) return lines;
  const page = 'https://www.openpolicyagent.org/docs/errors/rego-type-error/match-error';
  return [
    ...lines,
    `hint  : both sides are ${shared} but their types differ, so they can never be equal (see ${page})`,
  ];
}

const plurals: Readonly<Partial<Record<Type['kind'], string>>> = { object: 'objects', array: 'arrays', set: 'sets' };

/** A key that the value cannot have. `at` is the part of the path. */
export function invalidReference(
  ref: Ref,
  at: number,
  found: { readonly have: Type | undefined; readonly want: Type | undefined; readonly oneOf: readonly Value[] },
  names: LocalNames,
): TypeFinding {
  const shown = writtenRef(ref, names);
  const pad = ' '.repeat(prefixText(shown, at).length + 1);
  const part = shown.path[at];
  const have = found.have ? `have (type): ${printType(found.have)}` : `have: ${part ? printTerm(part) : ''}`;
  return {
    at: ref.at,
    message: `undefined ref: ${printRef(shown)}`,
    details: [printRef(shown), `${pad}^`, pad + have, `${pad}${wantText(found.want, found.oneOf)}`],
    fromUnknown: false,
  };
}

function wantText(want: Type | undefined, oneOf: readonly Value[]): string {
  if (oneOf.length > 0) return `want (one of): [${oneOf.map(print).join(' ')}]`;
  return want ? `want (type): ${printType(want)}` : 'want (one of): []';
}

/** A value that has no keys. `at` is the last part of the path that leads to it, -1 for the head. */
export function unsupportedReference(ref: Ref, at: number, have: Type | undefined, names: LocalNames): TypeFinding {
  if (have?.kind === 'function') return functionAsReference(ref, names);
  const shown = writtenRef(ref, names);
  return {
    at: ref.at,
    message: `undefined ref: ${printRef(shown)}`,
    details: [printRef(shown), '^'.repeat(prefixText(shown, at + 1).length), `have: ${printType(have)}`],
    fromUnknown: false,
  };
}

/** A function mentioned without being called. */
export function functionAsReference(ref: Ref, names: LocalNames): TypeFinding {
  const shown = writtenRef(ref, names);
  const last = ref.path.at(-1);
  const isOutput = last?.kind === 'var' && last.name.startsWith('__local');
  const name = printRef(isOutput ? { ...shown, path: shown.path.slice(0, -1) } : shown);
  return {
    at: ref.at,
    message: `function ${name} used as reference, not called`,
    details: [printRef(shown), '^'.repeat(printRef(shown).length)],
    fromUnknown: false,
  };
}

/** The text of the first parts of a reference. */
function prefixText(ref: Ref, parts: number): string {
  return printRef({ ...ref, path: ref.path.slice(0, Math.max(0, parts)) });
}
