// SPDX-License-Identifier: Apache-2.0
import { fromJson, readValues, type Value } from '@sluice/rego';
import { goFloat } from './go-float.ts';

/** JSON text as policies see it as `input`: its numbers pass through 64-bit floats, as Go decodes them. */
export function inputValue(text: string): Value {
  return readValues(text, throughFloat);
}

function throughFloat(text: string): Value {
  const number = Number(text);
  if (Number.isSafeInteger(number) && !Object.is(number, -0)) return number;
  return fromJson(Number.isFinite(number) ? goFloat(number) : text);
}
