// SPDX-License-Identifier: Apache-2.0
import { clockReads } from './clock.ts';
import { compare, equal, hash, mix } from './compare.ts';
import { ValueTable } from './table.ts';
import type { Value } from './value.ts';

/** An object: any value may be a key. Made by an {@link ObjectBuilder} or {@link objectOf}, never changed afterwards. */
export class RegoObject {
  readonly kind = 'object';
  readonly #table: ValueTable<Value>;
  #keys: readonly Value[] | undefined;
  #values: readonly Value[] | undefined;
  #hash: number | undefined;

  /** Takes the table over: the caller must not touch it again. */
  constructor(table: ValueTable<Value>) {
    this.#table = table;
  }

  get size(): number {
    return this.#table.size;
  }

  get(key: Value): Value | undefined {
    return this.#table.get(key);
  }

  has(key: Value): boolean {
    return this.#table.get(key) !== undefined;
  }

  /** The keys in ascending order. */
  keys(): readonly Value[] {
    this.#keys ??= this.#table.keys().sort(compare);
    return this.#keys;
  }

  /** The values in the order of their keys. */
  values(): readonly Value[] {
    // Every key of the list is in the table.
    this.#values ??= this.keys().map((key) => this.#table.get(key) as Value);
    return this.#values;
  }

  /** The entries in the order of their keys. */
  entries(): readonly (readonly [key: Value, value: Value])[] {
    const values = this.values();
    return this.keys().map((key, at) => [key, values[at] as Value]); // keys and values are parallel
  }

  /** The entries in no order one may rely on; cheaper than {@link entries}. */
  unordered(): Iterable<readonly [key: Value, value: Value]> {
    return this.#table.entries();
  }

  equals(other: RegoObject): boolean {
    if (this === other) return true;
    if (this.size !== other.size || this.hash() !== other.hash()) return false;
    for (const [key, value] of this.#table.entries()) {
      const found = other.#table.get(key);
      if (found === undefined || !equal(found, value)) return false;
    }
    return true;
  }

  hash(): number {
    if (this.#hash !== undefined) return this.#hash;
    const reads = clockReads();
    const computed = this.#computeHash();
    if (clockReads() === reads) this.#hash = computed;
    return computed;
  }

  /** A builder that begins with the entries of this object. */
  toBuilder(): ObjectBuilder {
    return new ObjectBuilder(this.#table.copy());
  }

  #computeHash(): number {
    let sum = this.size;
    for (const [key, value] of this.#table.entries()) sum = (sum + mix(hash(key), hash(value))) | 0;
    return mix(0x510e527f, sum);
  }
}

/** Puts an object together; of equal keys the last value wins. */
export class ObjectBuilder {
  #table: ValueTable<Value> | undefined;

  constructor(table: ValueTable<Value> = new ValueTable()) {
    this.#table = table;
  }

  get size(): number {
    return this.#open().size;
  }

  get(key: Value): Value | undefined {
    return this.#open().get(key);
  }

  set(key: Value, value: Value): this {
    this.#open().set(key, value);
    return this;
  }

  delete(key: Value): this {
    this.#open().delete(key);
    return this;
  }

  /** Ends the building; the builder refuses to be used again, since the object must not change. */
  build(): RegoObject {
    const built = new RegoObject(this.#open());
    this.#table = undefined;
    return built;
  }

  #open(): ValueTable<Value> {
    if (!this.#table) throw new TypeError('Expected an open builder, found one whose object was built already.');
    return this.#table;
  }
}

/** The object of some entries; of equal keys the last value wins. */
export function objectOf(entries: Iterable<readonly [key: Value, value: Value]>): RegoObject {
  const table = new ValueTable<Value>();
  for (const [key, value] of entries) table.set(key, value);
  return new RegoObject(table);
}

/** The object of some named members. Takes the map over: the caller must not touch it again. */
export function objectOfMap(members: Map<string, Value>): RegoObject {
  return new RegoObject(new ValueTable<Value>(members));
}

export const emptyObject: RegoObject = objectOf([]);
