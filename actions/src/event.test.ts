// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { capturedJob } from '../test/captured-job.ts';
import { neutralPullRequest, readEvent, withoutRights } from './event.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-event-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pullRequest = (from: string | null) => ({
  pull_request: {
    head: { sha: 'a'.repeat(40), repo: from === null ? null : { full_name: from } },
    base: { repo: { full_name: 'acme/shop' } },
  },
});

function jobOf(payload: unknown, env: Record<string, string> = {}) {
  const path = join(folder, 'event.json');
  writeFileSync(path, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return capturedJob(
    {},
    { GITHUB_EVENT_PATH: path, GITHUB_EVENT_NAME: 'pull_request', GITHUB_REPOSITORY: 'acme/shop', ...env },
  );
}

test("a fork's pull request has no rights, and its own head is the commit that people look at", async () => {
  const job = jobOf(pullRequest('eve/shop'));
  const event = await readEvent(job);
  expect(event).toEqual({ headSha: 'a'.repeat(40), fork: 'eve/shop' });
  expect(withoutRights(event, job)).toBe(true);
});

test('a fork that was deleted is a fork', async () => {
  expect(await readEvent(jobOf(pullRequest(null)))).toMatchObject({ fork: 'a deleted fork' });
});

test('a pull request of the repository itself has its rights', async () => {
  const job = jobOf(pullRequest('acme/shop'));
  expect(await neutralPullRequest(job, 'signed')).toBe(false);
  expect(job.annotations).toEqual([]);
});

test('a fork whose run has an identity is no exception to anything', async () => {
  const job = jobOf(pullRequest('eve/shop'), { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.com/?a=b' });
  expect(await neutralPullRequest(job, 'signed')).toBe(false);
});

test('neutral is an output and a notice, and names the fork', async () => {
  const job = jobOf(pullRequest('eve/shop'));
  expect(await neutralPullRequest(job, 'promoted')).toBe(true);
  expect(job.outputs.get('outcome')).toBe('neutral');
  expect(job.annotations[0]).toContain(
    'notice: sluice: neutral: Nothing was promoted: this pull request comes from eve/shop',
  );
});

test.each(['', 'no json', '[]', '{"pull_request": 7}'])(
  'an event %j makes nobody neutral by accident',
  async (payload) => {
    const job = jobOf(payload, { GITHUB_EVENT_NAME: 'push' });
    expect(withoutRights(await readEvent(job), job)).toBe(false);
  },
);
