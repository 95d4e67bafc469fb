// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLocks } from '../locks.ts';
import { mapBounded } from './bounded.ts';

test('results come in the order of the items, and no more than the limit run at a time', async () => {
  let running = 0;
  let most = 0;
  const results = await mapBounded([5, 1, 4, 2, 3], 2, async (turns) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < turns; turn += 1) await setImmediate();
    running -= 1;
    return turns * 10;
  });
  expect([results, most]).toEqual([[50, 10, 40, 20, 30], 2]);
});

test('after a failure nothing new begins, and what runs is waited for', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = mapBounded([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error('first');
    await setImmediate();
    ended.push(item);
  });
  await expect(work).rejects.toThrow('first');
  expect([begun, ended]).toEqual([[1, 2], [2]]);
});

test('work under one key runs in turn, under another at once, and a failure does not block the next', async () => {
  const exclusively = createLocks();
  const order: string[] = [];
  const work =
    (name: string, fails = false) =>
    async () => {
      order.push(`${name} begins`);
      await setImmediate();
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
    };
  const results = await Promise.allSettled([
    exclusively('a', work('one', true)),
    exclusively('a', work('two')),
    exclusively('b', work('three')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(order.slice(0, 2)).toEqual(['one begins', 'three begins']);
  expect(order.indexOf('two begins')).toBeGreaterThan(order.indexOf('one ends'));
});
