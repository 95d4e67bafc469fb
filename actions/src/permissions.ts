// SPDX-License-Identifier: Apache-2.0
import type { Failure } from '@sluice/cli';
import type { Job } from './job.ts';

/** What a job must be allowed, and the line that allows it. */
export interface MissingPermission {
  readonly line: string;
  readonly why: string;
}

/**
 * The permission whose absence explains a failure, or undefined where no permission does. GitHub says "forbidden" in
 * many ways; people need the line to add.
 */
export function missingPermission(failure: Failure, job: Pick<Job, 'env'>): MissingPermission | undefined {
  const { code, message } = failure;
  if (code === 'identity-token' && !job.env.ACTIONS_ID_TOKEN_REQUEST_URL) {
    const server = job.env.GITHUB_SERVER_URL ?? 'https://github.com';
    const hosted = server === 'https://github.com' || server.endsWith('.ghe.com');
    const orElse = hosted
      ? ''
      : `; where it is there already, ${server} has no OIDC, and an administrator must turn it on`;
    return { line: 'id-token: write', why: `an OIDC token proves to Fulcio which workflow signs${orElse}` };
  }
  if ((code === 'denied' || code === 'unauthorized') && message.includes('ghcr.io')) {
    return { line: 'packages: write', why: 'evidence and tags are written to the registry beside the image' };
  }
  const named = /\bneeds the permission "([a-z-]+: (?:read|write))"/.exec(message);
  if (named?.[1] !== undefined) return { line: named[1], why: 'GitHub answered that the token may not do this' };
  return undefined;
}

/** The lines to paste, whole: a job that names one permission loses all that it does not name. */
export function howToAdd({ line, why }: MissingPermission): string {
  return `Add to the job (${why}):\n    permissions:\n      ${line}`;
}
