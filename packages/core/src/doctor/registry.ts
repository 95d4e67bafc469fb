// SPDX-License-Identifier: Apache-2.0
import { type Digest, digestOf, OciError, type Repository, type RequestRecord } from '@sluice/oci';
import type { StepContext } from '../context.ts';
import { discoverEvidence } from '../evidence/discover.ts';
import { type DoctorFinding, note, ok, problem, sentenceOf, warning } from './finding.ts';

export interface RegistryExam {
  readonly repository: Repository;
  /** What the session of the repository has asked so far; see its `onRequest`. */
  readonly requests: readonly RequestRecord[];
  /** Tag or digest. */
  readonly version: string;
}

/** Reads the image, pushes one small blob that nothing refers to, and looks how evidence is listed. */
export async function examineRegistry(ctx: StepContext, exam: RegistryExam): Promise<readonly DoctorFinding[]> {
  const push = await pushRight(ctx, exam);
  try {
    const { digest } = await exam.repository.resolve(exam.version);
    const found = ok('registry', `${exam.repository.name}@${digest} can be read.`);
    return [found, ...push, ...(await referrers(exam, digest))];
  } catch (error) {
    return [readProblem(ctx, exam, error), ...push];
  }
}

function readProblem(ctx: StepContext, { repository, version }: RegistryExam, error: unknown): DoctorFinding {
  const code = error instanceof OciError ? error.code : undefined;
  if (code === 'not-found') {
    return problem(
      'registry',
      `There is no "${version}" in ${repository.name}.`,
      'Push the image before this step, and name what was pushed.',
    );
  }
  if (code === 'unauthorized' || code === 'denied')
    return problem('registry', sentenceOf(error), loginFix(ctx, repository, 'read'));
  return problem(
    'registry',
    sentenceOf(error),
    'Check the name of the registry, the network, HTTPS_PROXY and --registry-cacert.',
  );
}

async function pushRight(ctx: StepContext, { repository }: RegistryExam): Promise<readonly DoctorFinding[]> {
  // Unlike a blob that may be there already, this one has to be sent.
  const content = Buffer.from(JSON.stringify({ 'dev.sluice.doctor': ctx.now().toISOString() }));
  try {
    await repository.putBlob({ digest: digestOf(content), size: content.length }, content);
    return [ok('registry', `This job may push to ${repository.name}.`)];
  } catch (error) {
    const code = error instanceof OciError ? error.code : undefined;
    if (code === 'unreachable') return [];
    const message = `This job may not push to ${repository.name}: ${sentenceOf(error)}`;
    return [problem('registry', message, loginFix(ctx, repository, 'write'))];
  }
}

function loginFix(ctx: StepContext, { name }: Repository, right: 'read' | 'write'): string {
  const host = name.split('/', 1)[0] ?? '';
  if (host === 'ghcr.io' && ctx.env.GITHUB_ACTIONS === 'true')
    return `Add "permissions: packages: ${right}" to the job.`;
  if (ctx.env.GITLAB_CI === 'true' && host === ctx.env.CI_REGISTRY) {
    return 'The job token may push to the registry of its own project only; log in with a deploy token for another one.';
  }
  return `Log in to ${host} with an account that may ${right} (docker login, DOCKER_CONFIG or REGISTRY_AUTH_FILE).`;
}

async function referrers({ repository, requests }: RegistryExam, digest: Digest): Promise<readonly DoctorFinding[]> {
  const evidence = await discoverEvidence(repository, digest);
  const answer = requests.find(({ url }) => url.includes('/referrers/'));
  const support =
    answer === undefined || answer.status === 200
      ? ok('referrers', 'The registry lists referrers by its API.')
      : note(
          'referrers',
          `The registry has no referrers API (${answer.status}); evidence is listed by the referrers tag schema, which every registry takes.`,
        );
  const bytes = evidence.items.map(({ material: { content } }) => content.payload?.length ?? 0);
  const largest = Math.max(0, ...bytes);
  const size = `${evidence.items.length} pieces of evidence hang on the image, the largest of ${largest} bytes`;
  const sizes =
    largest > 16 * 1024 * 1024
      ? warning('sizes', `${size}.`, 'Keep attestations under 16 MiB: other tools refuse larger ones.')
      : ok('sizes', `${size}.`);
  const unreadable = evidence.unreadable.map((one) =>
    warning('sizes', `${one.where}: ${one.reason}`, 'Attach that piece again.'),
  );
  return [support, sizes, ...unreadable];
}
