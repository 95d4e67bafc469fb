// SPDX-License-Identifier: Apache-2.0
import type { Value } from '../value/value.ts';
import { decodeValue, encodeValue, type SavedValue } from './value-text.ts';

/**
 * Nodes of the syntax tree as JSON text. They are plain data except for the values in them, which stand in members of
 * these names.
 */
const valueMembers: ReadonlySet<string> = new Set(['custom', 'labels', 'definition']);

export function nodeText(node: object): string {
  return holdsCompound(node) ? compound + JSON.stringify(plain(node)) : scalars + JSON.stringify(node);
}

/** Whether a node holds values that are not as they stand in the text is said in front of it: most hold none. */
const compound = '+';
const scalars = '-';

/** Whether a node holds values that are not as they stand in JSON text. */
export function holdsCompound(node: object): boolean {
  if (Array.isArray(node)) {
    for (const item of node) if (typeof item === 'object' && item !== null && holdsCompound(item)) return true;
    return false;
  }
  const isConstant = 'kind' in node && node.kind === 'constant';
  for (const name in node) {
    const member: unknown = node[name as keyof typeof node]; // one of its names
    if (typeof member !== 'object' || member === null) continue;
    if (holdsValue(name, isConstant) || holdsCompound(member)) return true;
  }
  return false;
}

/** Reads back what {@link nodeText} wrote; the type is the caller's promise, kept by the format's version. */
export function nodeOf<T extends object>(text: string): T {
  const node: unknown = JSON.parse(text.slice(1));
  if (text.startsWith(compound)) restore(node);
  return node as T; // written from a T by the same version of this file
}

function plain(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plain);
  if (typeof node !== 'object' || node === null) return node;
  const isConstant = 'kind' in node && node.kind === 'constant';
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(node)) {
    // A member of such a name is a value by the syntax tree's types.
    copy[name] = holdsValue(name, isConstant) ? encodeValue(member as Value) : plain(member);
  }
  return copy;
}

function restore(node: unknown): void {
  if (Array.isArray(node)) {
    for (const item of node) restore(item);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const isConstant = 'kind' in node && node.kind === 'constant';
  const members = node as Record<string, unknown>; // JSON.parse makes nothing else
  for (const name in members) {
    const member = members[name];
    if (typeof member !== 'object' || member === null) continue;
    if (holdsValue(name, isConstant))
      members[name] = decodeValue(member as SavedValue); // written by plain()
    else restore(member);
  }
}

function holdsValue(name: string, isConstant: boolean): boolean {
  return isConstant ? name === 'value' : valueMembers.has(name);
}
