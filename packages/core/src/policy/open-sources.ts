// SPDX-License-Identifier: Apache-2.0
import type { OpenRepository } from '../components/snapshot.ts';
import type { StepContext } from '../context.ts';
import type { HttpClient } from '../http/http-client.ts';
import { keptFolder, nothingKept } from './kept-files.ts';
import type { PolicyLock } from './lock.ts';
import { sourceCacheVersion } from './source-cache.ts';
import { type BuiltinSources, createSourceFetcher, type SourceFetcher } from './sources.ts';

/** Where sources come from. */
export interface SourceOptions {
  readonly open: OpenRepository;
  readonly http: HttpClient;
  /** Sources by commit and digest are kept here; nothing is kept without it. */
  readonly cacheFolder?: string;
  readonly workingFolder: string;
  /** Files of the sources that are built in, by the name behind `sluice://`; the rules of `@sluice/policies` as `ci`. */
  readonly builtin?: BuiltinSources;
  /** When given, sources are only what the lock holds. */
  readonly lock?: PolicyLock;
}

/** Fetches policy sources, each once however often it is named. */
export function openSources(ctx: StepContext, options: SourceOptions): SourceFetcher {
  return createSourceFetcher(ctx, {
    openRepository: options.open,
    http: options.http,
    kept: options.cacheFolder === undefined ? nothingKept : keptFolder(options.cacheFolder, sourceCacheVersion),
    workingFolder: options.workingFolder,
    builtin: options.builtin ?? ownPolicies,
    ...(options.lock === undefined ? {} : { lock: options.lock }),
  });
}

/** Loaded when a policy names them. */
const ownPolicies: BuiltinSources = async (name) =>
  name === 'ci' ? (await import('@sluice/policies')).ciPolicy : undefined;
