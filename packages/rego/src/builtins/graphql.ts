// SPDX-License-Identifier: Apache-2.0
import { GraphqlError, type QueryDocument, type SchemaDocument } from '../graphql/ast.ts';
import { documentValue, queryOf, schemaOf } from '../graphql/document-value.ts';
import { parseQuery } from '../graphql/parse-query.ts';
import { parseSchema } from '../graphql/parse-schema.ts';
import { buildSchema } from '../graphql/schema.ts';
import { validateQuery } from '../graphql/validate-query.ts';
import { emptyObject } from '../value/object.ts';
import { isObject, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { any, binary, string, unary, wrongType } from './operands.ts';

export const graphql: Family = {
  'graphql.parse_query': unary(string, (text, context) => guarded(() => documentValue(parseQuery(text, context.tick)))),
  'graphql.parse_schema': unary(string, (text, context) =>
    guarded(() => documentValue(parseSchema(text, context.tick))),
  ),
  'graphql.parse': binary(any, any, (query, schema, context) => guarded(() => parsed(query, schema, context))),
  'graphql.parse_and_verify': binary(any, any, (query, schema, context) => {
    const both = attempted(() => parsed(query, schema, context));
    return both ? [true, ...both] : [false, emptyObject, emptyObject];
  }),
  'graphql.is_valid': binary(any, any, (query, schema, context) => {
    return attempted(() => parsed(query, schema, context)) !== undefined;
  }),
  'graphql.schema_is_valid': unary(any, (schema, context) => {
    return attempted(() => buildSchema(schemaDocument(schema, context), context.tick)) !== undefined;
  }),
};

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof GraphqlError) throw new BuiltinError(error.message, 'eval_builtin_error', error);
    throw error;
  }
}

/** Undefined when the documents are wrong in any way. */
function attempted<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof GraphqlError || error instanceof BuiltinError) return undefined;
    throw error;
  }
}

function parsed(query: Value, schema: Value, context: BuiltinContext): [Value, Value] {
  const queryTree = queryDocument(query, context);
  const schemaTree = schemaDocument(schema, context);
  validateQuery(buildSchema(schemaTree, context.tick), queryTree, context.tick);
  return [documentValue(queryTree), documentValue(schemaTree)];
}

/** A document is text, or what was parsed before. */
function queryDocument(value: Value, context: BuiltinContext): QueryDocument {
  if (typeof value === 'string') return parseQuery(value, context.tick);
  return isObject(value) ? queryOf(value) : wrongType(0, value, ['string', 'object']);
}

function schemaDocument(value: Value, context: BuiltinContext): SchemaDocument {
  if (typeof value === 'string') return parseSchema(value, context.tick);
  return isObject(value) ? schemaOf(value) : wrongType(1, value, ['string', 'object']);
}
