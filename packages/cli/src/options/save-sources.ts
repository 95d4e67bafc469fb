// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FetchedSource } from '@sluice/core';

/** Writes fetched sources below a folder, each into one of its own, as `ec fetch policy` does; gives the folders. */
export async function saveSources(
  folder: string,
  kind: 'policy' | 'data',
  sources: readonly FetchedSource[],
): Promise<readonly string[]> {
  return Promise.all(
    sources.map(async (source) => {
      const name = createHash('sha224').update(source.url).digest('hex').slice(0, 9);
      const target = join(folder, kind, name);
      // Paths of a source were checked to stay inside it when they were read.
      for (const file of source.files) {
        const path = join(target, file.path);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, file.text);
      }
      return target;
    }),
  );
}
