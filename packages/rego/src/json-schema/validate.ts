// SPDX-License-Identifier: Apache-2.0
import { codePointCount } from '../builtins/text.ts';
import { divideFloats, floatOf, shortestDigits, shortNotation } from '../value/big-float.ts';
import { compareNumbers, type Num, numberText, toBigInt } from '../value/number.ts';
import type { RegoObject } from '../value/object.ts';
import { isNumber, isObject, typeOf, type Value } from '../value/value.ts';
import { canonicalJson, itemsOf, memberEntries } from './canonical.ts';
import { hasFormat } from './formats.ts';
import { type Finding, type Schema, SchemaError } from './schema.ts';

/**
 * Checks a document against a schema. The findings, their words and their order are gojsonschema's; where that goes
 * through an object in Go's random order, this goes by name. `tick` counts the work.
 */
export function validate(schema: Schema, document: Value, tick: (units: number) => void): readonly Finding[] {
  const result = new Result({ tick, depth: 0 });
  check(schema, document, '(Root)', result);
  return result.findings;
}

/** What all parts of one validation share. */
interface Work {
  readonly tick: (units: number) => void;
  depth: number;
}

/** Schemas inside each other, so that one that refers to itself without going down ends. */
const maxDepth = 2_000;

/** Findings, and how well a document fits, by which the best of several schemas is chosen. */
class Result {
  readonly findings: Finding[] = [];
  readonly work: Work;
  score = 0;

  constructor(work: Work) {
    this.work = work;
  }

  get valid(): boolean {
    return this.findings.length === 0;
  }

  add(type: string, place: string, description: string): void {
    const field = place.startsWith('(Root).') ? place.slice('(Root).'.length) : place;
    this.findings.push({ type, field, description });
    this.score -= 2;
  }

  merge(other: Result): void {
    for (const finding of other.findings) this.findings.push(finding);
    this.score += other.score;
  }
}

function separately(schema: Schema, node: Value, place: string, outer: Result): Result {
  const result = new Result(outer.work);
  check(schema, node, place, result);
  return result;
}

function check(schema: Schema, node: Value, place: string, result: Result): void {
  const { work } = result;
  work.tick(1);
  if (++work.depth > maxDepth) throw new SchemaError('schema refers to itself without end');
  checkHere(schema, node, place, result);
  work.depth--;
}

function checkHere(schema: Schema, node: Value, place: string, result: Result): void {
  if (schema.pass !== undefined) {
    if (!schema.pass) result.add('false', place, 'False always fails validation');
    return;
  }
  if (schema.target) {
    check(schema.target, node, place, result);
    return;
  }
  const given = jsonType(node);
  if (!allowsType(schema.types, given)) {
    const expected = schema.types.length === 1 ? schema.types[0] : `[${schema.types.join(',')}]`;
    result.add('invalid_type', place, `Invalid type. Expected: ${expected}, given: ${given}`);
    return;
  }
  checkCombinations(schema, node, place, result);
  if (given === 'array') checkArray(schema, itemsOf(node) ?? [], place, result);
  else if (isObject(node)) checkObject(schema, node, place, result);
  else if (isNumber(node)) checkNumber(schema, node, place, result);
  checkValue(schema, node, place, result);
  if (typeof node === 'string') checkString(schema, node, place, result);
  if (isObject(node)) checkProperties(schema, node, place, result);
  result.score++;
}

function jsonType(node: Value): string {
  const type = typeOf(node);
  if (type === 'set') return 'array';
  return isNumber(node) && isWhole(node) ? 'integer' : type;
}

function isWhole(number: Num): boolean {
  return typeof number === 'number' || number.decimal.digits.length <= Math.max(0, number.decimal.point);
}

function allowsType(types: readonly string[], given: string): boolean {
  return types.length === 0 || types.includes(given) || (given === 'integer' && types.includes('number'));
}

function checkCombinations(schema: Schema, node: Value, place: string, result: Result): void {
  checkAnyOf(schema, node, place, result);
  checkOneOf(schema, node, place, result);
  checkAllOf(schema, node, place, result);
  if (schema.not && separately(schema.not, node, place, result).valid) {
    result.add('number_not', place, 'Must not validate the schema (not)');
  }
  checkDependencies(schema, node, place, result);
  checkCondition(schema, node, place, result);
  result.score++;
}

function checkAnyOf({ anyOf }: Schema, node: Value, place: string, result: Result): void {
  if (anyOf.length === 0) return;
  let best: Result | undefined;
  for (const one of anyOf) {
    const attempt = separately(one, node, place, result);
    if (attempt.valid) return;
    if (!best || attempt.score > best.score) best = attempt;
  }
  result.add('number_any_of', place, 'Must validate at least one schema (anyOf)');
  if (best) result.merge(best);
}

function checkOneOf({ oneOf }: Schema, node: Value, place: string, result: Result): void {
  if (oneOf.length === 0) return;
  let [fitting, best]: [number, Result | undefined] = [0, undefined];
  for (const one of oneOf) {
    const attempt = separately(one, node, place, result);
    if (attempt.valid) fitting++;
    else if (fitting === 0 && (!best || attempt.score > best.score)) best = attempt;
  }
  if (fitting === 1) return;
  result.add('number_one_of', place, 'Must validate one and only one schema (oneOf)');
  if (fitting === 0 && best) result.merge(best);
}

function checkAllOf({ allOf }: Schema, node: Value, place: string, result: Result): void {
  let fitting = 0;
  for (const one of allOf) {
    const attempt = separately(one, node, place, result);
    if (attempt.valid) fitting++;
    result.merge(attempt);
  }
  if (fitting !== allOf.length) result.add('number_all_of', place, 'Must validate all the schemas (allOf)');
}

function checkDependencies({ dependencies }: Schema, node: Value, place: string, result: Result): void {
  if (dependencies.size === 0 || !isObject(node)) return;
  for (const [key] of memberEntries(node)) {
    const dependency = dependencies.get(key);
    if (dependency === undefined) continue;
    if (!isNames(dependency)) check(dependency, node, place, result);
    else {
      for (const name of dependency) {
        if (!node.has(name)) result.add('missing_dependency', place, `Has a dependency on ${name}`);
      }
    }
  }
}

function isNames(dependency: readonly string[] | Schema): dependency is readonly string[] {
  return Array.isArray(dependency);
}

function checkCondition(schema: Schema, node: Value, place: string, result: Result): void {
  if (!schema.if) return;
  const holds = separately(schema.if, node, place, result).valid;
  const branch = holds ? schema.then : schema.else;
  const attempt = branch && separately(branch, node, place, result);
  if (!attempt || attempt.valid) return;
  if (holds) result.add('condition_then', place, 'Must validate "then" as "if" was valid');
  else result.add('condition_else', place, 'Must validate "else" as "if" was not valid');
  result.merge(attempt);
}

function checkValue(schema: Schema, node: Value, place: string, result: Result): void {
  const { constant, enumeration, format } = schema;
  const json = constant === undefined && enumeration === undefined ? '' : canonicalJson(node);
  const field = place.startsWith('(Root).') ? place.slice('(Root).'.length) : place;
  if (constant !== undefined && json !== constant) result.add('const', place, `${field} does not match: ${constant}`);
  if (enumeration && !enumeration.includes(json)) {
    result.add('enum', place, `${field} must be one of the following: ${enumeration.join(', ')}`);
  }
  if (format !== undefined && typeof node === 'string' && !hasFormat(format, node)) {
    result.add('format', place, `Does not match format '${format}'`);
  }
  result.score++;
}

function checkArray(schema: Schema, items: readonly Value[], place: string, result: Result): void {
  checkItems(schema, items, place, result);
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && items.length < minItems) {
    result.add('array_min_items', place, `Array must have at least ${minItems} items`);
  }
  if (maxItems !== undefined && items.length > maxItems) {
    result.add('array_max_items', place, `Array must have at most ${maxItems} items`);
  }
  if (schema.uniqueItems) checkUnique(items, place, result);
  if (schema.contains) checkContains(schema.contains, items, place, result);
  result.score++;
}

function checkItems(schema: Schema, items: readonly Value[], place: string, result: Result): void {
  const { items: expected, additionalItems } = schema;
  if (!expected) return;
  const list = Array.isArray(expected) ? expected : undefined;
  if (list?.length === 0) return;
  for (const [at, item] of items.entries()) {
    const known = Array.isArray(expected) ? expected[at] : expected;
    const one = known ?? (typeof additionalItems === 'object' ? additionalItems : undefined);
    if (one) result.merge(separately(one, item, `${place}.${at}`, result));
  }
  if (list && items.length > list.length && additionalItems === false) {
    result.add('array_no_additional_items', place, 'No additional items allowed on array');
  }
}

function checkUnique(items: readonly Value[], place: string, result: Result): void {
  const seen = new Map<string, number>();
  for (const [at, item] of items.entries()) {
    const json = canonicalJson(item);
    const before = seen.get(json);
    if (before !== undefined) result.add('unique', place, `array items[${before},${at}] must be unique`);
    seen.set(json, at);
  }
}

function checkContains(contains: Schema, items: readonly Value[], place: string, result: Result): void {
  let best: Result | undefined;
  for (const [at, item] of items.entries()) {
    const attempt = separately(contains, item, `${place}.${at}`, result);
    if (attempt.valid) return;
    if (!best || attempt.score > best.score) best = attempt;
  }
  result.add('contains', place, 'At least one of the items must match');
  if (best) result.merge(best);
}

function checkObject(schema: Schema, object: RegoObject, place: string, result: Result): void {
  const { minProperties, maxProperties } = schema;
  if (minProperties !== undefined && object.size < minProperties) {
    result.add('array_min_properties', place, `Must have at least ${minProperties} properties`);
  }
  if (maxProperties !== undefined && object.size > maxProperties) {
    result.add('array_max_properties', place, `Must have at most ${maxProperties} properties`);
  }
  for (const name of schema.required) {
    if (object.has(name)) result.score++;
    else result.add('required', place, `${name} is required`);
  }
  const entries = memberEntries(object);
  for (const [name, value] of entries) checkMember(schema, name, value, place, result);
  if (schema.propertyNames) checkNames(schema.propertyNames, entries, place, result);
  result.score++;
}

/** What `properties` does not describe, `patternProperties` and `additionalProperties` do. */
function checkMember(schema: Schema, name: string, value: Value, place: string, result: Result): void {
  const { additionalProperties, patternProperties } = schema;
  let matched = false;
  for (const [, regex, member] of patternProperties) {
    if (!regex.test(name)) continue;
    matched = true;
    result.merge(separately(member, value, `${place}.${name}`, result));
  }
  if (matched) result.score++;
  if (matched || schema.properties.has(name) || additionalProperties === undefined) return;
  if (typeof additionalProperties === 'object') {
    result.merge(separately(additionalProperties, value, `${place}.${name}`, result));
  } else if (!additionalProperties) {
    result.add('additional_property_not_allowed', place, `Additional property ${name} is not allowed`);
  }
}

function checkNames(
  schema: Schema,
  entries: readonly (readonly [string, Value])[],
  place: string,
  result: Result,
): void {
  for (const [name] of entries) {
    const attempt = separately(schema, name, place, result);
    if (attempt.valid) continue;
    result.add('invalid_property_name', place, `Property name of "${name}" does not match`);
    result.merge(attempt);
  }
}

function checkProperties(schema: Schema, object: RegoObject, place: string, result: Result): void {
  for (const [name, property] of schema.properties) {
    const value = object.get(name);
    if (value !== undefined) check(property, value, `${place}.${name}`, result);
  }
}

function checkString(schema: Schema, text: string, place: string, result: Result): void {
  const { minLength, maxLength, pattern } = schema;
  const length = minLength === undefined && maxLength === undefined ? 0 : codePointCount(text);
  if (minLength !== undefined && length < minLength) {
    result.add('string_gte', place, `String length must be greater than or equal to ${minLength}`);
  }
  if (maxLength !== undefined && length > maxLength) {
    result.add('string_lte', place, `String length must be less than or equal to ${maxLength}`);
  }
  if (pattern) {
    result.work.tick(text.length >> 2);
    if (!pattern.regex.test(text)) result.add('pattern', place, `Does not match pattern '${pattern.source}'`);
  }
  result.score++;
}

function checkNumber(schema: Schema, number: Num, place: string, result: Result): void {
  const { multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum } = schema;
  if (multipleOf !== undefined && !isMultiple(number, multipleOf)) {
    result.add('multiple_of', place, `Must be a multiple of ${shown(multipleOf)}`);
  }
  if (maximum !== undefined && compareNumbers(number, maximum) > 0) {
    result.add('number_lte', place, `Must be less than or equal to ${shown(maximum)}`);
  }
  if (exclusiveMaximum !== undefined && compareNumbers(number, exclusiveMaximum) >= 0) {
    result.add('number_lt', place, `Must be less than ${shown(exclusiveMaximum)}`);
  }
  if (minimum !== undefined && compareNumbers(number, minimum) < 0) {
    result.add('number_gte', place, `Must be greater than or equal to ${shown(minimum)}`);
  }
  if (exclusiveMinimum !== undefined && compareNumbers(number, exclusiveMinimum) <= 0) {
    result.add('number_gt', place, `Must be greater than ${shown(exclusiveMinimum)}`);
  }
  result.score++;
}

/** Exactly: both numbers as whole ones of the smaller unit. */
function isMultiple(number: Num, of: Num): boolean {
  const [a, b] = [rational(number), rational(of)];
  return (a.numerator * b.denominator) % (b.numerator * a.denominator) === 0n;
}

function rational(number: Num): { numerator: bigint; denominator: bigint } {
  const whole = toBigInt(number);
  if (whole !== undefined || typeof number === 'number') return { numerator: whole ?? 0n, denominator: 1n };
  const { digits, point, negative } = number.decimal;
  const numerator = BigInt(digits) * (negative ? -1n : 1n);
  return { numerator, denominator: 10n ** BigInt(digits.length - point) };
}

/** A limit as Go prints a big.Float of it. */
function shown(number: Num): string {
  const { numerator, denominator } = rational(number);
  const float = divideFloats(floatOf(numerator), floatOf(denominator));
  return numberText(number) === '0' ? '0' : shortNotation(float.negative, shortestDigits(float), 6);
}
