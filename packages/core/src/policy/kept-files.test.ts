// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { keptFolder } from './kept-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-kept-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('what is kept is given back, by key and by version', async () => {
  const place = join(folder, 'keys');
  const kept = keptFolder(place, '1');
  await kept.write(['a', 1], Buffer.from('one'));
  expect((await kept.read(['a', 1]))?.toString()).toBe('one');
  expect(await kept.read(['a', 2])).toBeUndefined();
  expect(await keptFolder(place, '2').read(['a', 1])).toBeUndefined();
});

it('the files written longest ago make room for new ones', async () => {
  const place = join(folder, 'room');
  const kept = keptFolder(place, '1', 300);
  for (const name of ['old', 'middle']) await kept.write(name, Buffer.alloc(100));
  for (const name of readdirSync(place)) utimesSync(join(place, name), 0, 0);
  await kept.write('new', Buffer.alloc(100));
  await kept.write('newest', Buffer.alloc(100));
  expect(readdirSync(place)).toHaveLength(2);
  expect(await kept.read('old')).toBeUndefined();
  expect(await kept.read('newest')).toHaveLength(100);
});

it('a folder that cannot be written is no failure', async () => {
  const kept = keptFolder(join(folder, 'keys', readdirSync(join(folder, 'keys'))[0] ?? '', 'below a file'), '1');
  await kept.write('a', Buffer.from('one'));
  expect(await kept.read('a')).toBeUndefined();
});
