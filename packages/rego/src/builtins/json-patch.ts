// SPDX-License-Identifier: Apache-2.0
import { equal } from '../value/compare.ts';
import { parseNumber, toInt } from '../value/number.ts';
import type { RegoObject } from '../value/object.ts';
import { print } from '../value/print.ts';
import { isArray, isNumber, isObject, isSet, typeOf, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { parsePath } from './json-paths.ts';
import { any, array, binary } from './operands.ts';

/** JSON Patch (RFC 6902), which OPA also applies to sets: an item is its own path. */
export const jsonPatch: Family = {
  'json.patch': binary(any, array, (target, patches, context) => {
    let result: Value | undefined = target;
    for (const patch of patches) result = apply(result, operationOf(patch), context);
    return result;
  }),
};

interface Operation {
  readonly op: string;
  readonly path: readonly Value[];
  readonly patch: RegoObject;
}

function operationOf(patch: Value): Operation {
  if (!isObject(patch)) {
    throw new BuiltinError('must be an array of JSON-Patch objects, but at least one element is not an object');
  }
  const path = attribute(patch, 'path');
  const op = attribute(patch, 'op');
  if (typeof op !== 'string') throw new BuiltinError(`attribute 'op' must be a string but found: ${typeOf(op)}`);
  return { op, path: parsePath(path), patch };
}

function attribute(patch: RegoObject, name: string): Value {
  const value = patch.get(name);
  if (value === undefined) throw new BuiltinError(`missing required attribute '${name}'`);
  return value;
}

/** Undefined stands for a document that was removed whole. */
function apply(root: Value | undefined, { op, path, patch }: Operation, context: BuiltinContext): Value | undefined {
  switch (op) {
    case 'add':
      return insertAt(root, path, attribute(patch, 'value'), context);
    case 'remove':
      return deleteAt(root, path, context);
    case 'replace': {
      const without = deleteAt(root, path, context);
      return insertAt(without, path, attribute(patch, 'value'), context);
    }
    case 'move': {
      const from = parsePath(attribute(patch, 'from'));
      const value = find(root, from);
      return insertAt(deleteAt(root, from, context), path, value, context);
    }
    case 'copy':
      return insertAt(root, path, find(root, parsePath(attribute(patch, 'from'))), context);
    case 'test':
      test(find(root, path), attribute(patch, 'value'));
      return root;
    default:
      throw new BuiltinError(`unrecognized op: '${op}'`);
  }
}

function test(found: Value, expected: Value): void {
  if (equal(found, expected)) return;
  throw new BuiltinError(
    `value from EditTree != patch value.\n\nExpected: ${print(expected)}\n\nFound: ${print(found)}`,
  );
}

function find(root: Value | undefined, path: readonly Value[]): Value {
  let value = root;
  for (const step of path) value = childOf(present(value), step);
  return present(value);
}

function present(value: Value | undefined): Value {
  if (value === undefined) throw new BuiltinError('nil value encountered where composite value was expected');
  return value;
}

function childOf(value: Value, step: Value): Value {
  if (isObject(value)) {
    return orMissing(value.get(step), () => `path ${print(step)} does not exist in object term ${print(value)}`);
  }
  if (isSet(value)) {
    return orMissing(value.get(step), () => `path ${print(step)} does not exist in set term ${print(value)}`);
  }
  if (!isArray(value)) return notComposite(value, ` for path ${print(step)}`);
  const index = indexOf(step, value.length);
  return orMissing(value[index], () => `path ${index} does not exist in array term ${print(value)}`);
}

function orMissing(value: Value | undefined, message: () => string): Value {
  return value === undefined ? missing(message()) : value;
}

function missing(message: string): never {
  throw new BuiltinError(message);
}

function notComposite(value: Value, what = ''): never {
  const goType =
    typeof value === 'string' ? 'String' : value === null ? 'Null' : isNumber(value) ? 'Number' : 'Boolean';
  throw new BuiltinError(`expected composite type${what}, found value: ${print(value)} (type: ast.${goType})`);
}

type Change = (parent: Value, step: Value) => Value;

/** Rebuilds what lies on the path above the last step. */
function change(root: Value | undefined, path: readonly Value[], context: BuiltinContext, edit: Change): Value {
  const value = present(root);
  const [step, ...rest] = path;
  if (step === undefined) return value;
  context.tick(sizeOf(value));
  return rest.length === 0
    ? edit(value, step)
    : replaceChild(value, step, change(childOf(value, step), rest, context, edit));
}

function sizeOf(value: Value): number {
  if (isArray(value)) return 1 + (value.length >> 3);
  return isObject(value) || isSet(value) ? 1 + (value.size >> 3) : 1;
}

function replaceChild(parent: Value, step: Value, child: Value): Value {
  if (isObject(parent)) return parent.toBuilder().set(step, child).build();
  if (isSet(parent)) return parent.toBuilder().delete(step).add(child).build();
  return isArray(parent) ? parent.with(indexOf(step, parent.length), child) : notComposite(parent);
}

function insertAt(root: Value | undefined, path: readonly Value[], value: Value, context: BuiltinContext): Value {
  if (path.length === 0) return value;
  return change(root, path, context, (parent, step) => {
    if (isObject(parent)) return parent.toBuilder().set(step, value).build();
    if (isSet(parent)) {
      if (equal(step, value)) return parent.toBuilder().add(value).build();
      throw new BuiltinError(`set key ${print(step)} does not equal value to be inserted ${print(value)}`);
    }
    if (!isArray(parent)) return notComposite(parent);
    const index = indexOf(step, parent.length);
    if (index < 0 || index > parent.length) throw new BuiltinError('index for array insertion out of bounds');
    return parent.toSpliced(index, 0, value);
  });
}

function deleteAt(root: Value | undefined, path: readonly Value[], context: BuiltinContext): Value | undefined {
  if (path.length === 0) {
    if (root === undefined) throw new BuiltinError('deleted node encountered during delete operation');
    return undefined;
  }
  return change(root, path, context, (parent, step) => {
    if (isObject(parent) || isSet(parent)) {
      if (parent.has(step)) return parent.toBuilder().delete(step).build();
      throw new BuiltinError(`cannot delete child key ${print(step)} that does not exist`);
    }
    if (!isArray(parent)) return notComposite(parent);
    const index = indexOf(step, parent.length);
    if (index < 0 || index >= parent.length) throw new BuiltinError('index for array delete out of bounds');
    return parent.toSpliced(index, 1);
  });
}

/** A step into an array: a number, its text, or `-` for behind the end. */
function indexOf(step: Value, length: number): number {
  if (isNumber(step)) return toInt(step) ?? missing('invalid number type for indexing');
  if (typeof step !== 'string') return missing('invalid type for indexing');
  if (step === '-') return length;
  const index = /^[+-]?[0-9]+(\.0*)?$/.test(step) ? toInt(parseNumber(step.replace(/^\+/, ''))) : undefined;
  if (index === undefined) return missing('invalid string for indexing');
  if (step !== '0' && step.startsWith('0')) return missing('leading zeros are not allowed in JSON paths');
  return index;
}
