// SPDX-License-Identifier: Apache-2.0
import { type Dirent, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { SluiceError } from '../error.ts';
import { inPathOrder, isPolicyFile, type SourceFile, sourceLimits } from './source-file.ts';
import { isArchive, unpack } from './unpack.ts';

/** The policy files of a local folder, file or archive. Links are followed inside the folder and refused when they lead out. */
export async function fetchFolder(path: string, workingFolder: string): Promise<SourceFile[]> {
  const root = resolve(workingFolder, path);
  const stat = statOf(root, path);
  if (stat.isFile() && isArchive(root)) return unpack(readFileSync(root), path);
  if (stat.isFile()) return [{ path: basename(root), text: readFileSync(root, 'utf8') }];
  const walk: Walk = { source: path, root: realpathSync(root), files: [], bytes: 0, open: new Set() };
  readFolder(walk, walk.root, '');
  return inPathOrder(walk.files);
}

interface Walk {
  readonly source: string;
  readonly root: string;
  readonly files: SourceFile[];
  bytes: number;
  /** Real paths of the folders being read: a link to one of them would never end. */
  readonly open: Set<string>;
}

function readFolder(walk: Walk, folder: string, prefix: string): void {
  const real = realpathSync(folder);
  if (walk.open.has(real)) return;
  walk.open.add(real);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name !== '.git') readEntry(walk, entry, join(folder, entry.name), `${prefix}${entry.name}`);
  }
  walk.open.delete(real);
}

function readEntry(walk: Walk, entry: Dirent, path: string, name: string): void {
  if (entry.isSymbolicLink()) readLink(walk, path, name);
  else if (entry.isDirectory()) readFolder(walk, path, `${name}/`);
  else if (entry.isFile() && isPolicyFile(name)) readOne(walk, path, name);
}

function readLink(walk: Walk, path: string, name: string): void {
  const target = realPath(path);
  if (target === undefined) return;
  const directory = statSync(target).isDirectory();
  if (!directory && !isPolicyFile(name)) return;
  if (!`${target}${sep}`.startsWith(`${walk.root}${sep}`))
    throw refused(walk, `the link "${name}", which leads out of it`);
  if (directory) readFolder(walk, target, `${name}/`);
  else readOne(walk, target, name);
}

function readOne(walk: Walk, path: string, name: string): void {
  walk.bytes += statSync(path).size;
  if (walk.bytes > sourceLimits.bytes) throw refused(walk, `more than ${sourceLimits.bytes} bytes of policy`);
  if (walk.files.length >= sourceLimits.files) throw refused(walk, `more than ${sourceLimits.files} files`);
  walk.files.push({ path: name, text: readFileSync(path, 'utf8') });
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // A link that leads nowhere holds no policy.
    return undefined;
  }
}

function statOf(path: string, source: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw new SluiceError(
      'file',
      `Expected the policy source ${source} to be a folder or file, but found nothing there.`,
      { cause },
    );
  }
}

function refused(walk: Walk, found: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected the policy source ${walk.source} to be whole and small, but found ${found}.`,
  );
}
