// SPDX-License-Identifier: Apache-2.0

/**
 * GraphQL documents with the members that github.com/vektah/gqlparser gives them in JSON, because policies see them
 * so. A document may also come from a policy, and then any member may be missing; lists that are missing are empty.
 */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface CommentGroup {
  readonly List: readonly { readonly Value: string }[];
}

interface Node {
  readonly position?: Position;
}

export interface QueryDocument {
  Operations?: OperationDefinition[];
  Fragments?: FragmentDefinition[];
}

export interface OperationDefinition extends Node {
  Operation: string;
  Name: string;
  VariableDefinitions?: VariableDefinition[];
  Directives?: Directive[];
  SelectionSet?: Selection[];
  Comment?: CommentGroup | undefined;
}

export interface VariableDefinition extends Node {
  Variable: string;
  Type?: TypeRef;
  DefaultValue?: Value;
  Directives?: Directive[];
  Comment?: CommentGroup | undefined;
  Used: boolean;
}

export interface FragmentDefinition extends Node {
  Name: string;
  VariableDefinition?: VariableDefinition[];
  TypeCondition: string;
  Directives?: Directive[];
  SelectionSet?: Selection[];
  Comment?: CommentGroup | undefined;
}

/** A field has an alias, a fragment spread a name and no alias, an inline fragment a type condition. */
export interface Selection extends Node {
  Alias?: string;
  Name?: string;
  Arguments?: Argument[];
  TypeCondition?: string;
  Directives?: Directive[];
  SelectionSet?: Selection[];
  Comment?: CommentGroup | undefined;
}

export interface Argument extends Node {
  Name: string;
  Value?: Value;
  Comment?: CommentGroup | undefined;
}

/** Numbers of the kinds of values. */
export const valueKinds = {
  variable: 0,
  int: 1,
  float: 2,
  string: 3,
  block: 4,
  boolean: 5,
  null: 6,
  enum: 7,
  list: 8,
  object: 9,
} as const;

export interface Value extends Node {
  Raw: string;
  Children?: ChildValue[];
  Kind: number;
  Comment?: CommentGroup | undefined;
  ExpectedTypeHasDefault: boolean;
}

export interface ChildValue extends Node {
  Name: string;
  Value?: Value;
  Comment?: CommentGroup | undefined;
}

export interface Directive extends Node {
  Name: string;
  Arguments?: Argument[];
  Location: string;
}

export interface TypeRef extends Node {
  NamedType: string;
  Elem?: TypeRef;
  NonNull: boolean;
}

export interface SchemaDocument {
  Schema?: SchemaDefinition[];
  SchemaExtension?: SchemaDefinition[];
  Directives?: DirectiveDefinition[];
  Definitions?: Definition[];
  Extensions?: Definition[];
  Comment?: CommentGroup | undefined;
}

interface Described extends Node {
  Description: string;
  BeforeDescriptionComment?: CommentGroup | undefined;
  AfterDescriptionComment?: CommentGroup | undefined;
  EndOfDefinitionComment?: CommentGroup | undefined;
}

export interface SchemaDefinition extends Described {
  Directives?: Directive[];
  OperationTypes?: OperationType[];
}

export interface OperationType extends Node {
  Operation: string;
  Type: string;
  Comment?: CommentGroup | undefined;
}

export interface Definition extends Described {
  Kind: string;
  Name: string;
  Directives?: Directive[];
  Interfaces?: string[];
  Fields?: FieldDefinition[];
  Types?: string[];
  EnumValues?: EnumValue[];
  BuiltIn: boolean;
}

/** A field or an argument. */
export interface FieldDefinition extends Described {
  Name: string;
  Arguments?: FieldDefinition[];
  DefaultValue?: Value;
  Type?: TypeRef;
  Directives?: Directive[];
}

export interface EnumValue extends Described {
  Name: string;
  Directives?: Directive[];
}

export interface DirectiveDefinition extends Described {
  Name: string;
  Arguments?: FieldDefinition[];
  Locations?: string[];
  IsRepeatable: boolean;
}

/** A type as it is written. */
export function typeText(type: TypeRef | undefined): string {
  if (!type) return '';
  const text = type.NamedType !== '' ? type.NamedType : `[${typeText(type.Elem)}]`;
  return type.NonNull ? `${text}!` : text;
}

/** The name inside all lists. */
export function typeName(type: TypeRef | undefined): string {
  if (!type) return '';
  return type.NamedType !== '' ? type.NamedType : typeName(type.Elem);
}

/** A document that is wrong, in gqlparser's words. */
export class GraphqlError extends Error {
  override readonly name = 'GraphqlError';

  constructor(message: string, position: Position | undefined) {
    super(position ? `${message} in GraphQL string at location ${position.line}:${position.column}` : message);
  }
}
