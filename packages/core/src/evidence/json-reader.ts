// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';

/** A JSON object from outside, with no inherited members. */
export type JsonMembers = ReadonlyMap<string, unknown>;

/** Why a document from outside cannot be what it claims: an `unproved` error that names the member. */
export function malformed(path: string, expected: string, found: unknown): SluiceError {
  return new SluiceError(
    'unproved',
    `${path} should be ${expected}, but ${found === undefined ? 'is missing' : `is ${describe(found)}`}.`,
  );
}

export function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SluiceError('unproved', `${what} is not JSON.`, { cause });
  }
}

/** The members of an object; with `known`, any other member is an error. */
export function readObject(value: unknown, path: string, known?: readonly string[]): JsonMembers {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(path, 'an object', value);
  const members = new Map(Object.entries(value));
  for (const name of members.keys()) {
    if (known && !known.includes(name)) throw new SluiceError('unproved', `${path} has the unknown member "${name}".`);
  }
  return members;
}

export function readList(value: unknown, path: string, limit: number): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(path, 'a list', value);
  if (value.length > limit) throw malformed(path, `a list of at most ${limit}`, value);
  return value;
}

export function readString(value: unknown, path: string): string {
  if (typeof value !== 'string') throw malformed(path, 'a string', value);
  return value;
}

/** A 64-bit integer as protobuf's JSON has it: a string of digits, or a number. */
export function readInteger(value: unknown, path: string): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || !/^(0|[1-9][0-9]{0,18})$/.test(text)) throw malformed(path, 'a whole number', value);
  return text;
}

export function readBase64(value: unknown, path: string): Uint8Array {
  const text = readString(value, path);
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) throw malformed(path, 'base64', value);
  return Buffer.from(text, 'base64');
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
