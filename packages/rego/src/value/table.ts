// SPDX-License-Identifier: Apache-2.0
import { equal, hash } from './compare.ts';
import { numberText } from './number.ts';
import { isNumber, type Value } from './value.ts';

type Scalar = null | boolean | number | string;
type Entry<T> = readonly [key: Value, content: T];

/**
 * A hash table whose keys are values. Scalars are keys of a JavaScript map as they are; compound values and unusual
 * numbers lie in buckets by hash. Of two equal keys the first is kept.
 */
export class ValueTable<T> {
  readonly #scalars: Map<Scalar, T>;
  #buckets: Map<number, Entry<T>[]> | undefined;
  #bucketed = 0;

  constructor(scalars: Map<Scalar, T> = new Map()) {
    this.#scalars = scalars;
  }

  get size(): number {
    return this.#scalars.size + this.#bucketed;
  }

  get(key: Value): T | undefined {
    if (isScalar(key)) {
      const found = this.#scalars.get(key);
      // Only a number can equal a key that is not a scalar: 1 and 1.0.
      if (found !== undefined || this.#buckets === undefined || typeof key !== 'number') return found;
    }
    return this.#entry(key)?.[1];
  }

  has(key: Value): boolean {
    return this.get(key) !== undefined;
  }

  set(key: Value, content: T): void {
    if (isScalar(key)) {
      if (typeof key !== 'number' || this.#buckets === undefined || !this.#replace(key, content)) {
        this.#scalars.set(key, content);
      }
      return;
    }
    if (isNumber(key) && this.#setAsInteger(key, content)) return;
    if (!this.#replace(key, content)) this.#append(key, content);
  }

  delete(key: Value): void {
    if (isScalar(key) && this.#scalars.delete(key)) return;
    const code = hash(key);
    const bucket = this.#buckets?.get(code);
    const at = bucket?.findIndex(([other]) => equal(other, key)) ?? -1;
    if (at < 0) return;
    bucket?.splice(at, 1);
    this.#bucketed--;
  }

  /** Every entry, in no order one may rely on. */
  entries(): Iterable<readonly [Value, T]> {
    if (this.#buckets === undefined) return this.#scalars;
    return [...this.#scalars, ...[...this.#buckets.values()].flat()];
  }

  keys(): Value[] {
    const keys: Value[] = [...this.#scalars.keys()];
    for (const bucket of this.#buckets?.values() ?? []) for (const entry of bucket) keys.push(entry[0]);
    return keys;
  }

  copy(): ValueTable<T> {
    const copied = new ValueTable<T>(new Map(this.#scalars));
    if (this.#buckets) {
      copied.#buckets = new Map([...this.#buckets].map(([code, bucket]) => [code, [...bucket]]));
      copied.#bucketed = this.#bucketed;
    }
    return copied;
  }

  #entry(key: Value): Entry<T> | undefined {
    if (this.#buckets === undefined) return isNumber(key) ? this.#integerEntry(key) : undefined;
    const found = this.#buckets.get(hash(key))?.find(([other]) => equal(other, key));
    return found ?? (isNumber(key) ? this.#integerEntry(key) : undefined);
  }

  /** `1.0` looks for the key `1`. */
  #integerEntry(key: Value): Entry<T> | undefined {
    const integer = asInteger(key);
    const content = integer === undefined ? undefined : this.#scalars.get(integer);
    return content === undefined || integer === undefined ? undefined : [integer, content];
  }

  #setAsInteger(key: Value, content: T): boolean {
    const integer = asInteger(key);
    if (integer === undefined || !this.#scalars.has(integer)) return false;
    this.#scalars.set(integer, content);
    return true;
  }

  #replace(key: Value, content: T): boolean {
    const bucket = this.#buckets?.get(hash(key));
    const at = bucket?.findIndex(([other]) => equal(other, key)) ?? -1;
    const old = bucket?.[at];
    if (!bucket || !old) return false;
    bucket[at] = [old[0], content];
    return true;
  }

  #append(key: Value, content: T): void {
    this.#buckets ??= new Map();
    const code = hash(key);
    const bucket = this.#buckets.get(code);
    if (bucket) bucket.push([key, content]);
    else this.#buckets.set(code, [[key, content]]);
    this.#bucketed++;
  }
}

function isScalar(key: Value): key is Scalar {
  return typeof key !== 'object' || key === null;
}

function asInteger(key: Value): number | undefined {
  if (!isNumber(key)) return undefined;
  const integer = Number(numberText(key)) + 0;
  return Number.isSafeInteger(integer) && equal(key, integer) ? integer : undefined;
}
