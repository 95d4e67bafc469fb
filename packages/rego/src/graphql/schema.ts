// SPDX-License-Identifier: Apache-2.0
import {
  type Definition,
  type Directive,
  type DirectiveDefinition,
  type FieldDefinition,
  GraphqlError,
  type SchemaDefinition,
  type SchemaDocument,
  type TypeRef,
  typeName,
  typeText,
  valueKinds,
} from './ast.ts';
import { parseSchema } from './parse-schema.ts';
import { prelude } from './prelude.ts';

/** A schema that was put together and found sound. */
export interface Schema {
  readonly types: ReadonlyMap<string, Definition>;
  readonly directives: ReadonlyMap<string, DirectiveDefinition>;
  /** The object types a type may turn out to be. */
  readonly possible: ReadonlyMap<string, ReadonlySet<string>>;
  readonly roots: ReadonlyMap<string, Definition>;
}

/** Puts a schema together with its extensions and what every schema has, and checks it in gqlparser's order. */
export function buildSchema(document: SchemaDocument, tick: (units: number) => void): Schema {
  const base = parseSchema(prelude, () => undefined, true);
  const types = new Map<string, Definition>();
  for (const definition of [...(base.Definitions ?? []), ...(document.Definitions ?? [])]) {
    tick(1);
    if (types.has(definition.Name)) fail(`Cannot redeclare type ${definition.Name}.`, definition);
    types.set(definition.Name, { ...definition });
  }
  for (const extension of document.Extensions ?? []) extend(types, extension);
  const directives = collectDirectives([...(base.Directives ?? []), ...(document.Directives ?? [])]);
  const possible = possibleTypes(types);
  const schema = { types, directives, possible, roots: rootTypes(document, types, directives) };
  for (const name of [...types.keys()].sort()) checkDefinition(schema, types.get(name));
  checkInputCycles(schema);
  for (const name of [...directives.keys()].sort()) {
    const definition = directives.get(name);
    checkName(name, definition);
    checkArguments(schema, definition?.Arguments, definition);
  }
  return schema;
}

interface Placed {
  readonly position?: { readonly line: number; readonly column: number };
}

function fail(message: string, at?: Placed): never {
  throw new GraphqlError(message, at?.position);
}

function extend(types: Map<string, Definition>, extension: Definition): void {
  const known: Definition = types.get(extension.Name) ?? {
    ...(extension.position && { position: extension.position }),
    Kind: extension.Kind,
    Name: extension.Name,
    Description: '',
    BuiltIn: false,
  };
  if (known.Kind !== extension.Kind) {
    fail(
      `Cannot extend type ${extension.Name} because the base type is a ${known.Kind}, not ${extension.Kind}.`,
      extension,
    );
  }
  types.set(extension.Name, {
    ...known,
    Directives: [...(known.Directives ?? []), ...(extension.Directives ?? [])],
    Interfaces: [...(known.Interfaces ?? []), ...(extension.Interfaces ?? [])],
    Fields: [...(known.Fields ?? []), ...(extension.Fields ?? [])],
    Types: [...(known.Types ?? []), ...(extension.Types ?? [])],
    EnumValues: [...(known.EnumValues ?? []), ...(extension.EnumValues ?? [])],
  });
}

const builtInDirectives = ['include', 'skip', 'deprecated', 'specifiedBy', 'defer', 'oneOf'];

function collectDirectives(all: readonly DirectiveDefinition[]): Map<string, DirectiveDefinition> {
  const directives = new Map<string, DirectiveDefinition>();
  for (const directive of all) {
    if (directives.has(directive.Name) && !builtInDirectives.includes(directive.Name)) {
      fail(`Cannot redeclare directive ${directive.Name}.`, directive);
    }
    directives.set(directive.Name, directive);
  }
  return directives;
}

function possibleTypes(types: ReadonlyMap<string, Definition>): Map<string, Set<string>> {
  const possible = new Map<string, Set<string>>();
  const add = (name: string, type: string) => possible.set(name, (possible.get(name) ?? new Set()).add(type));
  for (const { Kind, Name, Types, Interfaces } of types.values()) {
    if (Kind === 'UNION') for (const type of Types ?? []) add(Name, type);
    if (Kind === 'OBJECT' || Kind === 'INPUT_OBJECT' || Kind === 'INTERFACE') {
      for (const one of Interfaces ?? []) add(one, Name);
    }
    if (Kind === 'OBJECT' || Kind === 'INPUT_OBJECT') add(Name, Name);
  }
  return possible;
}

function rootTypes(
  document: SchemaDocument,
  types: ReadonlyMap<string, Definition>,
  directives: ReadonlyMap<string, DirectiveDefinition>,
): Map<string, Definition> {
  const roots = new Map<string, Definition>();
  const [own, second] = document.Schema ?? [];
  if (second) fail('Cannot have multiple schema entry points, consider schema extensions instead.', second);
  for (const part of [...(own ? [own] : []), ...(document.SchemaExtension ?? [])]) {
    addRoots(part, types, roots);
    checkDirectives({ directives }, part.Directives, 'SCHEMA', undefined, true);
  }
  if (own) return roots;
  for (const [operation, name] of [
    ['query', 'Query'],
    ['mutation', 'Mutation'],
    ['subscription', 'Subscription'],
  ]) {
    const type = types.get(name ?? '');
    if (type && operation && !roots.has(operation)) roots.set(operation, type);
  }
  return roots;
}

function addRoots(
  part: SchemaDefinition,
  types: ReadonlyMap<string, Definition>,
  roots: Map<string, Definition>,
): void {
  for (const root of part.OperationTypes ?? []) {
    const type = types.get(root.Type);
    if (!type) fail(`Schema root ${root.Operation} refers to a type ${root.Type} that does not exist.`, root);
    else roots.set(root.Operation, type);
  }
}

function checkName(name: string, at?: Placed): void {
  if (name.startsWith('__')) {
    fail(`Name "${name}" must not begin with "__", which is reserved by GraphQL introspection.`, at);
  }
}

function checkDefinition(schema: Schema, definition: Definition | undefined): void {
  if (!definition) return;
  const { Kind, Name, Fields = [], Types = [], Interfaces = [], EnumValues = [], Directives } = definition;
  for (const field of Fields) {
    checkName(field.Name, field);
    checkTypeRef(schema, field.Type);
    checkArguments(schema, field.Arguments);
    const place = Kind === 'INPUT_OBJECT' ? 'INPUT_FIELD_DEFINITION' : 'FIELD_DEFINITION';
    checkDirectives(schema, field.Directives, place, undefined, true);
  }
  for (const type of Types) {
    const member = schema.types.get(type);
    if (!member) fail(`Undefined type "${type}".`, definition);
    if (member?.Kind !== 'OBJECT') fail(`${Kind} type "${type}" must be OBJECT.`, definition);
  }
  for (const one of Interfaces) checkImplements(schema, definition, one);
  checkContent(schema, definition);
  const twice = (names: readonly string[]) => names.find((name, at) => names.indexOf(name) < at);
  const field = twice(Fields.map((one) => one.Name));
  if (field !== undefined) fail(`Field ${Name}.${field} can only be defined once.`, definition);
  const value = twice(EnumValues.map((one) => one.Name));
  if (value !== undefined) fail(`Enum value ${Name}.${value} can only be defined once.`, definition);
  const type = twice(Types);
  if (type !== undefined) fail(`Union type ${Name} can only include type ${type} once.`, definition);
  if (!definition.BuiltIn) checkName(Name, definition);
  checkDirectives(schema, Directives, Kind, undefined, false);
}

function checkContent(schema: Schema, definition: Definition): void {
  const { Kind, Name, Fields = [], EnumValues = [] } = definition;
  if (Kind === 'ENUM') {
    if (EnumValues.length === 0) fail(`${Kind} ${Name}: must define one or more unique enum values.`, definition);
    for (const value of EnumValues) {
      if (/^(true|false|null)$/.test(value.Name)) fail(`${Kind} ${Name}: non-enum value ${value.Name}.`, definition);
      checkDirectives(schema, value.Directives, 'ENUM_VALUE', undefined, true);
    }
    return;
  }
  const isInput = Kind === 'INPUT_OBJECT';
  if (!isInput && Kind !== 'OBJECT' && Kind !== 'INTERFACE') return;
  if (Fields.length === 0)
    fail(`${Kind} ${Name}: must define one or more ${isInput ? 'input ' : ''}fields.`, definition);
  const allowed = isInput ? ['SCALAR', 'ENUM', 'INPUT_OBJECT'] : ['SCALAR', 'OBJECT', 'INTERFACE', 'UNION', 'ENUM'];
  for (const field of Fields) {
    const type = schema.types.get(typeName(field.Type));
    if (type && !allowed.includes(type.Kind)) {
      const who = isInput ? `${type.Kind} ${field.Name}` : `${Kind} ${Name}`;
      fail(`${who}: field must be one of ${allowed.join(', ')}.`, field);
    }
  }
}

function checkTypeRef(schema: Schema, type: TypeRef | undefined): void {
  if (!schema.types.has(typeName(type))) fail(`Undefined type ${typeName(type)}.`, type);
}

function checkArguments(schema: Schema, args: readonly FieldDefinition[] = [], of?: DirectiveDefinition): void {
  for (const one of args) {
    checkName(one.Name, one);
    checkTypeRef(schema, one.Type);
    const kind = schema.types.get(typeName(one.Type))?.Kind ?? '';
    if (!isInputKind(kind)) {
      fail(`cannot use ${typeText(one.Type)} as argument ${one.Name} because ${kind} is not a valid input type`, one);
    }
    checkDirectives(schema, one.Directives, 'ARGUMENT_DEFINITION', of, true);
  }
}

export function isInputKind(kind: string): boolean {
  return kind === 'SCALAR' || kind === 'ENUM' || kind === 'INPUT_OBJECT';
}

function checkDirectives(
  { directives }: Pick<Schema, 'directives'>,
  used: readonly Directive[] = [],
  place: string,
  within: DirectiveDefinition | undefined,
  onePlace: boolean,
): void {
  const seen = new Set<string>();
  for (const directive of used) {
    checkName(directive.Name, directive);
    if (directive.Name === within?.Name) fail(`Directive ${within.Name} cannot refer to itself.`, directive);
    const definition = directives.get(directive.Name);
    if (!definition) fail(`Undefined directive ${directive.Name}.`, directive);
    if (onePlace && seen.has(directive.Name) && !definition.IsRepeatable) {
      fail(`The directive ${directive.Name} can only be used once at this location.`, directive);
    }
    seen.add(directive.Name);
    if (!definition.Locations?.includes(place)) {
      fail(`Directive ${directive.Name} is not applicable on ${place}.`, directive);
    }
    checkDirectiveArguments(directive, definition);
  }
}

function checkDirectiveArguments(directive: Directive, definition: DirectiveDefinition): void {
  const known = definition.Arguments ?? [];
  for (const given of directive.Arguments ?? []) {
    if (!known.some(({ Name }) => Name === given.Name)) {
      fail(`Undefined argument ${given.Name} for directive ${directive.Name}.`, given);
    }
  }
  for (const { Name, Type, DefaultValue } of known) {
    if (!Type?.NonNull || DefaultValue) continue;
    const given = directive.Arguments?.find((one) => one.Name === Name);
    if (!given || given.Value?.Kind === valueKinds.null) {
      fail(`Argument ${Name} for directive ${directive.Name} cannot be null.`, directive);
    }
  }
}

function checkImplements(schema: Schema, definition: Definition, name: string): void {
  const one = schema.types.get(name);
  if (!one) fail(`Undefined type "${name}".`, definition);
  if (one.Kind !== 'INTERFACE') fail(`"${name}" is a non interface type ${one.Kind}.`, definition);
  const start = `For ${definition.Name} to implement ${name}`;
  for (const required of one.Fields ?? []) {
    const found = definition.Fields?.find((field) => field.Name === required.Name);
    if (!found) fail(`${start} it must have a field called ${required.Name}.`, definition);
    if (!isCovariant(schema, required.Type, found.Type)) {
      fail(`${start} the field ${required.Name} must have type ${typeText(required.Type)}.`, found);
    }
    checkFieldArguments(start, required, found);
  }
  for (const transitive of one.Interfaces ?? []) {
    if (definition.Interfaces?.includes(transitive)) continue;
    if (transitive === definition.Name) {
      fail(`Type ${transitive} cannot implement ${name} because it would create a circular reference.`, definition);
    }
    fail(`Type ${definition.Name} must implement ${transitive} because it is implemented by ${name}.`, definition);
  }
}

function checkFieldArguments(start: string, required: FieldDefinition, found: FieldDefinition): void {
  for (const one of required.Arguments ?? []) {
    const given = found.Arguments?.find(({ Name }) => Name === one.Name);
    const same = `${start} the field ${required.Name} must have the same arguments but`;
    if (!given) fail(`${same} it is missing ${one.Name}.`, found);
    if (!isCompatible(one.Type, given.Type)) fail(`${same} ${one.Name} has the wrong type.`, given);
  }
  for (const one of found.Arguments ?? []) {
    const isNew = !required.Arguments?.some(({ Name }) => Name === one.Name);
    if (isNew && one.Type?.NonNull && !one.DefaultValue) {
      fail(
        `${start} any additional arguments on ${found.Name} must be optional or have a default value but ${one.Name} is required.`,
        one,
      );
    }
  }
}

/** Whether a value of the first type may stand where the second is asked for. */
export function isCompatible(type: TypeRef | undefined, other: TypeRef | undefined): boolean {
  if (!type || !other || type.NamedType !== other.NamedType) return false;
  if (type.Elem && !isCompatible(type.Elem, other.Elem)) return false;
  return !other.NonNull || type.NonNull;
}

function isCovariant(schema: Schema, required: TypeRef | undefined, actual: TypeRef | undefined): boolean {
  if (!required || !actual || (required.NonNull && !actual.NonNull)) return false;
  if (required.NamedType === '') return isCovariant(schema, required.Elem, actual.Elem);
  if (required.NamedType === actual.NamedType) return true;
  return schema.possible.get(required.NamedType)?.has(actual.NamedType) ?? false;
}

/** An input object must not need itself. */
function checkInputCycles({ types }: Schema): void {
  const done = new Set<string>();
  const visit = (definition: Definition, path: readonly (readonly [string, FieldDefinition])[]): void => {
    if (done.has(definition.Name)) return;
    done.add(definition.Name);
    for (const field of definition.Fields ?? []) {
      const target = field.Type?.NonNull && field.Type.NamedType !== '' ? types.get(field.Type.NamedType) : undefined;
      if (target?.Kind !== 'INPUT_OBJECT') continue;
      const next = [...path, [definition.Name, field] as const];
      const begin = next.findIndex(([name]) => name === target.Name);
      if (begin >= 0) {
        const cycle = next.slice(begin);
        const names = cycle.map(([, one]) => one.Name).join('.');
        const message = `Cannot reference Input Object "${target.Name}" within itself through a series of non-null fields: "${names}".`;
        fail(message, cycle[0]?.[1]);
      }
      visit(target, next);
    }
  };
  for (const name of [...types.keys()].sort()) {
    const definition = types.get(name);
    if (definition?.Kind === 'INPUT_OBJECT') visit(definition, []);
  }
}
