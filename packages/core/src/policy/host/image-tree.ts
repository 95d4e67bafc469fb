// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ImageManifest, Repository } from '@sluice/oci';
import { SluiceError } from '../../error.ts';
import type { Json } from '../exact-json.ts';
import { parseYaml11 } from '../yaml11.ts';

/** A structured file larger than this says nothing a policy asks about. */
const maxFileBytes = 16 * 1024 * 1024;
/** All files that are kept of one image or blob. */
const maxKeptBytes = 64 * 1024 * 1024;
/** What is read through to find them. */
const maxReadBytes = 8 * 1024 * 1024 * 1024;

export interface TreeFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** Files of a tar archive, gzipped or not, that `wanted` asks for by their names. */
export async function tarFiles(
  archive: AsyncIterable<Uint8Array>,
  wanted: (name: string) => boolean,
  seen: (name: string) => void = () => {},
): Promise<TreeFile[]> {
  const { extract } = await import('tar-stream');
  const entries = extract();
  const kept: TreeFile[] = [];
  let bytes = 0;
  const reading = (async () => {
    for await (const entry of entries) {
      const { name, type, size = 0 } = entry.header;
      seen(name);
      if (type === 'file' && wanted(name) && size <= maxFileBytes) {
        bytes += size;
        if (bytes > maxKeptBytes)
          throw new SluiceError(
            'refused',
            `Expected at most ${maxKeptBytes} bytes of files to be asked for, but found more.`,
          );
        kept.push({ path: name, content: await collected(entry) });
      }
      entry.resume();
    }
  })();
  const [write, read] = await Promise.allSettled([pipeline(decompressed(archive), entries), reading]);
  for (const end of [read, write]) if (end.status === 'rejected') throw end.reason;
  return kept;
}

/**
 * The files of a flattened image that lie directly in one of the folders and are YAML or JSON by name, parsed. Later
 * layers replace and remove (whiteouts) what earlier ones brought. What cannot be parsed is left out.
 */
export async function imageFiles(
  repository: Repository,
  manifest: ImageManifest,
  folders: readonly string[],
): Promise<{ [path: string]: Json }> {
  const wanted = new Set(folders.map((folder) => cleanFolder(folder).toLowerCase()));
  const found = new Map<string, Uint8Array>();
  const settled = new Set<string>();
  const hidden: string[] = [];
  // From the top layer down, the first to speak of a path has the last word.
  for (const layer of manifest.layers.toReversed()) {
    const names: string[] = [];
    const files = await tarFiles(
      await repository.openBlob(layer),
      (name) => isWanted(name, wanted),
      (name) => names.push(name),
    );
    for (const { path, content } of files) {
      const name = cleanPath(path);
      if (!settled.has(name) && !hidden.some((gone) => isBelow(name, gone))) found.set(name, content);
    }
    for (const name of names.map(cleanPath)) settle(name, settled, hidden);
  }
  return Object.fromEntries([...found].flatMap(([path, content]) => parsedEntry(path, content)));
}

/** Parsed files by path; what is neither YAML nor JSON is left out. */
export function parsedEntry(path: string, content: Uint8Array): [string, Json][] {
  try {
    return [[path, parseYaml11(Buffer.from(content).toString('utf8'), path, { lastKeyWins: true })]];
  } catch {
    return [];
  }
}

function settle(name: string, settled: Set<string>, hidden: string[]): void {
  const slash = name.lastIndexOf('/') + 1;
  const base = name.slice(slash);
  if (base === '.wh..wh..opq') hidden.push(name.slice(0, Math.max(0, slash - 1)));
  else if (base.startsWith('.wh.')) hidden.push(name.slice(0, slash) + base.slice('.wh.'.length));
  else settled.add(name);
}

function isBelow(name: string, folder: string): boolean {
  return name === folder || name.startsWith(`${folder}/`);
}

function isWanted(name: string, folders: ReadonlySet<string>): boolean {
  const path = cleanPath(name);
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
  return /\.(ya?ml|json)$/i.test(path) && folders.has(folder.toLowerCase());
}

function cleanPath(name: string): string {
  return name.replace(/^(\.?\/)+/, '');
}

function cleanFolder(folder: string): string {
  const parts = folder.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 ? '.' : parts.join('/');
}

async function collected(entry: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* decompressed(archive: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = archive[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  const whole = (async function* () {
    yield first.value;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  })();
  const zipped = first.value[0] === 0x1f && first.value[1] === 0x8b;
  let bytes = 0;
  const stream = zipped ? Readable.from(whole).pipe(createGunzip()) : whole;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxReadBytes)
      throw new SluiceError('refused', `Expected a layer to unpack to at most ${maxReadBytes} bytes, but found more.`);
    yield chunk;
  }
}
