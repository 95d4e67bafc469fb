// SPDX-License-Identifier: Apache-2.0

/** Runs work for each item, at most `limit` at a time, and gives the results in the items' order. The first failure ends it. */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Map<number, Result>();
  const queue = items.entries();
  let failed = false;
  const run = async () => {
    for (const [at, item] of queue) {
      if (failed) return;
      results.set(at, await work(item));
    }
  };
  const runs = Array.from({ length: Math.min(Math.max(1, limit), items.length) }, () =>
    run().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  // Nothing goes on behind the caller's back: what is under way ends before the failure is told.
  await Promise.allSettled(runs);
  await Promise.all(runs);
  return [...results].toSorted(([a], [b]) => a - b).map(([, result]) => result);
}
