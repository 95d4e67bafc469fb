// SPDX-License-Identifier: Apache-2.0
import { RegoError } from '../error.ts';
import { checkNumber } from '../syntax/number-literal.ts';
import { fromJson } from '../value/json.ts';
import { numberText } from '../value/number.ts';
import { isArray, isNumber, isObject, type Value } from '../value/value.ts';
import { BuiltinError } from './builtin.ts';

/** Reads JSON for a built-in function: what is no JSON is its error. */
export function readJson(text: string): Value {
  try {
    return inRange(fromJson(text), text);
  } catch (error) {
    if (error instanceof RegoError) throw new BuiltinError(error.reason, 'eval_builtin_error', error);
    throw error;
  }
}

/** OPA refuses numbers that would take forever to print; only an exponent makes one. */
function inRange(value: Value, text: string): Value {
  if (/[0-9][eE][+-]?[0-9]{4}/.test(text)) checkNumbers(value);
  return value;
}

function checkNumbers(value: Value): void {
  if (isNumber(value)) {
    const problem = checkNumber(numberText(value));
    if (problem) throw new BuiltinError(`invalid number: ${problem}`);
  } else if (isArray(value)) value.forEach(checkNumbers);
  else if (isObject(value)) value.values().forEach(checkNumbers);
}

export function isJson(text: string): boolean {
  try {
    fromJson(text);
    return true;
  } catch (error) {
    if (error instanceof RegoError) return false;
    throw error;
  }
}
