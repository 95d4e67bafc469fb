// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { GitLab } from './gitlab.ts';
import { type ReportedStatus, type StatusRequest, statusName, statusTitle, withoutVersion } from './status.ts';

/** GitLab refuses longer descriptions of a status, and notes of more than a million characters. */
const maxDescription = 255;
const maxNote = 200_000;

/** One commit status for an image, and in a merge request's pipeline one note: both are updated, never repeated. */
export async function reportGitLabStatus(
  ctx: StepContext,
  gitlab: GitLab,
  request: StatusRequest,
): Promise<ReportedStatus> {
  const { CI_PROJECT_ID, CI_COMMIT_SHA, CI_PIPELINE_ID, CI_PIPELINE_URL = '' } = ctx.env;
  const sha = request.commit ?? CI_COMMIT_SHA;
  if (!CI_PROJECT_ID || !sha) {
    throw new SluiceError('context', 'CI_PROJECT_ID and CI_COMMIT_SHA were expected; this runs in GitLab CI only.');
  }
  const status = await gitlab.call('set the status of the commit', (client) =>
    client.Commits.editStatus(CI_PROJECT_ID, sha, stateOf(request), {
      name: request.name ?? statusName(request.image),
      description: statusTitle(request.state).slice(0, maxDescription),
      ...(CI_PIPELINE_URL ? { targetUrl: CI_PIPELINE_URL } : {}),
      ...(CI_PIPELINE_ID ? { pipelineId: Number(CI_PIPELINE_ID) } : {}),
    }).catch(sameState),
  );
  await writeNote(ctx, gitlab, request);
  return { id: String(status?.id ?? ''), url: CI_PIPELINE_URL };
}

/** GitLab answers 400 "Cannot transition status …" where the status is in that state already. */
async function sameState(error: unknown): Promise<undefined> {
  if (error instanceof Error && /cannot transition status/i.test(error.message)) return undefined;
  throw error;
}

function stateOf({ state }: StatusRequest): 'running' | 'success' | 'failed' | 'canceled' {
  switch (state.kind) {
    case 'verifying':
      return 'running';
    case 'verdict':
      return state.verdict.success ? 'success' : 'failed';
    case 'neutral':
      return 'canceled';
    case 'undecided':
      return 'failed';
  }
}

async function writeNote(ctx: StepContext, gitlab: GitLab, request: StatusRequest): Promise<void> {
  const { CI_MERGE_REQUEST_IID, CI_MERGE_REQUEST_PROJECT_ID, CI_PROJECT_ID = '' } = ctx.env;
  if (!CI_MERGE_REQUEST_IID) return;
  const project = CI_MERGE_REQUEST_PROJECT_ID ?? CI_PROJECT_ID;
  const iid = Number(CI_MERGE_REQUEST_IID);
  const marker = `<!-- sluice ${withoutVersion(request.image)} -->`;
  const body = noteOf(request, marker);
  const notes = await gitlab.call('read the notes of the merge request', (client) =>
    client.MergeRequestNotes.all(project, iid),
  );
  const own = notes.find((note) => String(note.body).startsWith(marker));
  if (own === undefined) {
    const create = (client: Parameters<Parameters<GitLab['call']>[1]>[0]) =>
      client.MergeRequestNotes.create(project, iid, body);
    await gitlab.call('write a note on the merge request', create, false);
  } else if (own.body !== body) {
    await gitlab.call('update the note on the merge request', (client) =>
      client.MergeRequestNotes.edit(project, iid, own.id, { body }),
    );
  }
}

/** The marker comes first, so that nothing in a report can pass for it. */
function noteOf({ image, state }: StatusRequest, marker: string): string {
  const shown = `\`${image.replaceAll('`', '')}\``;
  const title = `${marker}\n**sluice: ${statusTitle(state)}**\n\n`;
  if (state.kind === 'verdict') return bounded(`${title}${state.markdown === '' ? shown : state.markdown}`);
  return bounded(state.kind === 'verifying' ? `${title}${shown}` : `${title}${shown}\n\n${state.reason}`);
}

function bounded(markdown: string): string {
  if (markdown.length <= maxNote) return markdown;
  return `${markdown.slice(0, maxNote)}\n\n*The rest is left out; the job's artifacts have the whole report.*\n`;
}
