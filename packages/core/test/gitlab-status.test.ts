// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ForgeState, reportStatus, type StepContext } from '../src/index.ts';
import { type GitLabServer, startGitLab } from './gitlab-server.ts';

const SHA = 'a'.repeat(40);
const IMAGE = 'registry.gitlab.com/acme/shop:main';
let gitlab: GitLabServer;

beforeEach(async () => {
  gitlab = await startGitLab('right');
});
afterEach(() => gitlab.close());

function context(changes: Record<string, string | undefined> = {}): StepContext {
  return {
    now: () => new Date(0),
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    env: {
      GITLAB_CI: 'true',
      CI_API_V4_URL: gitlab.url,
      CI_PROJECT_ID: '7',
      CI_COMMIT_SHA: SHA,
      CI_PIPELINE_ID: '9',
      CI_PIPELINE_URL: 'https://gitlab.com/acme/shop/-/pipelines/9',
      CI_MERGE_REQUEST_IID: '3',
      CI_MERGE_REQUEST_PROJECT_ID: '7',
      GITLAB_TOKEN: 'right',
      ...changes,
    },
  };
}

const report = (ctx: StepContext, state: ForgeState) => reportStatus(ctx, { image: IMAGE, state });
const verdict = (success: boolean, markdown = '# report'): ForgeState => ({
  kind: 'verdict',
  verdict: { success, images: [IMAGE], findings: [] },
  markdown,
});

test('a status begins as running and ends with the verdict, in one status and one note', async () => {
  await report(context(), { kind: 'verifying' });
  expect(gitlab.statuses.get(`${SHA} sluice: acme/shop`)).toEqual({
    state: 'running',
    description: 'Built, still verifying the image',
  });
  await report(context(), verdict(false));
  await report(context(), verdict(false, '# another report'));
  expect([...gitlab.statuses]).toEqual([
    [`${SHA} sluice: acme/shop`, { state: 'failed', description: 'Refused: 0 violations, 0 warnings' }],
  ]);
  expect(gitlab.notes).toHaveLength(1);
  expect(gitlab.notes[0]?.body).toContain('# another report');
  expect(gitlab.notes[0]?.body).toContain('**sluice: Refused');
});

test('outside a merge request there is a status and no note', async () => {
  await report(context({ CI_MERGE_REQUEST_IID: undefined }), verdict(true));
  expect([...gitlab.statuses.values()].map(({ state }) => state)).toEqual(['success']);
  expect(gitlab.requests.filter((line) => line.includes('notes'))).toEqual([]);
});

test('what could not be decided is a failure, what nobody could verify is neutral', async () => {
  await report(context(), { kind: 'undecided', reason: 'no report' });
  expect([...gitlab.statuses.values()][0]?.state).toBe('failed');
  await report(context(), { kind: 'neutral', reason: "a fork's pipeline has no token" });
  expect([...gitlab.statuses.values()][0]?.state).toBe('canceled');
  expect(gitlab.notes[0]?.body).toContain("a fork's pipeline has no token");
});

test('a server that fails once is asked again, and a note is not written twice', async () => {
  gitlab.failNext('POST /projects/7/statuses', 502);
  await report(context(), verdict(true));
  expect([...gitlab.statuses.values()][0]?.state).toBe('success');
  expect(gitlab.notes).toHaveLength(1);
});

test('a note of somebody else is left alone', async () => {
  await report(context(), verdict(true));
  const other = 'registry.gitlab.com/acme/other:main';
  await reportStatus(context(), { image: other, state: verdict(true) });
  expect(gitlab.notes).toHaveLength(2);
});

test.each([
  ['without a token', { GITLAB_TOKEN: undefined }, /GITLAB_TOKEN.*scope api/],
  ['with a wrong token', { GITLAB_TOKEN: 'wrong-secret' }, /scope api/],
  ['outside of GitLab', { CI_API_V4_URL: undefined }, /GitLab CI only/],
])('%s the sentence says what is missing, and no token', async (_, changes, sentence) => {
  const error = await report(context(changes), verdict(true)).catch((caught: unknown) => caught);
  expect(String(error)).toMatch(sentence);
  expect(String(error)).not.toContain('wrong-secret');
  expect(gitlab.statuses.size).toBe(0);
});

test('a report of two megabytes is cut, and says so', async () => {
  await report(context(), verdict(true, 'x'.repeat(2_000_000)));
  expect(gitlab.notes[0]?.body.length).toBeLessThan(201_000);
  expect(gitlab.notes[0]?.body).toContain('The rest is left out');
});
