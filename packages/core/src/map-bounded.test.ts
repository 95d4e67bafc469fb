// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { mapBounded } from './map-bounded.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('results stand in the order of the items, and no more than the limit run at once', async () => {
  let running = 0;
  let most = 0;
  const results = await mapBounded([5, 1, 4, 2, 3], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    for (let i = 0; i < item; i += 1) await turn();
    running -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test('after a failure nothing new begins, and what is under way has ended', async () => {
  const begun: number[] = [];
  let ended = 0;
  const work = mapBounded([0, 1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    await turn();
    if (item === 0) throw new Error('no');
    await turn();
    ended += 1;
  });
  await expect(work).rejects.toThrow('no');
  expect(begun).toEqual([0, 1]);
  expect(ended).toBe(1);
});

test('no items need no work', async () => {
  expect(await mapBounded([], 3, async () => 1)).toEqual([]);
});
