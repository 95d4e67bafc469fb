// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { StepContext } from './context.ts';
import { SluiceError } from './error.ts';

/** A TUF repository; Sigstore's public one where no mirror is named. */
export interface TufSource {
  readonly mirror?: string;
  /** The root that a mirror of one's own is trusted by the first time. */
  readonly rootPath?: string;
}

/** The repository that cosign's variables name: `TUF_MIRROR` and `TUF_ROOT_JSON`. */
export function tufSourceFrom(env: StepContext['env']): TufSource {
  const { TUF_MIRROR: mirror, TUF_ROOT_JSON: rootPath } = env;
  return { ...(mirror ? { mirror } : {}), ...(rootPath ? { rootPath } : {}) };
}

/** What a target is, for messages: `trusted root`, and the flag that gives it as a file. */
export interface TufTarget {
  readonly file: string;
  readonly what: string;
  readonly flag: string;
  /** Metadata that has not expired is not asked for again: what needs the target is then offline. */
  readonly cached: boolean;
}

/** The text of a target that a TUF repository distributes, verified; an error of code `unreachable` where it cannot be had. */
export async function fetchTufTarget(
  { env }: Pick<StepContext, 'env'>,
  { mirror, rootPath }: TufSource,
  { file, what, flag, cached }: TufTarget,
): Promise<{ readonly text: string; readonly origin: string }> {
  const { DEFAULT_MIRROR_URL, initTUF } = await import('@sigstore/tuf');
  const origin = mirror ?? DEFAULT_MIRROR_URL;
  const cachePath = cacheFolder(env);
  try {
    const client = await initTUF({
      mirrorURL: origin,
      forceCache: cached,
      ...(rootPath === undefined ? {} : { rootPath }),
      ...(cachePath === undefined ? {} : { cachePath }),
    });
    return { text: await client.getTarget(file), origin };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError(
      'unreachable',
      `The ${what} could not be had from ${origin} (${reason}); ${remedyFor(reason)}, or give a file with ${flag}.`,
      { cause },
    );
  }
}

function remedyFor(reason: string): string {
  if (/no root\.json/i.test(reason)) return 'name the root of that repository in TUF_ROOT_JSON';
  return reason.startsWith('ENOENT') ? 'check the path in TUF_ROOT_JSON' : 'allow the connection';
}

function cacheFolder(env: StepContext['env']): string | undefined {
  const base = env.XDG_CACHE_HOME || (env.HOME && path.join(env.HOME, '.cache'));
  return base ? path.join(base, 'sluice', 'tuf') : undefined;
}
