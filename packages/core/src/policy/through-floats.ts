// SPDX-License-Identifier: Apache-2.0
import { ExactNumber, exactNumber, isJsonArray, isJsonObject, type Json } from './exact-json.ts';
import { goFloat, goShortFloat } from './go-float.ts';

/**
 * The numbers of an input pass through 64-bit floats, as Go decodes them: `12345678901234567890` and `1.0` lose what a
 * float cannot hold. Data and results keep every digit.
 */
export function throughFloats(value: Json): Json {
  return mapNumbers(value, goFloat);
}

/** The same for what ec's own functions answer, which Go prints in its shortest form (`2.097152e+06`). */
export function throughShortFloats(value: Json): Json {
  return mapNumbers(value, goShortFloat);
}

function mapNumbers(value: Json, print: (number: number) => string): Json {
  if (value instanceof ExactNumber || typeof value === 'number') {
    const number = Number(value instanceof ExactNumber ? value.text : value);
    return Number.isFinite(number) ? exactNumber(print(number)) : value;
  }
  if (isJsonArray(value)) return value.map((item) => mapNumbers(item, print));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapNumbers(member, print)]));
}
