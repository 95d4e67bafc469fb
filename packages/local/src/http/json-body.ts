// SPDX-License-Identifier: Apache-2.0
import { ServiceError } from './service-error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The request body as a JSON object. */
export function jsonBody(body: Buffer): JsonObject {
  const value = parse(body);
  if (!isObject(value)) throw new ServiceError(400, 'The request body must be a JSON object.');
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at `key`, empty when there is none, so that a chain of look-ups ends in `undefined`. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isObject(value) ? value : {};
}

export function textAt(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function listAt(object: JsonObject, key: string): readonly unknown[] {
  const value = object[key];
  return Array.isArray(value) ? value : [];
}

/** Standard base64 with padding, or undefined when the text is anything else. */
export function fromBase64(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ServiceError(400, 'The request body is not JSON.');
  }
}
