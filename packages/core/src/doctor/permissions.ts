// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { type DoctorFinding, note, ok, problem, warning } from './finding.ts';

/** What the job is allowed, as far as its variables tell: GitHub has no request that lists a token's permissions. */
export function examinePermissions({ env }: Pick<StepContext, 'env'>): readonly DoctorFinding[] {
  if (env.GITHUB_ACTIONS === 'true') return github(env);
  if (env.GITLAB_CI === 'true') return gitlab(env);
  return [];
}

function github(env: StepContext['env']): readonly DoctorFinding[] {
  const signs = env.ACTIONS_ID_TOKEN_REQUEST_URL
    ? ok('permissions', 'The job has "id-token: write".')
    : problem(
        'permissions',
        'The job lacks "id-token: write".',
        'Add "permissions: id-token: write" to the job; a pull request from a fork never has it.',
      );
  const token = env.GITHUB_TOKEN
    ? note(
        'permissions',
        'A GitHub token is given; status needs "checks: write", GitHub\'s attestations "attestations: write", ghcr.io "packages: write".',
      )
    : warning('permissions', 'No GitHub token is given.', 'Pass "github-token", or set GITHUB_TOKEN.');
  return [signs, token];
}

function gitlab(env: StepContext['env']): readonly DoctorFinding[] {
  const signs = env.SIGSTORE_ID_TOKEN
    ? ok('permissions', 'The job has SIGSTORE_ID_TOKEN.')
    : problem(
        'permissions',
        'The job lacks SIGSTORE_ID_TOKEN.',
        'Add "id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore" to the job.',
      );
  const ref =
    env.CI_COMMIT_REF_PROTECTED === 'true'
      ? ok('permissions', 'The ref is protected.')
      : note(
          'permissions',
          'The ref is not protected: anyone who may push to it can have an image signed in its name.',
        );
  return [signs, ref];
}
