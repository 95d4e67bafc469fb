// SPDX-License-Identifier: Apache-2.0
import { typeOf, type ValueType } from '../value/value.ts';
import type { Family, Implementation } from './builtin.ts';
import { any, unary } from './operands.ts';

export const types: Family = {
  type_name: unary(any, typeOf),
  is_null: is('null'),
  is_boolean: is('boolean'),
  is_number: is('number'),
  is_string: is('string'),
  is_array: is('array'),
  is_object: is('object'),
  is_set: is('set'),
};

function is(type: ValueType): Implementation {
  return unary(any, (value) => typeOf(value) === type);
}
