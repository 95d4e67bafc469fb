// SPDX-License-Identifier: Apache-2.0
import { compareStrings, readJson } from '@sluice/rego/json';

/** Parsed JSON that keeps each number's text where a JavaScript number would lose it (`1.50`, `12345678901234567890`). */
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** A number as it was written. `JSON.stringify` writes it back verbatim. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return rawJson(this.text);
  }
}

// ES2025's JSON.rawJSON is in Node 24 but not yet in TypeScript's library.
const rawJson = Reflect.get(JSON, 'rawJSON') as (text: string) => unknown;

/** Parses JSON without losing a digit; throws `SyntaxError` as `JSON.parse` does. */
export function parseExactJson(text: string): Json {
  return readJson<Json>(text, { number: exactNumber, array: (items) => items, object: Object.fromEntries });
}

/** A plain number when its text is what JavaScript would print for it, an `ExactNumber` otherwise. */
export function exactNumber(text: string): number | ExactNumber {
  const value = Number(text);
  return Number.isSafeInteger(value) && String(value) === text ? value : new ExactNumber(text);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

const goEscapes = new Map([
  ['<', '\\u003c'],
  ['>', '\\u003e'],
  ['&', '\\u0026'],
  ['\u2028', '\\u2028'],
  ['\u2029', '\\u2029'],
]);

/**
 * JSON text as Go's `encoding/json` writes it, so that reports are byte-equal to ec's: no spaces, and the characters
 * `<`, `>` and `&` escaped. They occur in strings only, so the finished text can be searched for them.
 */
export function goJson(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(/[<>&\u2028\u2029]/g, (found) => goEscapes.get(found) ?? found);
}

/** The same members in the order of their names, as Go prints a map. */
export function sortedMembers<Value>(members: { readonly [key: string]: Value }): { [key: string]: Value } {
  return Object.fromEntries(Object.entries(members).sort(([a], [b]) => compareText(a, b)));
}

/** Orders text by code points, as Go and Rego order strings by their UTF-8 bytes. */
export const compareText = compareStrings;
