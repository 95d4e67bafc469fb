// SPDX-License-Identifier: Apache-2.0
import type { RE2JS } from 're2js';
import type { Num } from '../value/number.ts';

/** The drafts that are told apart; a schema that names none is read as a mixture of all. */
export type Draft = 4 | 6 | 7 | 'hybrid';

/** A schema ready for validation: a boolean, a reference, or its keywords. Made by compile.ts. */
export interface Schema {
  /** `true` and `false` as schemas. */
  pass?: boolean;
  /** Where `$ref` leads; nothing beside it counts. */
  target?: Schema;
  types: string[];
  properties: Map<string, Schema>;
  patternProperties: [pattern: string, regex: RE2JS, schema: Schema][];
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  dependencies: Map<string, readonly string[] | Schema>;
  /** One schema for all items, or one for each of the first. */
  items?: Schema | Schema[];
  additionalItems?: boolean | Schema;
  contains?: Schema;
  multipleOf?: Num;
  minimum?: Num;
  maximum?: Num;
  exclusiveMinimum?: Num;
  exclusiveMaximum?: Num;
  minLength?: number;
  maxLength?: number;
  pattern?: { readonly source: string; readonly regex: RE2JS };
  format?: string;
  minProperties?: number;
  maxProperties?: number;
  required: string[];
  minItems?: number;
  maxItems?: number;
  uniqueItems: boolean;
  /** Canonical JSON of the one allowed value. */
  constant?: string;
  /** Canonical JSON of the allowed values. */
  enumeration?: string[];
  oneOf: Schema[];
  anyOf: Schema[];
  allOf: Schema[];
  not?: Schema;
  if?: Schema;
  then?: Schema;
  else?: Schema;
}

/** A schema that cannot be used, in gojsonschema's words. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** One finding of a validation, with the members json.match_schema gives. */
export interface Finding {
  readonly type: string;
  /** Where in the document, `(Root)` or the steps below it joined by dots. */
  readonly field: string;
  readonly description: string;
}
