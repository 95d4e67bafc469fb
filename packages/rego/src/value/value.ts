// SPDX-License-Identifier: Apache-2.0
import type { BigNum } from './number.ts';
import type { RegoObject } from './object.ts';
import type { RegoSet } from './set.ts';

/**
 * A Rego value.
 *
 * Scalars and arrays are what JavaScript has. A JavaScript number is only ever a safe integer and never -0; every
 * other number is a {@link BigNum}. Arrays, objects and sets are never changed once they can be seen by others, which
 * is why a whole attestation can be a key, be cached and be shared between queries.
 */
export type Value = null | boolean | number | BigNum | string | readonly Value[] | RegoObject | RegoSet;

/** Name of a value's type, as `type_name` gives it. */
export type ValueType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' | 'set';

/** The type of a value. */
export function typeOf(value: Value): ValueType {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      if (value === null) return 'null';
      return isArray(value) ? 'array' : value.kind;
  }
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isObject(value: Value | undefined): value is RegoObject {
  return typeof value === 'object' && value !== null && !isArray(value) && value.kind === 'object';
}

export function isSet(value: Value | undefined): value is RegoSet {
  return typeof value === 'object' && value !== null && !isArray(value) && value.kind === 'set';
}

export function isNumber(value: Value | undefined): value is number | BigNum {
  if (typeof value === 'number') return true;
  return typeof value === 'object' && value !== null && !isArray(value) && value.kind === 'number';
}
