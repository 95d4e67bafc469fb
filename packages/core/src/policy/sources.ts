// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseReference, type Repository } from '@sluice/oci';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { HttpClient } from '../http/http-client.ts';
import { fetchFolder } from './fetch-folder.ts';
import { fetchHttp } from './fetch-http.ts';
import { fetchOci, resolveOci } from './fetch-oci.ts';
import type { KeptFiles } from './kept-files.ts';
import type { PolicyLock } from './lock.ts';
import { checkLocked, lockedUrl } from './lock.ts';
import { keepFiles, recallFiles, type SourceKey } from './source-cache.ts';
import { contentHash, type FetchedSource, type SourceFile } from './source-file.ts';
import { type GitUrl, parseSourceUrl, pinnedUrl, type SourceUrl } from './source-url.ts';

/** What the fetching of sources needs from outside. */
export interface SourceAccess {
  readonly openRepository: (reference: { readonly registry: string; readonly repository: string }) => Repository;
  readonly http: HttpClient;
  /** Sources by commit and digest. */
  readonly kept: KeptFiles;
  /** The folder that relative sources start from. */
  readonly workingFolder: string;
  /** The files of a source that is built in (`sluice://NAME`), or undefined. */
  readonly builtin: BuiltinSources;
  /** When given, a source is only what the lock says it is. */
  readonly lock?: PolicyLock;
}

/** Gives the files of a source that is built in. */
export type BuiltinSources = (
  name: string,
) => Promise<readonly SourceFile[] | undefined> | readonly SourceFile[] | undefined;

/** Fetches sources, each once however often it is named. */
export interface SourceFetcher {
  fetch(url: string): Promise<FetchedSource>;
}

export function createSourceFetcher(ctx: StepContext, access: SourceAccess): SourceFetcher {
  const started = new Map<string, Promise<FetchedSource>>();
  return {
    fetch(url) {
      const running = started.get(url) ?? fetchSource(ctx, access, url);
      started.set(url, running);
      return running;
    },
  };
}

async function fetchSource(ctx: StepContext, access: SourceAccess, url: string): Promise<FetchedSource> {
  const asked = access.lock === undefined ? url : lockedUrl(access.lock, url);
  const source = parseSourceUrl(asked, (path) => existsSync(resolve(access.workingFolder, path)));
  const { revision, files } = await read(ctx, access, source);
  const fetched: FetchedSource = {
    url,
    pinned: pinnedUrl(asked, source, revision),
    ...(revision === undefined ? {} : { revision }),
    sha256: contentHash(files),
    files,
  };
  ctx.log.debug(`Policy source ${url}: ${files.length} files, ${revision ?? fetched.sha256}.`);
  if (access.lock !== undefined) checkLocked(access.lock, fetched);
  return fetched;
}

interface Read {
  readonly revision?: string;
  readonly files: readonly SourceFile[];
}

async function read(ctx: StepContext, access: SourceAccess, source: SourceUrl): Promise<Read> {
  switch (source.kind) {
    case 'folder':
      return { files: await fetchFolder(source.path, access.workingFolder) };
    case 'http':
      return { files: await fetchHttp(source.url, access.http) };
    case 'git':
      return readGit(ctx, access, source);
    case 'oci':
      return readOci(access, source.reference);
    case 'builtin':
      return { files: await builtinFiles(access, source.name) };
  }
}

async function readGit(ctx: StepContext, access: SourceAccess, source: GitUrl): Promise<Read> {
  const { fetchGit, resolveGit } = await import('./fetch-git.ts');
  const revision = await resolveGit(ctx, source, access.workingFolder);
  const key = (commit: string): SourceKey => ['git', commit, source.subfolder];
  const cached = revision === undefined ? undefined : await recallFiles(access.kept, key(revision.commit));
  if (revision !== undefined && cached !== undefined) return { revision: revision.commit, files: cached };
  const { commit, files } = await fetchGit(ctx, source, revision, access.workingFolder);
  await keepFiles(access.kept, key(commit), files);
  return { revision: commit, files };
}

async function readOci(access: SourceAccess, text: string): Promise<Read> {
  const reference = parseReference(text);
  const repository = access.openRepository(reference);
  const digest = reference.digest ?? (await resolveOci(repository, reference.tag ?? 'latest'));
  const key: SourceKey = ['oci', digest];
  const cached = await recallFiles(access.kept, key);
  if (cached !== undefined) return { revision: digest, files: cached };
  const files = await fetchOci(repository, digest);
  await keepFiles(access.kept, key, files);
  return { revision: digest, files };
}

async function builtinFiles(access: SourceAccess, name: string): Promise<readonly SourceFile[]> {
  const files = await access.builtin(name);
  if (files !== undefined) return files;
  throw new SluiceError(
    'configuration',
    `Expected a source that is built in, such as sluice://ci, but found sluice://${name}.`,
  );
}
