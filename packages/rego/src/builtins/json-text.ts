// SPDX-License-Identifier: Apache-2.0
import { RegoError } from '../error.ts';
import { fromJson } from '../value/json.ts';
import type { Value } from '../value/value.ts';
import { BuiltinError } from './builtin.ts';

/** Reads JSON for a built-in function: what is no JSON is its error. */
export function readJson(text: string): Value {
  try {
    return fromJson(text);
  } catch (error) {
    if (error instanceof RegoError) throw new BuiltinError(error.reason, 'eval_builtin_error', error);
    throw error;
  }
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
