// SPDX-License-Identifier: Apache-2.0
import {
  type Definition,
  GraphqlError,
  type Position,
  type TypeRef,
  typeText,
  type Value,
  type VariableDefinition,
  valueKinds,
} from './ast.ts';
import { isCompatible, type Schema } from './schema.ts';

/** What a value may refer to. */
export interface ValueScope {
  readonly schema: Schema;
  /** The definition of a variable that is used; undefined when it is not known here. */
  readonly onVariable: (name: string, at: { readonly position?: Position }) => VariableDefinition | undefined;
}

function fail(message: string, at: { readonly position?: Position }): never {
  throw new GraphqlError(message.replace(/\.$/, ''), at.position);
}

/** Checks that a value can be of the type its place has. */
export function checkValue(value: Value, type: TypeRef | undefined, scope: ValueScope, placeDefault?: Value): void {
  if (!type) return;
  if (value.Kind === valueKinds.variable) {
    checkVariableUse(value, type, scope, placeDefault);
    return;
  }
  if (value.Kind === valueKinds.null) {
    if (type.NonNull) fail(`Expected value of type "${typeText(type)}", found ${valueText(value)}.`, value);
    return;
  }
  if (type.Elem) {
    const items = value.Kind === valueKinds.list ? (value.Children ?? []) : [{ Name: '', Value: value }];
    for (const item of items) if (item.Value) checkValue(item.Value, type.Elem, scope);
    return;
  }
  const definition = scope.schema.types.get(type.NamedType);
  if (definition) checkNamed(value, type, definition, scope);
}

function checkVariableUse(value: Value, type: TypeRef, scope: ValueScope, placeDefault: Value | undefined): void {
  const variable = scope.onVariable(value.Raw, value);
  if (!variable?.Type) return;
  const { Type: own, DefaultValue: given } = variable;
  // A default of the variable or of the place makes up for a missing value.
  const hasDefault = given !== undefined && given.Kind !== valueKinds.null;
  const relaxed = type.NonNull && !own.NonNull && (hasDefault || placeDefault !== undefined);
  if (isCompatible(own, relaxed ? { ...type, NonNull: false } : type)) return;
  fail(
    `Variable "$${value.Raw}" of type "${typeText(own)}" used in position expecting type "${typeText(type)}".`,
    value,
  );
}

function checkNamed(value: Value, type: TypeRef, definition: Definition, scope: ValueScope): void {
  switch (definition.Kind) {
    case 'INPUT_OBJECT':
      checkInput(value, definition, scope);
      return;
    case 'ENUM': {
      const known = definition.EnumValues?.some(({ Name }) => Name === value.Raw) ?? false;
      if (value.Kind !== valueKinds.enum) {
        fail(`Enum "${definition.Name}" cannot represent non-enum value: ${valueText(value)}.`, value);
      }
      if (!known) fail(`Value "${value.Raw}" does not exist in "${definition.Name}" enum.`, value);
      return;
    }
    case 'SCALAR':
      checkScalar(value, type, definition.Name);
      return;
    default:
  }
}

const { int, float, string, block, boolean } = valueKinds;

/** Kinds of values the built-in scalars take; other scalars take anything. */
const scalarKinds: Readonly<Record<string, readonly number[]>> = {
  Int: [int],
  Float: [int, float],
  String: [string, block],
  Boolean: [boolean],
  ID: [int, string, block],
};

const scalarNames: Readonly<Record<string, string>> = {
  Int: 'non-integer',
  Float: 'non numeric',
  String: 'a non string',
  Boolean: 'a non boolean',
  ID: 'a non-string and non-integer',
};

function checkScalar(value: Value, type: TypeRef, name: string): void {
  const allowed = scalarKinds[name];
  if (!allowed) return;
  if (!allowed.includes(value.Kind)) {
    fail(`${type.NamedType} cannot represent ${scalarNames[name]} value: ${valueText(value)}`, value);
  }
  if (name === 'Int' && Math.abs(Number(value.Raw)) > 2 ** 31) {
    fail(`Int cannot represent non 32-bit signed integer value: ${value.Raw}`, value);
  }
}

function checkInput(value: Value, definition: Definition, scope: ValueScope): void {
  if (value.Kind !== valueKinds.object) {
    fail(`Expected value of type "${definition.Name}", found ${valueText(value)}.`, value);
  }
  const given = value.Children ?? [];
  const seen = new Set<string>();
  for (const member of given) {
    const field = definition.Fields?.find(({ Name }) => Name === member.Name);
    if (!field) fail(`Field "${member.Name}" is not defined by type "${definition.Name}".`, member);
    if (seen.has(member.Name)) fail(`There can be only one input field named "${member.Name}".`, member);
    seen.add(member.Name);
    if (member.Value) checkValue(member.Value, field.Type, scope, field.DefaultValue);
  }
  for (const field of definition.Fields ?? []) {
    if (!field.Type?.NonNull || field.DefaultValue || seen.has(field.Name)) continue;
    const where = `${definition.Name}.${field.Name}`;
    fail(`Field "${where}" of required type "${typeText(field.Type)}" was not provided.`, value);
  }
  const isOneOf = definition.Directives?.some(({ Name }) => Name === 'oneOf') ?? false;
  if (isOneOf && (given.length !== 1 || given[0]?.Value?.Kind === valueKinds.null)) {
    fail(`OneOf Input Object "${definition.Name}" must specify exactly one key.`, value);
  }
}

function valueText(value: Value): string {
  switch (value.Kind) {
    case valueKinds.variable:
      return `$${value.Raw}`;
    case valueKinds.string:
    case valueKinds.block:
      return JSON.stringify(value.Raw);
    case valueKinds.list:
      return `[${(value.Children ?? []).map((child) => (child.Value ? valueText(child.Value) : '')).join(',')}]`;
    case valueKinds.object: {
      const members = (value.Children ?? []).map(
        (child) => `${child.Name}:${child.Value ? valueText(child.Value) : ''}`,
      );
      return `{${members.join(',')}}`;
    }
    default:
      return value.Raw;
  }
}
