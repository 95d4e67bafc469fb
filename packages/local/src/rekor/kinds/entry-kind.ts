// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../http/json-body.ts';
import { sha256 } from '../../key-pair.ts';
import type { SuppliedKey } from '../../signature/public-key.ts';
import { badEntry } from '../envelope.ts';

/** A proposal that was checked: what goes into the log and how it can be found again. */
export interface CheckedEntry {
  readonly spec: unknown;
  /** `sha256:…` of artifacts, payloads and keys, and names in certificates. */
  readonly indexKeys: readonly string[];
  /** The payload that Rekor keeps beside the entry. */
  readonly attestation?: Buffer;
}

/** Checks the `spec` of a proposed entry, its signature above all; throws with the reason. */
export type CheckEntry = (spec: JsonObject) => CheckedEntry;

export const sha256Text = (bytes: Uint8Array): string => sha256(bytes).toString('hex');

export const keyIndexKeys = (key: SuppliedKey): string[] => [
  `sha256:${sha256Text(Buffer.from(key.canonicalPem))}`,
  ...key.names,
];

export const canonicalKey = (key: SuppliedKey): string => Buffer.from(key.canonicalPem).toString('base64');

export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw badEntry(`missing ${what}`);
  return value;
}
