// SPDX-License-Identifier: Apache-2.0
import type { Definition, FieldDefinition, Selection } from './ast.ts';
import type { Schema } from './schema.ts';

export function isSpread(selection: Selection): boolean {
  return selection.Alias === undefined && selection.TypeCondition === undefined && selection.Name !== undefined;
}

const typenameField: FieldDefinition = {
  Description: '',
  Name: '__typename',
  Type: { NamedType: 'String', NonNull: true },
};
const introspection: readonly FieldDefinition[] = [
  { Description: '', Name: '__schema', Type: { NamedType: '__Schema', NonNull: true } },
  {
    Description: '',
    Name: '__type',
    Type: { NamedType: '__Type', NonNull: false },
    Arguments: [{ Description: '', Name: 'name', Type: { NamedType: 'String', NonNull: true } }],
  },
];

/** The definition of a field of a type. */
export function fieldOf({ roots }: Schema, parent: Definition, name: string): FieldDefinition | undefined {
  if (name === '__typename') return typenameField;
  const own = parent.Kind === 'UNION' ? undefined : parent.Fields?.find((field) => field.Name === name);
  return own ?? (roots.get('query') === parent ? introspection.find((field) => field.Name === name) : undefined);
}
