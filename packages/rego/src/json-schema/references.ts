// SPDX-License-Identifier: Apache-2.0
import type { RegoObject } from '../value/object.ts';
import { isArray, isObject, isSet, type Value } from '../value/value.ts';
import { SchemaError } from './schema.ts';

/** A schema's JSON and the URI that references in it are relative to. */
export interface Place {
  readonly node: Value;
  readonly base: string;
}

/** Finds what references mean inside one document: by pointer, or by the identifiers its parts give themselves. */
export class References {
  readonly #identified = new Map<string, Place>();

  constructor(root: Value) {
    this.#collect(root, '');
    this.#identified.set('', { node: root, base: '' });
  }

  /** The URI that references in an object are relative to. */
  baseOf(node: RegoObject, outer: string): string {
    const id = node.get(node.has('id') ? 'id' : '$id');
    return typeof id === 'string' ? this.resolve(outer, id) : outer;
  }

  /** An absolute reference. */
  resolve(base: string, reference: string): string {
    const [document = ''] = base.split('#', 1);
    if (reference.startsWith('#')) return reference === '#' ? document : document + reference;
    if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(reference) || document === '') return reference.replace(/#$/, '');
    try {
      return new URL(reference, document).href.replace(/#$/, '');
    } catch {
      return reference.replace(/#$/, '');
    }
  }

  /** What an absolute reference leads to. */
  find(reference: string): Place {
    const direct = this.#identified.get(reference);
    if (direct) return direct;
    const hash = reference.indexOf('#');
    const document = hash < 0 ? reference : reference.slice(0, hash);
    const place = this.#identified.get(document);
    if (!place) throw new SchemaError(this.#absentMessage(reference));
    return this.#follow(place, decodeFragment(reference.slice(hash + 1)));
  }

  #absentMessage(reference: string): string {
    return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]/.test(reference)
      ? `remote reference loading disabled: ${reference}`
      : `Reference ${reference} must be canonical`;
  }

  #follow(from: Place, pointer: string): Place {
    let place = from;
    for (const raw of pointer.split('/').slice(1)) {
      const step = raw.replaceAll('~1', '/').replaceAll('~0', '~');
      place = {
        node: childAt(place.node, step),
        base: isObject(place.node) ? this.baseOf(place.node, place.base) : place.base,
      };
    }
    return place;
  }

  /** Every object with an identifier; what `const`, `enum` and the names of properties hold are no schemas. */
  #collect(node: Value, outer: string): void {
    const items = isArray(node) ? node : isSet(node) ? node.items() : [];
    for (const item of items) this.#collect(item, outer);
    if (!isObject(node)) return;
    const base = this.baseOf(node, outer);
    if (base !== outer) this.#identify(node, base, outer);
    for (const [key, value] of node.entries()) {
      if (key === 'const' || key === 'enum') continue;
      const named = key === 'properties' || key === 'dependencies' || key === 'patternProperties';
      if (named && isObject(value)) for (const member of value.values()) this.#collect(member, base);
      else this.#collect(value, base);
    }
  }

  #identify(node: Value, reference: string, outer: string): void {
    if (this.#identified.has(reference)) throw new SchemaError(`Reference already exists: "${reference}"`);
    this.#identified.set(reference, { node, base: outer });
  }
}

function decodeFragment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function childAt(node: Value, step: string): Value {
  if (isObject(node)) {
    const found = node.get(step);
    if (found !== undefined) return found;
    throw new SchemaError(`Object has no key '${step}'`);
  }
  if (isArray(node)) {
    const index = /^[0-9]{1,9}$/.test(step) ? Number(step) : -1;
    const found = node[index];
    if (found !== undefined) return found;
    throw new SchemaError(
      index < 0 ? `Invalid array index '${step}'` : `Out of bound array[0,${node.length}] index '${index}'`,
    );
  }
  throw new SchemaError(`Invalid token reference '${step}'`);
}
