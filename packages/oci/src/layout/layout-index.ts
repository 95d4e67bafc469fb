// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OciError } from '../error.ts';
import type { ImageIndex } from '../manifest.ts';
import { IMAGE_INDEX } from '../media-types.ts';
import { parseManifest } from '../parse-manifest.ts';

const VERSION = '{"imageLayoutVersion":"1.0.0"}';

/** The index of a layout; empty where the directory does not exist yet. */
export async function readLayoutIndex(folder: string, maxBytes: number): Promise<ImageIndex> {
  const empty: ImageIndex = { schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [] };
  const marker = await readBounded(folder, 'oci-layout', maxBytes);
  const bytes = await readBounded(folder, 'index.json', maxBytes);
  if (marker === undefined && bytes === undefined) return empty;
  checkMarker(folder, marker);
  if (bytes === undefined) throw bad(folder, 'an index.json');
  const index = parseManifest(bytes, IMAGE_INDEX);
  if (index.kind !== 'index') throw bad(folder, 'an index in index.json');
  return index.content;
}

/** Replaces the index at once: a reader sees the old one or the new one. */
export async function writeLayoutIndex(folder: string, index: ImageIndex): Promise<void> {
  await placeFile(join(folder, 'oci-layout'), VERSION);
  await placeFile(join(folder, 'index.json'), JSON.stringify(index));
}

export async function placeFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await mkdir(join(path, '..'), { recursive: true });
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readBounded(folder: string, name: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const path = join(folder, name);
  try {
    const { size } = await stat(path);
    if (size > maxBytes)
      throw new OciError('too-large', `Expected ${path} to have at most ${maxBytes} bytes, found ${size}.`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof OciError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return undefined;
    throw new OciError('bad-layout', `Expected to read ${path}, but it cannot be read.`, { cause });
  }
}

function checkMarker(folder: string, marker: Uint8Array | undefined): void {
  let version: unknown;
  try {
    version = JSON.parse(new TextDecoder().decode(marker)).imageLayoutVersion;
  } catch {
    version = undefined;
  }
  if (version !== '1.0.0') throw bad(folder, 'an oci-layout file of version 1.0.0');
}

function bad(folder: string, expected: string): OciError {
  return new OciError('bad-layout', `Expected ${expected} in ${folder}, found none; is this an OCI image layout?`);
}
