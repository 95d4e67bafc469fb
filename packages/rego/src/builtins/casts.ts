// SPDX-License-Identifier: Apache-2.0
import { checkNumber } from '../syntax/number-literal.ts';
import { parseNumber } from '../value/number.ts';
import { setOf } from '../value/set.ts';
import { isNumber, isSet, type Value } from '../value/value.ts';
import { BuiltinError, type Family } from './builtin.ts';
import { any, boolean, items, object, string, unary, wrongType } from './operands.ts';

export const casts: Family = {
  to_number: unary(any, toNumber),
  cast_array: unary(items('array', 'set'), (members) => members),
  cast_set: unary(any, (value) => (isSet(value) ? value : setOf(items('array', 'set')(value, 1)))),
  cast_string: unary(string, (value) => value),
  cast_boolean: unary(boolean, (value) => value),
  cast_null: unary(any, (value) => (value === null ? null : wrongType(1, value, ['null']))),
  cast_object: unary(object, (value) => value),
};

function toNumber(value: Value): Value {
  if (value === null || value === false) return 0;
  if (value === true) return 1;
  if (isNumber(value)) return value;
  if (typeof value !== 'string') return wrongType(1, value, ['null', 'boolean', 'number', 'string']);
  if (/^[+-]*(inf|infinity|nan)$/i.test(value)) return wrongType(1, value, ['valid number string']);
  return numberOfText(value);
}

function numberOfText(text: string): Value {
  const decimal = /^([+-]?)(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.exec(text);
  if (!decimal) {
    if (hexadecimal.test(text)) return parseNumber(hexadecimalText(text));
    throw new BuiltinError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  if (!Number.isFinite(Number(text))) {
    throw new BuiltinError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: value out of range`);
  }
  const problem = checkNumber(text.replace(/^\+/, ''));
  if (problem) throw new BuiltinError(`invalid number: ${problem}`);
  return parseNumber(text);
}

const hexadecimal = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/;

/** Go also reads hexadecimal floats; nothing but their value is of use. */
function hexadecimalText(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = hexadecimal.exec(text) ?? [];
  const value = Number(BigInt(`0x${whole}${fraction}` || '0x0')) * 2 ** (Number(exponent) - 4 * fraction.length);
  if (!Number.isFinite(value)) {
    throw new BuiltinError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return `${sign === '-' ? '-' : ''}${value}`;
}
