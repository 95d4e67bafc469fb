// SPDX-License-Identifier: Apache-2.0
import { toPlain } from '../value/json.ts';
import { objectOf, type RegoObject } from '../value/object.ts';
import { isArray, isObject, type Value } from '../value/value.ts';
import type { QueryDocument, SchemaDocument } from './ast.ts';

/** A document as a policy sees it: what is empty or null is left out, and so are positions. */
export function documentValue(document: QueryDocument | SchemaDocument): Value {
  return nodeValue(document) ?? objectOf([]);
}

function nodeValue(node: unknown): Value | undefined {
  if (typeof node === 'string' || typeof node === 'number' || typeof node === 'boolean') return node;
  if (Array.isArray(node)) return node.map(nodeValue).filter((item) => item !== undefined && !isEmpty(item)) as Value[]; // just filtered
  if (typeof node !== 'object' || node === null) return undefined;
  const members: [string, Value][] = [];
  for (const [key, member] of Object.entries(node)) {
    const value = key === 'position' ? undefined : nodeValue(member);
    if (value !== undefined && !isEmpty(value)) members.push([key, value]);
  }
  return objectOf(members);
}

function isEmpty(value: Value): boolean {
  return (isArray(value) && value.length === 0) || (isObject(value) && value.size === 0);
}

/** A document that a policy hands back. Its members are taken as they are; what uses them tolerates missing ones. */
export function queryOf(value: RegoObject): QueryDocument {
  // The shape is what documentValue made, or whatever the policy wrote.
  return filled(toPlain(value)) as QueryDocument;
}

/** See {@link queryOf}. */
export function schemaOf(value: RegoObject): SchemaDocument {
  // As above.
  return filled(toPlain(value)) as SchemaDocument;
}

/** Go's zero values for texts that may be missing. */
function filled(plain: unknown): unknown {
  if (Array.isArray(plain)) return plain.map(filled);
  if (typeof plain !== 'object' || plain === null) return plain;
  const members = Object.entries(plain).map(([key, member]) => [key, filled(member)] as const);
  const node: Record<string, unknown> = Object.fromEntries(members);
  if ('Elem' in node || 'NonNull' in node) return { NamedType: '', NonNull: false, ...node };
  return node;
}
