// SPDX-License-Identifier: Apache-2.0
import { compileSchema } from '../json-schema/compile.ts';
import { type Finding, type Schema, SchemaError } from '../json-schema/schema.ts';
import { validate } from '../json-schema/validate.ts';
import { objectOf } from '../value/object.ts';
import { isArray, isObject, type Value } from '../value/value.ts';
import { BuiltinError, type Family } from './builtin.ts';
import { isJson, readJson } from './json-text.ts';
import { any, binary, unary } from './operands.ts';

export const jsonSchema: Family = {
  'json.verify_schema': unary(any, (schema) => {
    try {
      compiled(schema);
      return [true, null];
    } catch (error) {
      if (error instanceof BuiltinError) return [false, `jsonschema: ${error.message}`];
      throw error;
    }
  }),
  'json.match_schema': binary(any, any, (document, schema, context) => {
    const loaded = load(document);
    const ready = compiled(schema);
    const findings = guarded(() => validate(ready, loaded, context.tick));
    return [findings.length === 0, findings.map(findingValue)];
  }),
};

function findingValue({ type, field, description }: Finding): Value {
  return objectOf([
    ['desc', description],
    ['error', `${field}: ${description}`],
    ['field', field],
    ['type', type],
  ]);
}

/** A document or schema, given as such or as JSON text. */
function load(value: Value): Value {
  if (typeof value === 'string') {
    if (!isJson(value)) throw new BuiltinError('invalid JSON string');
    return readJson(value);
  }
  if (isObject(value) || isArray(value)) return value;
  throw new BuiltinError('wrong type, expected string or object');
}

/** A schema is part of a policy, and is the same object in every evaluation. */
const known = new WeakMap<object, Schema>();

function compiled(value: Value): Schema {
  const cached = typeof value === 'object' && value !== null ? known.get(value) : undefined;
  if (cached) return cached;
  const schema = guarded(() => compileSchema(load(value)));
  if (typeof value === 'object' && value !== null) known.set(value, schema);
  return schema;
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SchemaError) throw new BuiltinError(error.message, 'eval_builtin_error', error);
    throw error;
  }
}
