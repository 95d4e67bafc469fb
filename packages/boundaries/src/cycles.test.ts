// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { cycles } from './cycles.ts';

const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));

test('a ring is found, whatever hangs on it', () => {
  expect(cycles(graph({ a: ['b'], b: ['c'], c: ['a', 'd'], d: [] }))).toEqual([['a', 'b', 'c']]);
});

test('a file that imports itself is a cycle', () => {
  expect(cycles(graph({ a: ['a'] }))).toEqual([['a']]);
});

test('a diamond is none', () => {
  expect(cycles(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
});
