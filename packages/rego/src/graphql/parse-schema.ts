// SPDX-License-Identifier: Apache-2.0
import type {
  CommentGroup,
  Definition,
  DirectiveDefinition,
  EnumValue,
  FieldDefinition,
  OperationType,
  SchemaDefinition,
  SchemaDocument,
} from './ast.ts';
import { Cursor } from './cursor.ts';
import { readDirectives, readOperationType, readType, readValue } from './parse-query.ts';

/** Reads definitions and extensions of types, directives and the schema itself. */
export function parseSchema(text: string, tick: (units: number) => void, builtIn = false): SchemaDocument {
  const cursor = new Cursor(text, tick);
  const document = {
    Schema: [] as SchemaDefinition[],
    SchemaExtension: [] as SchemaDefinition[],
    Directives: [] as DirectiveDefinition[],
    Definitions: [] as Definition[],
    Extensions: [] as Definition[],
  };
  while (!cursor.is('<EOF>')) {
    const described = readDescription(cursor);
    const { kind, value } = cursor.peek();
    if (kind !== 'Name') cursor.unexpected();
    if (kinds[value]) document.Definitions.push(readDefinition(cursor, described, builtIn));
    else if (value === 'schema') document.Schema.push(readSchema(cursor, described));
    else if (value === 'directive') document.Directives.push(readDirectiveDefinition(cursor, described));
    else if (value === 'extend') {
      if (described.text !== '') cursor.unexpected(cursor.previous);
      const comment = cursor.keyword('extend');
      if (cursor.peek().value === 'schema') document.SchemaExtension.push(readSchemaExtension(cursor, comment));
      else document.Extensions.push(readExtension(cursor, comment, builtIn));
    } else cursor.unexpected();
  }
  return { ...document, Comment: cursor.comment };
}

interface Description {
  readonly text: string;
  readonly comment: CommentGroup | undefined;
}

function readDescription(cursor: Cursor): Description {
  if (!cursor.is('String') && !cursor.is('BlockString')) return { text: '', comment: undefined };
  const { comment } = cursor;
  return { text: cursor.next().value, comment };
}

const kinds: Readonly<Record<string, string>> = {
  scalar: 'SCALAR',
  type: 'OBJECT',
  interface: 'INTERFACE',
  union: 'UNION',
  enum: 'ENUM',
  input: 'INPUT_OBJECT',
};

function readDefinition(cursor: Cursor, described: Description, builtIn: boolean): Definition {
  const word = cursor.peek().value;
  const comment = cursor.keyword(word);
  const position = cursor.position();
  const start: Definition = {
    position,
    BeforeDescriptionComment: described.comment,
    Description: described.text,
    AfterDescriptionComment: comment,
    Kind: kinds[word] ?? '',
    Name: cursor.name(),
    BuiltIn: builtIn,
  };
  return { ...start, ...readContent(cursor, word) };
}

function readExtension(cursor: Cursor, comment: CommentGroup | undefined, builtIn: boolean): Definition {
  const word = cursor.peek().value;
  if (!kinds[word]) cursor.unexpected();
  cursor.keyword(word);
  const position = cursor.position();
  const name = cursor.name();
  const content = readContent(cursor, word);
  if (Object.values(content).every((part) => !Array.isArray(part) || part.length === 0)) cursor.unexpected();
  return {
    position,
    Description: '',
    AfterDescriptionComment: comment,
    Kind: kinds[word] ?? '',
    Name: name,
    BuiltIn: builtIn,
    ...content,
  };
}

function readContent(cursor: Cursor, word: string): Partial<Definition> {
  const interfaces = word === 'type' || word === 'interface' ? readInterfaces(cursor) : [];
  const directives = readDirectives(cursor, true);
  const head = { Interfaces: interfaces, Directives: directives };
  switch (word) {
    case 'type':
    case 'interface':
    case 'input': {
      const read = () => readField(cursor, word === 'input');
      const { items, comment } = cursor.some('{', '}', read);
      return { ...head, Fields: items ?? [], EndOfDefinitionComment: comment };
    }
    case 'union':
      return { ...head, Types: readUnionTypes(cursor) };
    case 'enum': {
      const { items, comment } = cursor.some('{', '}', () => readEnumValue(cursor));
      return { ...head, EnumValues: items ?? [], EndOfDefinitionComment: comment };
    }
    default:
      return head;
  }
}

function readInterfaces(cursor: Cursor): string[] {
  if (cursor.peek().value !== 'implements') return [];
  cursor.next();
  cursor.skip('&');
  const names = [cursor.name()];
  while (cursor.skip('&')) names.push(cursor.name());
  return names;
}

function readUnionTypes(cursor: Cursor): string[] {
  if (!cursor.skip('=')) return [];
  cursor.skip('|');
  const names = [cursor.name()];
  while (cursor.skip('|')) names.push(cursor.name());
  return names;
}

function readDescribed(cursor: Cursor): Pick<FieldDefinition, 'position' | 'Description' | 'AfterDescriptionComment'> {
  const described = readDescription(cursor);
  const position = cursor.position();
  const before = described.text === '' ? {} : { BeforeDescriptionComment: described.comment };
  return { position, ...before, Description: described.text, AfterDescriptionComment: cursor.comment };
}

/** A field of an object has arguments, one of an input a default. */
function readField(cursor: Cursor, ofInput: boolean): FieldDefinition {
  const head = readDescribed(cursor);
  const name = cursor.name();
  const args = ofInput ? [] : (cursor.some('(', ')', () => readField(cursor, true)).items ?? []);
  cursor.expect(':');
  const type = readType(cursor);
  const value = ofInput && cursor.skip('=') ? readValue(cursor, true) : undefined;
  return {
    ...head,
    Name: name,
    Arguments: args,
    Type: type,
    ...(value && { DefaultValue: value }),
    Directives: readDirectives(cursor, true),
  };
}

function readEnumValue(cursor: Cursor): EnumValue {
  const head = readDescribed(cursor);
  return { ...head, Name: cursor.name(), Directives: readDirectives(cursor, true) };
}

function readSchema(cursor: Cursor, described: Description): SchemaDefinition {
  const comment = cursor.keyword('schema');
  const position = cursor.position();
  const directives = readDirectives(cursor, true);
  const { items, comment: end } = cursor.some('{', '}', () => readRootType(cursor));
  return {
    position,
    BeforeDescriptionComment: described.comment,
    Description: described.text,
    AfterDescriptionComment: comment,
    EndOfDefinitionComment: end,
    Directives: directives,
    OperationTypes: items ?? [],
  };
}

function readSchemaExtension(cursor: Cursor, comment: CommentGroup | undefined): SchemaDefinition {
  const definition = readSchema(cursor, { text: '', comment: undefined });
  if (!definition.Directives?.length && !definition.OperationTypes?.length) cursor.unexpected();
  return { ...definition, AfterDescriptionComment: comment };
}

function readRootType(cursor: Cursor): OperationType {
  const position = cursor.position();
  const { comment } = cursor;
  const operation = readOperationType(cursor);
  cursor.expect(':');
  return { position, Comment: comment, Operation: operation, Type: cursor.name() };
}

const locations: ReadonlySet<string> = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
  'SCHEMA',
  'SCALAR',
  'OBJECT',
  'FIELD_DEFINITION',
  'ARGUMENT_DEFINITION',
  'INTERFACE',
  'UNION',
  'ENUM',
  'ENUM_VALUE',
  'INPUT_OBJECT',
  'INPUT_FIELD_DEFINITION',
]);

function readDirectiveDefinition(cursor: Cursor, described: Description): DirectiveDefinition {
  const comment = cursor.keyword('directive');
  cursor.expect('@');
  const position = cursor.position();
  const name = cursor.name();
  const args = cursor.some('(', ')', () => readField(cursor, true)).items ?? [];
  const repeatable = cursor.peek().value === 'repeatable';
  if (repeatable) cursor.next();
  cursor.keyword('on');
  cursor.skip('|');
  const places = [readLocation(cursor)];
  while (cursor.skip('|')) places.push(readLocation(cursor));
  return {
    position,
    BeforeDescriptionComment: described.comment,
    Description: described.text,
    AfterDescriptionComment: comment,
    Name: name,
    Arguments: args,
    Locations: places,
    IsRepeatable: repeatable,
  };
}

function readLocation(cursor: Cursor): string {
  const token = cursor.expect('Name');
  return locations.has(token.value) ? token.value : cursor.unexpected(token);
}
