// SPDX-License-Identifier: Apache-2.0
import {
  type Argument,
  type ChildValue,
  type Directive,
  type FragmentDefinition,
  GraphqlError,
  type OperationDefinition,
  type QueryDocument,
  type Selection,
  type TypeRef,
  type Value,
  type VariableDefinition,
  valueKinds,
} from './ast.ts';
import { Cursor } from './cursor.ts';

/** Reads operations and fragments. */
export function parseQuery(text: string, tick: (units: number) => void): QueryDocument {
  const cursor = new Cursor(text, tick);
  const document: QueryDocument = { Operations: [], Fragments: [] };
  while (!cursor.is('<EOF>')) {
    const { kind, value } = cursor.peek();
    if (kind === '{' || (kind === 'Name' && isOperation(value))) document.Operations?.push(readOperation(cursor));
    else if (kind === 'Name' && value === 'fragment') document.Fragments?.push(readFragment(cursor));
    else cursor.unexpected();
  }
  return document;
}

function isOperation(word: string): boolean {
  return word === 'query' || word === 'mutation' || word === 'subscription';
}

/** `query`, `mutation` or `subscription`. */
export function readOperationType(cursor: Cursor): string {
  const token = cursor.next();
  return isOperation(token.value) ? token.value : cursor.unexpected(token);
}

function readOperation(cursor: Cursor): OperationDefinition {
  const position = cursor.position();
  const { comment } = cursor;
  if (cursor.is('{')) return { position, Operation: 'query', Name: '', SelectionSet: readSelections(cursor) };
  const operation = readOperationType(cursor);
  return {
    position,
    Comment: comment,
    Operation: operation,
    Name: cursor.is('Name') ? cursor.next().value : '',
    VariableDefinitions: readVariables(cursor),
    Directives: readDirectives(cursor, false),
    SelectionSet: readSelections(cursor),
  };
}

function readVariables(cursor: Cursor): VariableDefinition[] {
  const read = (): VariableDefinition => {
    const position = cursor.position();
    const { comment } = cursor;
    cursor.expect('$');
    const variable = cursor.name();
    cursor.expect(':');
    const type = readType(cursor);
    const value = cursor.skip('=') ? readValue(cursor, true) : undefined;
    return {
      position,
      Comment: comment,
      Variable: variable,
      Type: type,
      ...(value && { DefaultValue: value }),
      Directives: readDirectives(cursor, false),
      Used: false,
    };
  };
  return cursor.some('(', ')', read).items ?? [];
}

function readSelections(cursor: Cursor): Selection[] {
  const token = cursor.peek();
  if (token.kind !== '{') throw new GraphqlError(`Expected {, found ${token.kind}`, token.position);
  return cursor.some('{', '}', () => (cursor.is('...') ? readSpread(cursor) : readField(cursor))).items ?? [];
}

function readField(cursor: Cursor): Selection {
  const position = cursor.position();
  const { comment } = cursor;
  const alias = cursor.name();
  return {
    position,
    Comment: comment,
    Alias: alias,
    Name: cursor.skip(':') ? cursor.name() : alias,
    Arguments: readArguments(cursor, false),
    Directives: readDirectives(cursor, false),
    SelectionSet: cursor.is('{') ? readSelections(cursor) : [],
  };
}

function readSpread(cursor: Cursor): Selection {
  cursor.peek();
  const { comment } = cursor;
  cursor.expect('...');
  const token = cursor.peek();
  if (token.kind === 'Name' && token.value !== 'on') {
    return {
      position: token.position,
      Comment: comment,
      Name: cursor.name(),
      Directives: readDirectives(cursor, false),
    };
  }
  const hasCondition = token.value === 'on';
  if (hasCondition) cursor.next();
  return {
    position: token.position,
    Comment: comment,
    TypeCondition: hasCondition ? cursor.name() : '',
    Directives: readDirectives(cursor, false),
    SelectionSet: readSelections(cursor),
  };
}

function readFragment(cursor: Cursor): FragmentDefinition {
  const position = cursor.position();
  const comment = cursor.keyword('fragment');
  const name = cursor.peek().value === 'on' ? cursor.unexpected() : cursor.name();
  const variables = readVariables(cursor);
  cursor.keyword('on');
  return {
    position,
    Comment: comment,
    Name: name,
    VariableDefinition: variables,
    TypeCondition: cursor.name(),
    Directives: readDirectives(cursor, false),
    SelectionSet: readSelections(cursor),
  };
}

function readArguments(cursor: Cursor, constant: boolean): Argument[] {
  const read = (): Argument => {
    const position = cursor.position();
    const { comment } = cursor;
    const name = cursor.name();
    cursor.expect(':');
    return { position, Comment: comment, Name: name, Value: readValue(cursor, constant) };
  };
  return cursor.some('(', ')', read).items ?? [];
}

export function readDirectives(cursor: Cursor, constant: boolean): Directive[] {
  const directives: Directive[] = [];
  while (cursor.is('@')) {
    cursor.next();
    const position = cursor.position();
    directives.push({ position, Name: cursor.name(), Arguments: readArguments(cursor, constant), Location: '' });
  }
  return directives;
}

const literalKinds = {
  Int: valueKinds.int,
  Float: valueKinds.float,
  String: valueKinds.string,
  BlockString: valueKinds.block,
} as const;

export function readValue(cursor: Cursor, constant: boolean): Value {
  const { kind, value, position } = cursor.peek();
  const { comment } = cursor;
  const rest = { position, ExpectedTypeHasDefault: false };
  switch (kind) {
    case '[': {
      const read = (): ChildValue => ({ Name: '', Value: readValue(cursor, constant) });
      return { ...rest, Comment: comment, Raw: '', Children: cursor.many('[', ']', read), Kind: valueKinds.list };
    }
    case '{': {
      const children = cursor.many('{', '}', () => readMember(cursor, constant));
      return { ...rest, Comment: comment, Raw: '', Children: children, Kind: valueKinds.object };
    }
    case '$':
      if (constant) return cursor.unexpected();
      cursor.next();
      return { ...rest, Raw: cursor.name(), Kind: valueKinds.variable };
    case 'Name':
      cursor.next();
      return { ...rest, Raw: value, Kind: nameKind(value) };
    case 'Int':
    case 'Float':
    case 'String':
    case 'BlockString':
      cursor.next();
      return { ...rest, Raw: value, Kind: literalKinds[kind] };
    default:
      return cursor.unexpected();
  }
}

function nameKind(name: string): number {
  if (name === 'true' || name === 'false') return valueKinds.boolean;
  return name === 'null' ? valueKinds.null : valueKinds.enum;
}

function readMember(cursor: Cursor, constant: boolean): ChildValue {
  const position = cursor.position();
  const { comment } = cursor;
  const name = cursor.name();
  cursor.expect(':');
  return { position, Comment: comment, Name: name, Value: readValue(cursor, constant) };
}

export function readType(cursor: Cursor, depth = 0): TypeRef {
  if (depth > 100) throw new GraphqlError('nested more than 100 deep', cursor.position());
  if (cursor.skip('[')) {
    const position = cursor.position();
    const element = readType(cursor, depth + 1);
    cursor.expect(']');
    return { position, NamedType: '', Elem: element, NonNull: cursor.skip('!') };
  }
  const position = cursor.position();
  return { position, NamedType: cursor.name(), NonNull: cursor.skip('!') };
}
