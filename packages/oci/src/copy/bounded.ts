// SPDX-License-Identifier: Apache-2.0

/**
 * Runs work for each item, at most `limit` at a time, and gives the results in the items' order. After a failure
 * nothing new begins; what is under way is waited for, so that nothing goes on behind the caller's back.
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Map<number, Result>();
  const failures: unknown[] = [];
  const queue = items.entries();
  async function run(): Promise<void> {
    for (const [at, item] of queue) {
      if (failures.length > 0) return;
      try {
        results.set(at, await work(item));
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
  if (failures.length > 0) throw failures[0];
  return [...results].toSorted(([left], [right]) => left - right).map(([, result]) => result);
}
