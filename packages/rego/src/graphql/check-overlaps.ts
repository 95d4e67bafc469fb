// SPDX-License-Identifier: Apache-2.0
import {
  type Argument,
  type Definition,
  type FieldDefinition,
  type FragmentDefinition,
  GraphqlError,
  type Selection,
  type TypeRef,
  typeName,
  typeText,
  type Value,
} from './ast.ts';
import type { Schema } from './schema.ts';
import { fieldOf, isSpread } from './selections.ts';

interface Context {
  readonly schema: Schema;
  readonly fragments: ReadonlyMap<string, FragmentDefinition>;
  readonly tick: (units: number) => void;
}

interface Found {
  readonly field: Selection;
  readonly parent: Definition;
  readonly definition: FieldDefinition | undefined;
}

/** Fields that answer under one name must be the same field (https://spec.graphql.org/October2021/#sec-Field-Selection-Merging). */
export function checkOverlaps(selections: readonly Selection[], parent: Definition, context: Context): void {
  compareAll([{ selections, parent }], false, context, 0);
}

interface Level {
  readonly selections: readonly Selection[];
  readonly parent: Definition;
}

const maxDepth = 200;

function compareAll(levels: readonly Level[], exclusive: boolean, context: Context, depth: number): void {
  if (depth > maxDepth) return;
  const byName = new Map<string, Found[]>();
  const seen = new Set<string>();
  for (const level of levels) collect(level, byName, seen, context);
  for (const [name, found] of byName) {
    const [first, ...others] = found;
    if (!first) continue;
    for (const other of others) {
      context.tick(1);
      comparePair(name, first, other, exclusive, context);
    }
    const below = found.flatMap(({ field, definition }) => {
      const type = context.schema.types.get(typeName(definition?.Type));
      return type && field.SelectionSet?.length ? [{ selections: field.SelectionSet, parent: type }] : [];
    });
    const apart = exclusive || others.some((other) => areExclusive(first.parent, other.parent));
    if (below.length > 0) compareAll(below, apart, context, depth + 1);
  }
}

function collect({ selections, parent }: Level, into: Map<string, Found[]>, seen: Set<string>, context: Context): void {
  for (const selection of selections) {
    context.tick(1);
    if (selection.Alias !== undefined) {
      const definition = fieldOf(context.schema, parent, selection.Name ?? '');
      const found = { field: selection, parent, definition };
      const known = into.get(selection.Alias);
      if (known) known.push(found);
      else into.set(selection.Alias, [found]);
    } else if (isSpread(selection)) {
      const fragment = context.fragments.get(selection.Name ?? '');
      const type = context.schema.types.get(fragment?.TypeCondition ?? '');
      if (!fragment || !type || seen.has(fragment.Name)) continue;
      seen.add(fragment.Name);
      collect({ selections: fragment.SelectionSet ?? [], parent: type }, into, seen, context);
    } else {
      const type = context.schema.types.get(selection.TypeCondition ?? '') ?? parent;
      collect({ selections: selection.SelectionSet ?? [], parent: type }, into, seen, context);
    }
  }
}

/** Two different object types are never both the answer's. */
function areExclusive(a: Definition, b: Definition): boolean {
  return a.Name !== b.Name && a.Kind === 'OBJECT' && b.Kind === 'OBJECT';
}

function comparePair(name: string, a: Found, b: Found, exclusive: boolean, { schema }: Context): void {
  if (!exclusive && !areExclusive(a.parent, b.parent)) {
    const [left, right] = [a.field.Name ?? '', b.field.Name ?? ''];
    if (left !== right) conflict(name, `"${left}" and "${right}" are different fields`, b);
    if (!sameArguments(a.field.Arguments ?? [], b.field.Arguments ?? [])) {
      conflict(name, 'they have differing arguments', b);
    }
  }
  const [left, right] = [a.definition?.Type, b.definition?.Type];
  if (left && right && differ(left, right, schema)) {
    conflict(name, `they return conflicting types "${typeText(left)}" and "${typeText(right)}"`, b);
  }
}

function conflict(name: string, reason: string, at: Found): never {
  throw new GraphqlError(
    `Fields "${name}" conflict because ${reason}. Use different aliases on the fields to fetch both if this was intentional`,
    at.field.position,
  );
}

function differ(a: TypeRef, b: TypeRef, schema: Schema): boolean {
  if (a.NonNull !== b.NonNull || (a.Elem === undefined) !== (b.Elem === undefined)) return true;
  if (a.Elem && b.Elem) return differ(a.Elem, b.Elem, schema);
  const isLeaf = (type: TypeRef) => /^(SCALAR|ENUM)$/.test(schema.types.get(type.NamedType)?.Kind ?? '');
  return (isLeaf(a) || isLeaf(b)) && a.NamedType !== b.NamedType;
}

function sameArguments(a: readonly Argument[], b: readonly Argument[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((one) => {
    const other = b.find(({ Name }) => Name === one.Name);
    return other !== undefined && sameValue(one.Value, other.Value);
  });
}

function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (!a || !b || a.Kind !== b.Kind || a.Raw !== b.Raw) return a === b;
  const [left, right] = [a.Children ?? [], b.Children ?? []];
  if (left.length !== right.length) return false;
  return left.every((child, at) => child.Name === right[at]?.Name && sameValue(child.Value, right[at]?.Value));
}
