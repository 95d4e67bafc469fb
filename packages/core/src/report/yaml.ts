// SPDX-License-Identifier: Apache-2.0
import { stringify } from 'yaml';
import { ExactNumber } from '../policy/exact-json.ts';

/** YAML text with sorted keys and unindented lists, as Kubernetes' tools write it. */
export function toYaml(value: unknown): string {
  return stringify(plain(value), { version: '1.1', sortMapEntries: true, indentSeq: false, lineWidth: 0 });
}

function plain(value: unknown): unknown {
  if (value instanceof ExactNumber) return /^-?\d+$/.test(value.text) ? BigInt(value.text) : Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}
