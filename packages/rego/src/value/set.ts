// SPDX-License-Identifier: Apache-2.0
import { clockReads } from './clock.ts';
import { compare, hash, mix } from './compare.ts';
import { ValueTable } from './table.ts';
import type { Value } from './value.ts';

/** A set. Made by a {@link SetBuilder} or {@link setOf}, never changed afterwards. */
export class RegoSet {
  readonly kind = 'set';
  readonly #table: ValueTable<Value>;
  #items: readonly Value[] | undefined;
  #hash: number | undefined;

  /** Takes the table over: the caller must not touch it again. Each member is stored as its own content. */
  constructor(table: ValueTable<Value>) {
    this.#table = table;
  }

  get size(): number {
    return this.#table.size;
  }

  has(item: Value): boolean {
    return this.#table.get(item) !== undefined;
  }

  /** The member equal to a value as it was put in: asked for `1` it may be `1.0`. */
  get(item: Value): Value | undefined {
    return this.#table.get(item);
  }

  /** The members in ascending order. */
  items(): readonly Value[] {
    this.#items ??= this.#table.keys().sort(compare);
    return this.#items;
  }

  /** The members in no order one may rely on; cheaper than {@link items}. */
  unordered(): readonly Value[] {
    return this.#items ?? this.#table.keys();
  }

  equals(other: RegoSet): boolean {
    if (this === other) return true;
    if (this.size !== other.size || this.hash() !== other.hash()) return false;
    return this.unordered().every((item) => other.has(item));
  }

  hash(): number {
    if (this.#hash !== undefined) return this.#hash;
    const reads = clockReads();
    const computed = this.#computeHash();
    if (clockReads() === reads) this.#hash = computed;
    return computed;
  }

  /** A builder that begins with the members of this set. */
  toBuilder(): SetBuilder {
    return new SetBuilder(this.#table.copy());
  }

  #computeHash(): number {
    let sum = this.size;
    for (const item of this.unordered()) sum = (sum + mix(0x1f83d9ab, hash(item))) | 0;
    return mix(0x9b05688c, sum);
  }
}

/** Puts a set together. */
export class SetBuilder {
  #table: ValueTable<Value> | undefined;

  constructor(table: ValueTable<Value> = new ValueTable()) {
    this.#table = table;
  }

  get size(): number {
    return this.#open().size;
  }

  has(item: Value): boolean {
    return this.#open().get(item) !== undefined;
  }

  add(item: Value): this {
    const table = this.#open();
    if (table.get(item) === undefined) table.set(item, item);
    return this;
  }

  delete(item: Value): this {
    this.#open().delete(item);
    return this;
  }

  /** Ends the building; the builder refuses to be used again, since the set must not change. */
  build(): RegoSet {
    const built = new RegoSet(this.#open());
    this.#table = undefined;
    return built;
  }

  #open(): ValueTable<Value> {
    if (!this.#table) throw new TypeError('Expected an open builder, found one whose set was built already.');
    return this.#table;
  }
}

/** The set of some values. */
export function setOf(items: Iterable<Value>): RegoSet {
  const builder = new SetBuilder();
  for (const item of items) builder.add(item);
  return builder.build();
}

export const emptySet: RegoSet = setOf([]);
