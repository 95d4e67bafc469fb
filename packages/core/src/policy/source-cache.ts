// SPDX-License-Identifier: Apache-2.0
import type { KeptFiles } from './kept-files.ts';
import type { SourceFile } from './source-file.ts';

/** What a source is and never changes: a commit and folder, or a digest. */
export type SourceKey = readonly ['git', commit: string, subfolder: string] | readonly ['oci', digest: string];

/** The files of a source as they were fetched before; undefined when they have to be fetched. */
export async function recallFiles(kept: KeptFiles, key: SourceKey): Promise<readonly SourceFile[] | undefined> {
  const bytes = await kept.read(key);
  return bytes === undefined ? undefined : JSON.parse(bytes.toString()); // written by keepFiles
}

export async function keepFiles(kept: KeptFiles, key: SourceKey, files: readonly SourceFile[]): Promise<void> {
  await kept.write(key, Buffer.from(JSON.stringify(files)));
}

/** Changes with the form of what is kept. */
export const sourceCacheVersion = 'sources-1';
