// SPDX-License-Identifier: Apache-2.0
import { formatReference, parseReference } from '@sluice/oci';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { Verdict } from './verdict.ts';

/** What people read on the forge about an image: first that it was built, then what the gate says. */
export type ForgeState =
  | { readonly kind: 'verifying' }
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly markdown: string }
  /** Nothing could be decided, and that is nobody's fault: a fork's run without rights. */
  | { readonly kind: 'neutral'; readonly reason: string }
  /** It could not be decided; that is no pass. */
  | { readonly kind: 'undecided'; readonly reason: string };

export interface StatusRequest {
  /** The image that the run built. */
  readonly image: string;
  readonly state: ForgeState;
  /** The name that people see. By default that of the image, because a forge shows one status of a name. */
  readonly name?: string;
  /** The commit that people look at, where it is not the run's own: a pull request's head. */
  readonly commit?: string;
  /** The file that annotations point at. */
  readonly path?: string;
}

export interface ReportedStatus {
  readonly id: string;
  readonly url: string;
}

/** Says the state of an image on the forge that this run belongs to; the same image in the same run has one status. */
export async function reportStatus(ctx: StepContext, request: StatusRequest): Promise<ReportedStatus> {
  if (ctx.env.GITHUB_ACTIONS === 'true') {
    const [{ openGitHub }, { reportCheck }] = await Promise.all([import('./github.ts'), import('./checks.ts')]);
    return reportCheck(ctx, await openGitHub(ctx), request);
  }
  if (ctx.env.GITLAB_CI === 'true') {
    const [{ openGitLab }, { reportGitLabStatus }] = await Promise.all([
      import('./gitlab.ts'),
      import('./gitlab-status.ts'),
    ]);
    return reportGitLabStatus(ctx, await openGitLab(ctx), request);
  }
  throw new SluiceError(
    'context',
    'A run of GitHub Actions or GitLab CI was expected, found neither; a status needs a forge.',
  );
}

/** `sluice: acme/shop`: the same for every version of the image. */
export function statusName(image: string): string {
  return `sluice: ${parseReference(image).repository}`;
}

const sentences: Readonly<Record<ForgeState['kind'], string>> = {
  verifying: 'Built, still verifying the image',
  verdict: '',
  neutral: 'Not verified',
  undecided: 'Could not be decided',
};

/** One line for the list of checks. */
export function statusTitle(state: ForgeState): string {
  if (state.kind !== 'verdict') return sentences[state.kind];
  const violations = state.verdict.findings.filter(({ level }) => level === 'violation').length;
  const warnings = state.verdict.findings.length - violations;
  const counts = `${plural(violations, 'violation')}, ${plural(warnings, 'warning')}`;
  return state.verdict.success ? `Passed: ${counts}` : `Refused: ${counts}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The image without tag and digest: it is the same status whatever the build made of it. */
export function withoutVersion(image: string): string {
  const { registry, repository } = parseReference(image);
  return formatReference({ registry, repository });
}
