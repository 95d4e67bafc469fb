// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { GitHub } from './github.ts';
import { type ReportedStatus, type StatusRequest, statusName, statusTitle, withoutVersion } from './status.ts';

/** GitHub REST API, "Check runs": at most this many annotations a request; updates append. */
const annotationsPerRequest = 50;
const maxAnnotations = 500;
const maxSummaryCharacters = 65_535;
const needs = { needs: 'checks: write' };

/**
 * One check run for an image and a run of a workflow: created at first, found again and updated after that. Annotations
 * are sent before the conclusion, so that an interruption leaves a check that is still under way, never one that passed.
 */
export async function reportCheck(ctx: StepContext, github: GitHub, request: StatusRequest): Promise<ReportedStatus> {
  const name = request.name ?? statusName(request.image);
  const headSha = request.commit ?? ctx.env.GITHUB_SHA ?? '';
  const externalId = `sluice/${ctx.env.GITHUB_RUN_ID ?? ''}/${withoutVersion(request.image)}`;
  const output = { title: statusTitle(request.state), summary: summaryOf(request) };
  const existing = await findOrCreate(github, { name, headSha, externalId }, () => ({
    status: 'in_progress',
    started_at: seconds(ctx.now()),
    details_url: runUrl(ctx, github),
    output: {
      title: 'Built, still verifying the image',
      summary: summaryOf({ ...request, state: { kind: 'verifying' } }),
    },
  }));
  const update = (body: Record<string, unknown>) =>
    github.request(
      'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
      { check_run_id: existing.id, ...body },
      needs,
    );
  const rest = annotationsOf(ctx, request).slice(existing.annotations);
  for (let at = 0; at < rest.length; at += annotationsPerRequest) {
    await update({
      status: 'in_progress',
      output: { ...output, annotations: rest.slice(at, at + annotationsPerRequest) },
    });
  }
  const conclusion = conclusionOf(request);
  if (conclusion !== undefined) await update({ conclusion, completed_at: seconds(ctx.now()), output });
  else if (!existing.isNew) await update({ status: 'in_progress', output });
  return { id: String(existing.id), url: existing.url };
}

interface CheckRun {
  readonly id: number;
  readonly url: string;
  /** How many annotations it has already. */
  readonly annotations: number;
  readonly isNew: boolean;
}

interface CheckKey {
  readonly name: string;
  readonly headSha: string;
  readonly externalId: string;
}

/** A creation that got no answer may have happened all the same, so it is looked for before it is tried again. */
async function findOrCreate(github: GitHub, key: CheckKey, first: () => Record<string, unknown>): Promise<CheckRun> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await find(github, key);
    if (found !== undefined) return found;
    try {
      const { name, headSha, externalId } = key;
      const body = { name, head_sha: headSha, external_id: externalId, ...first() };
      const created = await github.request('POST /repos/{owner}/{repo}/check-runs', body, { ...needs, retry: false });
      return { ...readRun(created), isNew: true };
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'unreachable') || attempt >= 3) throw error;
    }
  }
}

async function find(github: GitHub, { name, headSha, externalId }: CheckKey): Promise<CheckRun | undefined> {
  for (let page = 1; page <= 10; page += 1) {
    const answer = await github.request(
      'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
      { ref: headSha, check_name: name, filter: 'all', per_page: 100, page },
      needs,
    );
    const runs = listMember(answer, 'check_runs');
    const same = runs.find((run) => member(run, 'external_id') === externalId);
    if (same !== undefined) return { ...readRun(same), isNew: false };
    if (runs.length < 100) return undefined;
  }
  return undefined;
}

function readRun(run: unknown): Omit<CheckRun, 'isNew'> {
  const id = member(run, 'id');
  const url = member(run, 'html_url');
  const annotations = member(member(run, 'output'), 'annotations_count');
  if (typeof id !== 'number') throw new SluiceError('unreachable', 'GitHub answered a check run without a number.');
  return {
    id,
    url: typeof url === 'string' ? url : '',
    annotations: typeof annotations === 'number' ? annotations : 0,
  };
}

function conclusionOf({ state }: StatusRequest): string | undefined {
  switch (state.kind) {
    case 'verifying':
      return undefined;
    case 'verdict':
      return state.verdict.success ? 'success' : 'failure';
    case 'neutral':
      return 'neutral';
    case 'undecided':
      return 'failure';
  }
}

function summaryOf({ image, state }: StatusRequest): string {
  const shownImage = `\`${image.replaceAll('`', '')}\``;
  switch (state.kind) {
    case 'verifying':
      return `${shownImage}\n\nThe build succeeded; signature, provenance and policy are being verified.`;
    case 'verdict':
      return bounded(state.markdown === '' ? shownImage : state.markdown);
    case 'neutral':
    case 'undecided':
      return bounded(`${shownImage}\n\n${state.reason}`);
  }
}

function bounded(markdown: string): string {
  if (markdown.length <= maxSummaryCharacters) return markdown;
  const note = '\n\n*The rest is left out; the run has the whole report.*\n';
  const kept = markdown.slice(0, maxSummaryCharacters - note.length - 16);
  const whole = kept.slice(0, Math.max(0, kept.lastIndexOf('\n')));
  const fence = (whole.match(/^```/gm)?.length ?? 0) % 2 === 1 ? '\n```' : '';
  return `${whole}${fence}${note}`;
}

function annotationsOf(ctx: StepContext, { state, path }: StatusRequest): readonly object[] {
  if (state.kind !== 'verdict') return [];
  const file = path ?? workflowPath(ctx.env.GITHUB_WORKFLOW_REF ?? '', ctx.env.GITHUB_REPOSITORY ?? '');
  return state.verdict.findings
    .slice(0, maxAnnotations)
    .map(({ level, component, code, message, title, solution }) => ({
      path: file,
      start_line: 1,
      end_line: 1,
      annotation_level: level === 'violation' ? 'failure' : 'warning',
      title: `${component}: ${title ?? code}`.slice(0, 255),
      message: [code, message, ...(solution === undefined ? [] : [`To fix: ${solution}`])].join('\n').slice(0, 60_000),
    }));
}

function workflowPath(workflowRef: string, repository: string): string {
  const path = workflowRef.split('@', 1)[0] ?? '';
  return path.startsWith(`${repository}/`) ? path.slice(repository.length + 1) : '.github';
}

function runUrl(ctx: StepContext, github: GitHub): string {
  return `${github.serverUrl}/${github.repository}/actions/runs/${ctx.env.GITHUB_RUN_ID ?? ''}`;
}

/** GitHub takes seconds, `YYYY-MM-DDTHH:MM:SSZ`. */
function seconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function listMember(value: unknown, name: string): readonly unknown[] {
  const list = member(value, name);
  return Array.isArray(list) ? list : [];
}
