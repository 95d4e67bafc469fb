// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import type { Job } from './job.ts';

/** What GitHub told the run about its cause, as far as actions need it. */
export interface TriggerEvent {
  /** The commit that people look at: a pull request's head rather than its merge commit. */
  readonly headSha?: string;
  /** `owner/name` of the fork a pull request comes from. */
  readonly fork?: string;
}

const maxEventBytes = 32 * 1024 * 1024;

export async function readEvent({ env }: Pick<Job, 'env'>): Promise<TriggerEvent> {
  const payload = await readPayload(env.GITHUB_EVENT_PATH);
  const pullRequest = member(payload, 'pull_request');
  const head = member(pullRequest, 'head');
  const from = text(member(member(head, 'repo'), 'full_name'));
  const to = text(member(member(member(pullRequest, 'base'), 'repo'), 'full_name')) ?? env.GITHUB_REPOSITORY;
  const headSha = text(member(head, 'sha'));
  // A fork that was deleted leaves a pull request without a repository.
  const fork = pullRequest !== undefined && from !== to ? (from ?? 'a deleted fork') : undefined;
  return { ...(headSha === undefined ? {} : { headSha }), ...(fork === undefined ? {} : { fork }) };
}

/** A fork's pull request runs with a token that reads only, and without an identity: nothing can be signed. */
export function withoutRights(event: TriggerEvent, { env }: Pick<Job, 'env'>): boolean {
  return event.fork !== undefined && env.GITHUB_EVENT_NAME === 'pull_request' && !env.ACTIONS_ID_TOKEN_REQUEST_URL;
}

/** Says why a fork's pull request ends neutral, and whether it does. */
export async function neutralPullRequest(job: Job, what: 'signed' | 'promoted'): Promise<boolean> {
  const event = await readEvent(job);
  if (!withoutRights(event, job)) return false;
  job.output('outcome', 'neutral');
  job.output('verdict', 'neutral');
  job.annotate(
    'notice',
    `Nothing was ${what}: this pull request comes from ${event.fork ?? 'a fork'}, and GitHub gives such a run neither an identity nor the right to write. The gate runs when the image is built again after the merge.`,
    'sluice: neutral',
  );
  return true;
}

async function readPayload(path: string | undefined): Promise<unknown> {
  if (!path) return undefined;
  try {
    const bytes = await readFile(path);
    return bytes.length > maxEventBytes ? undefined : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
