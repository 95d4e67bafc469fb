// SPDX-License-Identifier: Apache-2.0
import {
  type Argument,
  type Definition,
  type Directive,
  type FieldDefinition,
  type FragmentDefinition,
  GraphqlError,
  type OperationDefinition,
  type QueryDocument,
  type Selection,
  typeName,
  typeText,
  type VariableDefinition,
} from './ast.ts';
import { checkOverlaps } from './check-overlaps.ts';
import { checkValue, type ValueScope } from './check-values.ts';
import { isInputKind, type Schema } from './schema.ts';
import { fieldOf, isSpread } from './selections.ts';

/** Checks a query against a schema (https://spec.graphql.org/October2021/#sec-Validation); the first finding is thrown. */
export function validateQuery(schema: Schema, document: QueryDocument, tick: (units: number) => void): void {
  const fragments = new Map<string, FragmentDefinition>();
  for (const fragment of document.Fragments ?? []) {
    if (fragments.has(fragment.Name)) fail(`There can be only one fragment named "${fragment.Name}".`, fragment);
    fragments.set(fragment.Name, fragment);
  }
  const walk: Walk = { schema, fragments, tick, usedFragments: new Set() };
  checkOperationNames(document.Operations ?? []);
  for (const fragment of fragments.values()) checkFragment(fragment, walk);
  for (const fragment of fragments.values()) checkFragmentCycles(fragment, walk);
  for (const operation of document.Operations ?? []) checkOperation(operation, walk);
  for (const fragment of fragments.values()) {
    if (!walk.usedFragments.has(fragment.Name)) fail(`Fragment "${fragment.Name}" is never used.`, fragment);
  }
}

interface Walk {
  readonly schema: Schema;
  readonly fragments: ReadonlyMap<string, FragmentDefinition>;
  readonly tick: (units: number) => void;
  readonly usedFragments: Set<string>;
}

interface Placed {
  readonly position?: { readonly line: number; readonly column: number };
}

function fail(message: string, at?: Placed): never {
  // OPA takes the last full stop away.
  throw new GraphqlError(message.replace(/\.$/, ''), at?.position);
}

function checkOperationNames(operations: readonly OperationDefinition[]): void {
  const names = new Set<string>();
  for (const operation of operations) {
    if (operation.Name === '' && operations.length > 1)
      fail('This anonymous operation must be the only defined operation.', operation);
    if (operation.Name !== '' && names.has(operation.Name)) {
      fail(`There can be only one operation named "${operation.Name}".`, operation);
    }
    names.add(operation.Name);
  }
}

function checkFragment(fragment: FragmentDefinition, walk: Walk): void {
  const type = conditionType(fragment.TypeCondition, fragment, walk, `Fragment "${fragment.Name}"`);
  checkDirectives(fragment.Directives, 'FRAGMENT_DEFINITION', undefined, walk);
  checkSelections(fragment.SelectionSet, type, undefined, walk);
  checkOverlaps(fragment.SelectionSet ?? [], type, walk);
}

function conditionType(name: string, at: Placed, { schema }: Walk, who: string): Definition {
  const type = schema.types.get(name);
  if (!type) fail(`Unknown type "${name}".`, at);
  if (!isComposite(type)) fail(`${who} cannot condition on non composite type "${name}".`, at);
  return type;
}

function isComposite({ Kind }: Definition): boolean {
  return Kind === 'OBJECT' || Kind === 'INTERFACE' || Kind === 'UNION';
}

function checkFragmentCycles(start: FragmentDefinition, walk: Walk): void {
  const open = [...spreadsOf(start.SelectionSet)];
  const seen = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    walk.tick(1);
    if (name === start.Name) fail(`Cannot spread fragment "${start.Name}" within itself.`, start);
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...spreadsOf(walk.fragments.get(name)?.SelectionSet));
  }
}

function* spreadsOf(selections: readonly Selection[] = []): Generator<string> {
  for (const selection of selections) {
    if (isSpread(selection)) yield selection.Name ?? '';
    else yield* spreadsOf(selection.SelectionSet);
  }
}

/** Variables of an operation, and which of them are used. */
interface Variables {
  readonly defined: ReadonlyMap<string, VariableDefinition>;
  readonly used: Set<string>;
  readonly operation: OperationDefinition;
}

function checkOperation(operation: OperationDefinition, walk: Walk): void {
  const root = walk.schema.roots.get(operation.Operation);
  if (!root) fail(`Schema does not support operation type "${operation.Operation}"`, operation);
  const defined = new Map<string, VariableDefinition>();
  for (const variable of operation.VariableDefinitions ?? []) {
    if (defined.has(variable.Variable)) fail(`There can be only one variable named "$${variable.Variable}".`, variable);
    defined.set(variable.Variable, variable);
    checkVariable(variable, walk);
  }
  const variables: Variables = { defined, used: new Set(), operation };
  checkDirectives(operation.Directives, operation.Operation.toUpperCase(), variables, walk);
  checkSelections(operation.SelectionSet, root, variables, walk);
  checkOverlaps(operation.SelectionSet ?? [], root, walk);
  if (operation.Operation === 'subscription') checkSubscription(operation, walk);
  for (const name of defined.keys()) {
    if (variables.used.has(name)) continue;
    const where = operation.Name === '' ? '' : ` in operation "${operation.Name}"`;
    fail(`Variable "$${name}" is never used${where}.`, defined.get(name));
  }
}

function checkVariable(variable: VariableDefinition, walk: Walk): void {
  const type = walk.schema.types.get(typeName(variable.Type));
  if (!type) fail(`Unknown type "${typeName(variable.Type)}".`, variable);
  if (!isInputKind(type.Kind)) {
    fail(`Variable "$${variable.Variable}" cannot be non-input type "${typeText(variable.Type)}".`, variable);
  }
  checkDirectives(variable.Directives, 'VARIABLE_DEFINITION', undefined, walk);
  const scope: ValueScope = { schema: walk.schema, onVariable: () => undefined };
  if (variable.DefaultValue) checkValue(variable.DefaultValue, variable.Type, scope);
}

function checkSubscription(operation: OperationDefinition, walk: Walk): void {
  const fields = [...topFields(operation.SelectionSet, walk, new Set())];
  const name = operation.Name === '' ? 'Anonymous Subscription' : `Subscription "${operation.Name}"`;
  if (new Set(fields.map(({ Alias }) => Alias)).size > 1)
    fail(`${name} must select only one top level field.`, fields[1]);
  const hidden = fields.find((field) => field.Name?.startsWith('__'));
  if (hidden) fail(`${name} must not select an introspection top level field.`, hidden);
}

function* topFields(selections: readonly Selection[] = [], walk: Walk, seen: Set<string>): Generator<Selection> {
  for (const selection of selections) {
    if (selection.Alias !== undefined) yield selection;
    else if (!isSpread(selection)) yield* topFields(selection.SelectionSet, walk, seen);
    else if (!seen.has(selection.Name ?? '')) {
      seen.add(selection.Name ?? '');
      yield* topFields(walk.fragments.get(selection.Name ?? '')?.SelectionSet, walk, seen);
    }
  }
}

/** Without variables the selections are a fragment's own, which are checked with each operation that spreads it. */
function checkSelections(
  selections: readonly Selection[] = [],
  parent: Definition,
  variables: Variables | undefined,
  walk: Walk,
  spread: ReadonlySet<string> = new Set(),
): void {
  for (const selection of selections) {
    walk.tick(1);
    if (selection.Alias !== undefined) checkField(selection, parent, variables, walk, spread);
    else if (isSpread(selection)) checkSpread(selection, parent, variables, walk, spread);
    else {
      const name = selection.TypeCondition ?? '';
      const type = name === '' ? parent : conditionType(name, selection, walk, 'Fragment');
      if (name !== '') checkPossible(type, parent, selection, walk, '');
      checkDirectives(selection.Directives, 'INLINE_FRAGMENT', variables, walk);
      checkSelections(selection.SelectionSet, type, variables, walk, spread);
    }
  }
}

function checkField(
  field: Selection,
  parent: Definition,
  variables: Variables | undefined,
  walk: Walk,
  spread: ReadonlySet<string>,
): void {
  const name = field.Name ?? '';
  const definition = fieldOf(walk.schema, parent, name);
  if (!definition) fail(`Cannot query field "${name}" on type "${parent.Name}".`, field);
  checkArguments(field.Arguments ?? [], definition.Arguments ?? [], variables, walk, (argument) => {
    return `Unknown argument "${argument}" on field "${parent.Name}.${name}".`;
  });
  checkRequired(field.Arguments ?? [], definition.Arguments ?? [], field, `Field "${name}"`);
  checkDirectives(field.Directives, 'FIELD', variables, walk);
  const type = walk.schema.types.get(typeName(definition.Type));
  if (!type) return;
  const shown = typeText(definition.Type);
  const hasSelections = (field.SelectionSet ?? []).length > 0;
  if (isComposite(type) && !hasSelections) {
    fail(
      `Field "${name}" of type "${shown}" must have a selection of subfields. Did you mean "${name} { ... }"?`,
      field,
    );
  }
  if (!isComposite(type) && hasSelections) {
    fail(`Field "${name}" must not have a selection since type "${shown}" has no subfields.`, field);
  }
  if (hasSelections) checkSelections(field.SelectionSet, type, variables, walk, spread);
}

function checkSpread(
  selection: Selection,
  parent: Definition,
  variables: Variables | undefined,
  walk: Walk,
  spread: ReadonlySet<string>,
): void {
  const name = selection.Name ?? '';
  const fragment = walk.fragments.get(name);
  checkDirectives(selection.Directives, 'FRAGMENT_SPREAD', variables, walk);
  if (!fragment) fail(`Unknown fragment "${name}".`, selection);
  const type = walk.schema.types.get(fragment.TypeCondition);
  if (type && isComposite(type)) checkPossible(type, parent, selection, walk, `"${name}" `);
  if (!variables) return;
  walk.usedFragments.add(name);
  if (type && !spread.has(name)) {
    checkSelections(fragment.SelectionSet, type, variables, walk, new Set(spread).add(name));
  }
}

function checkPossible(type: Definition, parent: Definition, at: Placed, { schema }: Walk, name: string): void {
  const [a, b] = [possibleOf(schema, type), possibleOf(schema, parent)];
  if ([...a].some((one) => b.has(one))) return;
  fail(
    `Fragment ${name}cannot be spread here as objects of type "${parent.Name}" can never be of type "${type.Name}".`,
    at,
  );
}

function possibleOf(schema: Schema, type: Definition): ReadonlySet<string> {
  return type.Kind === 'OBJECT' ? new Set([type.Name]) : (schema.possible.get(type.Name) ?? new Set());
}

function checkArguments(
  given: readonly Argument[],
  known: readonly FieldDefinition[],
  variables: Variables | undefined,
  walk: Walk,
  unknown: (name: string) => string,
): void {
  const seen = new Set<string>();
  for (const argument of given) {
    const definition = known.find(({ Name }) => Name === argument.Name);
    if (!definition) fail(unknown(argument.Name), argument);
    if (seen.has(argument.Name)) fail(`There can be only one argument named "${argument.Name}".`, argument);
    seen.add(argument.Name);
    if (argument.Value) checkValue(argument.Value, definition.Type, scopeOf(variables, walk), definition.DefaultValue);
  }
}

function scopeOf(variables: Variables | undefined, { schema }: Walk): ValueScope {
  return {
    schema,
    onVariable: (name, at) => {
      if (!variables) return undefined;
      variables.used.add(name);
      const definition = variables.defined.get(name);
      if (definition) return definition;
      const { operation } = variables;
      const where = operation.Name === '' ? '' : ` by operation "${operation.Name}"`;
      return fail(`Variable "$${name}" is not defined${where}.`, at);
    },
  };
}

function checkRequired(given: readonly Argument[], known: readonly FieldDefinition[], at: Placed, who: string): void {
  for (const { Name, Type, DefaultValue } of known) {
    if (!Type?.NonNull || DefaultValue || given.some((one) => one.Name === Name)) continue;
    fail(`${who} argument "${Name}" of type "${typeText(Type)}" is required, but it was not provided.`, at);
  }
}

function checkDirectives(
  used: readonly Directive[] = [],
  place: string,
  variables: Variables | undefined,
  walk: Walk,
): void {
  const seen = new Set<string>();
  for (const directive of used) {
    const definition = walk.schema.directives.get(directive.Name);
    if (!definition) fail(`Unknown directive "@${directive.Name}".`, directive);
    if (!definition.Locations?.includes(place)) {
      fail(`Directive "@${directive.Name}" may not be used on ${place}.`, directive);
    }
    if (seen.has(directive.Name) && !definition.IsRepeatable) {
      fail(`The directive "@${directive.Name}" can only be used once at this location.`, directive);
    }
    seen.add(directive.Name);
    checkArguments(directive.Arguments ?? [], definition.Arguments ?? [], variables, walk, (argument) => {
      return `Unknown argument "${argument}" on directive "@${directive.Name}".`;
    });
    checkRequired(directive.Arguments ?? [], definition.Arguments ?? [], directive, `Directive "@${directive.Name}"`);
  }
}
