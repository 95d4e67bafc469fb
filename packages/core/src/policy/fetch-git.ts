// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { type GitOptions, runGit } from './git.ts';
import { isPolicyFile, type SourceFile } from './source-file.ts';
import { SourceTree } from './source-tree.ts';
import type { GitUrl } from './source-url.ts';

/** How the name in a policy led to a commit. */
export interface GitRevision {
  readonly commit: string;
  /** The full name on the server (`refs/heads/main`), where there is one. */
  readonly name?: string;
}

const fullCommit = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * The commit that a branch, tag or the default branch names now. Undefined for an abbreviated commit, which only the
 * whole history can resolve.
 */
export async function resolveGit(
  ctx: StepContext,
  source: GitUrl,
  workingFolder: string,
): Promise<GitRevision | undefined> {
  const ref = source.ref ?? 'HEAD';
  if (fullCommit.test(ref)) return { commit: ref };
  const args = ['ls-remote', '--quiet', '--', address(source, workingFolder), ref, `${ref}^{}`];
  const listed = (await runGit(ctx, source.repository, args, gitOptions(source))).toString('utf8');
  const found = new Map(
    listed.split('\n').map((line): [string, string] => {
      const [commit = '', name = ''] = line.split('\t');
      return [name, commit];
    }),
  );
  for (const name of [`refs/tags/${ref}^{}`, `refs/heads/${ref}`, `refs/tags/${ref}`, ref]) {
    const commit = found.get(name);
    if (commit !== undefined) return { commit, name: name.replace('^{}', '') };
  }
  if (/^[0-9a-f]{7,39}$/.test(ref)) return undefined;
  throw noSuchRef(source);
}

/** The policy files of a commit, read from git's objects: nothing is checked out, so no filter or hook can run. */
export async function fetchGit(
  ctx: StepContext,
  source: GitUrl,
  revision: GitRevision | undefined,
  workingFolder: string,
): Promise<{ commit: string; files: SourceFile[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-git-'));
  try {
    await runGit(ctx, source.repository, ['init', '--quiet', '--bare', '--template=', folder], gitOptions(source));
    const git: GitRun = (args, input) =>
      runGit(ctx, source.repository, ['-C', folder, ...args], {
        ...gitOptions(source),
        watched: folder,
        ...(input === undefined ? {} : { input }),
      });
    const commit = await transfer(git, source, revision, workingFolder);
    return { commit, files: await readTree(git, source, commit) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type GitRun = (args: readonly string[], input?: string) => Promise<Buffer>;

/** One commit if the server gives it, else the branch or tag, else everything. */
async function transfer(
  git: GitRun,
  source: GitUrl,
  revision: GitRevision | undefined,
  workingFolder: string,
): Promise<string> {
  const from = address(source, workingFolder);
  const fetch = (...refs: string[]) => git(['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...refs]);
  const shallow =
    revision === undefined ? [] : [revision.commit, ...(revision.name === undefined ? [] : [revision.name])];
  for (const ref of shallow) {
    const got = await fetch('--depth=1', '--', from, ref).then(() => true, isRefusedRef);
    if (got && (await has(git, revision?.commit ?? ''))) return revision?.commit ?? '';
  }
  await fetch('--', from, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*');
  const name = revision?.commit ?? source.ref ?? '';
  const commit = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]).catch(
    () => undefined,
  );
  if (commit === undefined) throw noSuchRef(source);
  return commit.toString('utf8').trim();
}

/** Servers may refuse to give a commit by its hash; anything else that fails is final. */
function isRefusedRef(error: unknown): false {
  if (error instanceof SluiceError && /not our ref|unadvertised object|couldn't find remote ref/i.test(error.message))
    return false;
  throw error;
}

async function has(git: GitRun, commit: string): Promise<boolean> {
  return git(['cat-file', '-e', `${commit}^{commit}`]).then(
    () => true,
    () => false,
  );
}

interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly object: string;
  readonly size: number;
  readonly path: string;
}

async function readTree(git: GitRun, source: GitUrl, commit: string): Promise<SourceFile[]> {
  const entries = parseTree(await git(['ls-tree', '-r', '-l', '-z', '--full-tree', commit]));
  const tree = new SourceTree(source.repository);
  const wanted = entries.filter((entry) => entry.type === 'blob' && (isLink(entry) || isPolicyFile(entry.path)));
  for (const entry of wanted) tree.expect(entry.size);
  const contents = await readObjects(git, wanted);
  for (const [i, entry] of wanted.entries()) {
    const content = contents[i] ?? new Uint8Array();
    const path = tree.checkedPath(entry.path);
    if (isLink(entry)) addLinkWithin(tree, source, path, Buffer.from(content).toString('utf8'));
    else tree.addFile(path, content);
  }
  if (
    source.subfolder !== '' &&
    !entries.some((entry) => entry.path.startsWith(`${source.subfolder}/`) || entry.path === source.subfolder)
  ) {
    throw new SluiceError(
      'configuration',
      `Expected the folder ${source.subfolder} in ${source.repository} at ${commit.slice(0, 12)}, but found nothing there.`,
    );
  }
  return oneFile(source, tree) ?? tree.files(source.subfolder);
}

/** The subfolder may name a single file. */
function oneFile(source: GitUrl, tree: SourceTree): SourceFile[] | undefined {
  const file = tree.files().find(({ path }) => path === source.subfolder);
  return file === undefined ? undefined : [{ path: file.path.split('/').at(-1) ?? '', text: file.text }];
}

/** Links elsewhere in the repository do not matter: only those of the source are refused when they lead out of the tree. */
function addLinkWithin(tree: SourceTree, source: GitUrl, path: string, target: string): void {
  if (source.subfolder === '' || path.startsWith(`${source.subfolder}/`)) tree.addLink(path, target);
}

function isLink(entry: TreeEntry): boolean {
  return entry.mode === '120000';
}

function parseTree(listing: Buffer): TreeEntry[] {
  const lines = listing
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const [meta = '', path = ''] = line.split('\t');
    const [mode = '', type = '', object = '', size = ''] = meta.split(/ +/);
    return { mode, type, object, size: Number(size) || 0, path };
  });
}

async function readObjects(git: GitRun, entries: readonly TreeEntry[]): Promise<Uint8Array[]> {
  if (entries.length === 0) return [];
  const output = await git(['cat-file', '--batch'], entries.map((entry) => `${entry.object}\n`).join(''));
  const contents: Uint8Array[] = [];
  let at = 0;
  for (const entry of entries) {
    const start = output.indexOf(0x0a, at) + 1;
    contents.push(output.subarray(start, start + entry.size));
    at = start + entry.size + 1;
  }
  return contents;
}

function address(source: GitUrl, workingFolder: string): string {
  return source.repository.includes('://') ? source.repository : resolve(workingFolder, source.repository);
}

function gitOptions(source: GitUrl): GitOptions {
  return { fileAllowed: !source.repository.includes('://') };
}

function noSuchRef(source: GitUrl): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected a branch, tag or commit "${source.ref}" in ${source.repository}, but found none; correct ?ref= in the policy.`,
  );
}
