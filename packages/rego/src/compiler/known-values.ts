// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Term } from '../syntax/ast.ts';
import { isArray, isObject, isSet, type Value } from '../value/value.ts';
import { isEquation } from './terms.ts';

/** Variables of a body that can only hold some constants: `x := "a"`, `some x in ["a", "b"]`. */
export class KnownValues {
  readonly #known: ReadonlyMap<string, { readonly values: readonly Value[]; readonly at: number }>;

  constructor(body: Body) {
    const known = new Map<string, { readonly values: readonly Value[]; readonly at: number }>();
    for (const [at, expr] of body.entries()) {
      const found = binding(expr, (name) => known.get(name)?.values);
      if (found && !known.has(found.name)) known.set(found.name, { values: found.values, at });
    }
    this.#known = known;
  }

  /** What a variable can hold in the expression at an index; undefined when that is not known there. */
  before(name: string, at: number): readonly Value[] | undefined {
    const known = this.#known.get(name);
    return known && known.at < at ? known.values : undefined;
  }
}

export function knownValues(body: Body): KnownValues {
  return new KnownValues(body);
}

type Lookup = (name: string) => readonly Value[] | undefined;

function binding(expr: Expr, lookup: Lookup): { readonly name: string; readonly values: readonly Value[] } | undefined {
  if (!isEquation(expr) || expr.negated || expr.with.length > 0) return undefined;
  const [left, right] = expr.args;
  for (const [variable, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const values = variable?.kind === 'var' && other ? valuesOf(other, lookup) : undefined;
    if (variable?.kind === 'var' && values) return { name: variable.name, values };
  }
  return undefined;
}

const maxValues = 64;

function valuesOf(term: Term, lookup: Lookup): readonly Value[] | undefined {
  if (term.kind === 'constant') return [term.value];
  if (term.kind === 'var') return lookup(term.name);
  if (term.kind !== 'ref') return undefined;
  let values = valuesOf(term.head, lookup);
  for (const part of term.path) {
    if (!values) return undefined;
    const next: (readonly Value[] | undefined)[] = values.map((value) =>
      part.kind === 'constant' ? memberOf(value, part.value) : membersOf(value),
    );
    if (next.some((members) => members === undefined)) return undefined;
    values = next.flatMap((members) => members ?? []);
    if (values.length > maxValues) return undefined;
  }
  return values;
}

function memberOf(value: Value, key: Value): readonly Value[] {
  const member =
    isArray(value) && typeof key === 'number'
      ? value[key]
      : isObject(value) || isSet(value)
        ? value.get(key)
        : undefined;
  return member === undefined ? [] : [member];
}

function membersOf(value: Value): readonly Value[] | undefined {
  if (isArray(value)) return value;
  if (isObject(value)) return value.values();
  return isSet(value) ? value.items() : undefined;
}
