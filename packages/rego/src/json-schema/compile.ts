// SPDX-License-Identifier: Apache-2.0
import { RE2JS, RE2JSException } from 're2js';
import { compareNumbers, type Num, toBigInt } from '../value/number.ts';
import type { RegoObject } from '../value/object.ts';
import { isNumber, isObject, type Value } from '../value/value.ts';
import { canonicalJson, itemsOf, memberEntries } from './canonical.ts';
import { type Place, References } from './references.ts';
import { type Draft, type Schema, SchemaError } from './schema.ts';

/**
 * Reads a JSON Schema (drafts 4, 6 and 7) as gojsonschema does, in its order, so that a broken schema is refused with
 * the same sentence. Documents elsewhere are never fetched: a reference to one is an error.
 */
export function compileSchema(document: Value): Schema {
  const reader: Reader = {
    draft: draftOf(document),
    references: new References(document),
    targets: new Map(),
  };
  return readSchema({ node: document, base: '' }, reader);
}

interface Reader {
  readonly draft: Draft;
  readonly references: References;
  /** Schemas by absolute reference; one that is still being read may refer to itself. */
  readonly targets: Map<string, Schema>;
}

function draftOf(document: Value): Draft {
  if (typeof document === 'boolean') return 'hybrid';
  if (!isObject(document)) throw new SchemaError('schema is invalid');
  const named = document.get('$schema');
  if (named === undefined) return 'hybrid';
  if (typeof named !== 'string') throw new SchemaError('$schema must be of type string');
  const version = /^http:\/\/json-schema\.org\/draft-0([467])\/schema#?$/.exec(named)?.[1];
  return version === '4' ? 4 : version === '6' ? 6 : version === '7' ? 7 : 'hybrid';
}

function atLeast(reader: Reader, draft: 6 | 7): boolean {
  return reader.draft === 'hybrid' || reader.draft >= draft;
}

function empty(): Schema {
  return {
    types: [],
    properties: new Map(),
    patternProperties: [],
    dependencies: new Map(),
    required: [],
    uniqueItems: false,
    oneOf: [],
    anyOf: [],
    allOf: [],
  };
}

function readSchema(place: Place, reader: Reader, schema: Schema = empty()): Schema {
  const { node } = place;
  if (typeof node === 'boolean' && atLeast(reader, 6)) {
    schema.pass = node;
    return schema;
  }
  if (!isObject(node)) throw new SchemaError('Expected: valid schema, given: Invalid JSON');
  text(node, idKey(node, reader));
  const below: Below = { object: node, base: reader.references.baseOf(node, place.base), reader };
  readDefinitions(below);
  text(node, 'title');
  text(node, 'description');
  const reference = text(node, '$ref');
  if (reference !== undefined) {
    schema.target = readTarget(reader.references.resolve(below.base, reference), reader);
    return schema;
  }
  for (const read of keywordGroups) read(schema, below);
  return schema;
}

/** A schema object with what is needed to read the schemas in it. */
interface Below {
  readonly object: RegoObject;
  readonly base: string;
  readonly reader: Reader;
}

function child(below: Below, node: Value): Schema {
  return readSchema({ node, base: below.base }, below.reader);
}

function idKey(node: RegoObject, reader: Reader): string {
  if (reader.draft === 4) return 'id';
  return reader.draft === 'hybrid' && node.has('id') ? 'id' : '$id';
}

function readTarget(reference: string, reader: Reader): Schema {
  const known = reader.targets.get(reference);
  if (known) return known;
  const schema = empty();
  reader.targets.set(reference, schema);
  const place = reader.references.find(reference);
  if (!isObject(place.node) && typeof place.node !== 'boolean')
    throw new SchemaError('valid schema must be of type object');
  return readSchema(place, reader, schema);
}

function readDefinitions(below: Below): void {
  const definitions = below.object.get('definitions');
  if (definitions === undefined) return;
  const wrong = invalidType('valid schema', 'definitions');
  if (!isObject(definitions)) throw invalidType('array of schemas', 'definitions');
  for (const [, definition] of memberEntries(definitions)) {
    if (!isObject(definition) && typeof definition !== 'boolean') throw wrong;
    child(below, definition);
  }
}

/** Keywords in the order gojsonschema reads them. */
const keywordGroups: readonly ((schema: Schema, below: Below) => void)[] = [
  readTypes,
  readProperties,
  readItems,
  readNumberKeywords,
  readStringKeywords,
  readObjectKeywords,
  readArrayKeywords,
  readValues,
  readCombinations,
];

const typeNames = ['array', 'boolean', 'integer', 'number', 'null', 'object', 'string'];

function readTypes(schema: Schema, { object }: Below): void {
  const type = object.get('type');
  if (type === undefined) return;
  const names = typeof type === 'string' ? [type] : itemsOf(type);
  if (!names) throw invalidType('type', 'string/array of strings');
  for (const name of names) {
    if (typeof name !== 'string') throw invalidType('type', 'string/array of strings');
    if (!typeNames.includes(name)) {
      throw new SchemaError(
        `has a primitive type that is NOT VALID -- given: /${name}/ Expected valid values are:[${typeNames.join(' ')}]`,
      );
    }
    if (schema.types.includes(name)) throw new SchemaError(`${name} type is duplicated`);
    schema.types.push(name);
  }
}

function readProperties(schema: Schema, below: Below): void {
  const { object, reader } = below;
  const properties = object.get('properties');
  if (properties !== undefined) {
    if (!isObject(properties)) throw new SchemaError('properties must be of type object');
    for (const [name, property] of memberEntries(properties)) schema.properties.set(name, child(below, property));
  }
  const additional = schemaOrBoolean(below, 'additionalProperties');
  if (additional !== undefined) schema.additionalProperties = additional;
  const patterns = object.get('patternProperties');
  if (patterns !== undefined && !isObject(patterns)) throw invalidType('valid schema', 'patternProperties');
  for (const [pattern, property] of patterns === undefined ? [] : memberEntries(patterns)) {
    const regex = compileRegex(pattern) ?? fail(`Invalid regex pattern '${pattern}'`);
    schema.patternProperties.push([pattern, regex, child(below, property)]);
  }
  const names = object.get('propertyNames');
  if (names !== undefined && atLeast(reader, 6)) {
    if (!isObject(names) && typeof names !== 'boolean') throw invalidType('valid schema', 'patternProperties');
    schema.propertyNames = child(below, names);
  }
  readDependencies(schema, below);
}

function readDependencies(schema: Schema, below: Below): void {
  const dependencies = below.object.get('dependencies');
  if (dependencies === undefined) return;
  if (!isObject(dependencies)) throw new SchemaError('dependencies must be of type object');
  const wrong = 'dependency must be of type schema or array of strings';
  for (const [name, dependency] of memberEntries(dependencies)) {
    const names = itemsOf(dependency);
    if (names) {
      schema.dependencies.set(
        name,
        names.map((one) => (typeof one === 'string' ? one : fail(wrong))),
      );
    } else if (isObject(dependency) || typeof dependency === 'boolean') {
      schema.dependencies.set(name, child(below, dependency));
    } else fail(wrong);
  }
}

function readItems(schema: Schema, below: Below): void {
  const items = below.object.get('items');
  const wrong = invalidType('valid schema/array of schemas', 'items');
  const isSchema = (value: Value) => isObject(value) || typeof value === 'boolean';
  if (items !== undefined) {
    const list = itemsOf(items);
    if (list) {
      schema.items = list.map((item) => {
        if (!isSchema(item)) throw wrong;
        return child(below, item);
      });
    } else {
      if (!isSchema(items)) throw wrong;
      schema.items = child(below, items);
    }
  }
  const additional = schemaOrBoolean(below, 'additionalItems');
  if (additional !== undefined) schema.additionalItems = additional;
}

function schemaOrBoolean(below: Below, key: string): boolean | Schema | undefined {
  const value = below.object.get(key);
  if (value === undefined || typeof value === 'boolean') return value;
  if (!isObject(value)) throw invalidType('boolean/valid schema', key);
  return child(below, value);
}

function readNumberKeywords(schema: Schema, { object, reader }: Below): void {
  const multipleOf = object.get('multipleOf');
  if (multipleOf !== undefined) {
    if (!isNumber(multipleOf)) throw invalidType('number', 'multipleOf');
    if (compareNumbers(multipleOf, 0) <= 0) fail('multipleOf must be strictly greater than 0');
    schema.multipleOf = multipleOf;
  }
  readBound(schema, object, reader, 'minimum', 'exclusiveMinimum');
  readBound(schema, object, reader, 'maximum', 'exclusiveMaximum');
}

/** Draft 4 makes a bound exclusive by a boolean beside it, later ones have a keyword of its own. */
function readBound(
  schema: Schema,
  object: RegoObject,
  reader: Reader,
  key: 'minimum' | 'maximum',
  exclusiveKey: 'exclusiveMinimum' | 'exclusiveMaximum',
): void {
  const bound = object.get(key);
  if (bound !== undefined) {
    if (!isNumber(bound)) fail(`${key} must be of a number`);
    else schema[key] = bound;
  }
  const exclusive = object.get(exclusiveKey);
  if (exclusive === undefined) return;
  if (isNumber(exclusive) && reader.draft !== 4) {
    schema[exclusiveKey] = exclusive;
    return;
  }
  const expected = reader.draft === 4 ? 'boolean' : reader.draft === 'hybrid' ? 'boolean/number' : 'number';
  if (typeof exclusive !== 'boolean' || expected === 'number') throw invalidType(expected, exclusiveKey);
  const limit = schema[key];
  if (limit === undefined) fail(`${exclusiveKey} cannot be used without ${key}`);
  else if (exclusive) {
    schema[exclusiveKey] = limit;
    delete schema[key];
  }
}

function readStringKeywords(schema: Schema, { object }: Below): void {
  readCounts(schema, object, 'minLength', 'maxLength', 'minLength cannot be greater than maxLength');
  const pattern = text(object, 'pattern');
  if (pattern !== undefined) {
    const regex = compileRegex(pattern) ?? fail('pattern must be a valid regex');
    schema.pattern = { source: pattern, regex };
  }
  const format = text(object, 'format');
  if (format !== undefined) schema.format = format;
}

function readObjectKeywords(schema: Schema, { object }: Below): void {
  readCounts(schema, object, 'minProperties', 'maxProperties', 'minProperties cannot be greater than maxProperties');
  for (const name of list(object, 'required') ?? []) {
    if (typeof name !== 'string') throw invalidType('string', 'required');
    if (schema.required.includes(name)) fail('required items must be unique');
    schema.required.push(name);
  }
}

function readArrayKeywords(schema: Schema, below: Below): void {
  const { object, reader } = below;
  readCounts(schema, object, 'minItems', 'maxItems');
  const unique = object.get('uniqueItems');
  if (unique !== undefined)
    schema.uniqueItems = typeof unique === 'boolean' ? unique : fail('uniqueItems must be of a boolean');
  const contains = object.get('contains');
  if (contains !== undefined && atLeast(reader, 6)) schema.contains = child(below, contains);
}

type CountKey = 'minLength' | 'maxLength' | 'minProperties' | 'maxProperties' | 'minItems' | 'maxItems';

function readCounts(schema: Schema, object: RegoObject, min: CountKey, max: CountKey, crossed?: string): void {
  for (const key of [min, max]) {
    const value = object.get(key);
    if (value === undefined) continue;
    const count = isNumber(value) ? countOf(value) : undefined;
    if (count === undefined) fail(`${key} must be of an integer`);
    else if (count < 0) fail(`${key} must be greater than or equal to 0`);
    else schema[key] = count;
  }
  if (crossed && (schema[min] ?? 0) > (schema[max] ?? Number.POSITIVE_INFINITY)) fail(crossed);
}

function countOf(number: Num): number | undefined {
  if (typeof number === 'number') return number;
  // Go's json.Number.Int64 takes no fraction and no exponent.
  return /^-?[0-9]+$/.test(number.text) ? Number(toBigInt(number)) : undefined;
}

function readValues(schema: Schema, { object, reader }: Below): void {
  const constant = object.get('const');
  if (constant !== undefined && atLeast(reader, 6)) schema.constant = canonicalJson(constant);
  const allowed = list(object, 'enum');
  if (!allowed) return;
  const texts = allowed.map(canonicalJson);
  if (new Set(texts).size < texts.length) fail('enum items must be unique');
  schema.enumeration = texts;
}

function readCombinations(schema: Schema, below: Below): void {
  for (const key of ['oneOf', 'anyOf', 'allOf'] as const) {
    for (const part of list(below.object, key) ?? []) schema[key].push(child(below, part));
  }
  const single = ['not', ...(atLeast(below.reader, 7) ? ['if', 'then', 'else'] : [])];
  for (const key of ['not', 'if', 'then', 'else'] as const) {
    const part = single.includes(key) ? below.object.get(key) : undefined;
    if (part === undefined) continue;
    if (!isObject(part) && typeof part !== 'boolean') fail(`${key} must be of an object`);
    schema[key] = child(below, part);
  }
}

function list(object: RegoObject, key: string): readonly Value[] | undefined {
  const value = object.get(key);
  return value === undefined ? undefined : (itemsOf(value) ?? fail(`${key} must be of an array`));
}

function text(object: RegoObject, key: string): string | undefined {
  const value = object.get(key);
  if (value === undefined || typeof value === 'string') return value;
  throw invalidType('string', key);
}

function compileRegex(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}

function invalidType(expected: string, given: string): SchemaError {
  return new SchemaError(`Invalid type. Expected: ${expected}, given: ${given}`);
}

function fail(message: string): never {
  throw new SchemaError(message);
}
