// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { CiContext } from './ci-context.ts';
import { readGitHub } from './github.ts';
import { readGitLab } from './gitlab.ts';
import type { IdentityToken } from './identity-token.ts';

export interface DetectOptions {
  /** The run's token; its claims are then the source of truth and the variables must agree with them. */
  readonly identityToken?: IdentityToken;
  /** The one issuer whose tokens are taken, where it is not the CI server's own. */
  readonly oidcIssuer?: string;
}

/**
 * Which CI this is and what it builds. A machine without a CI's variables is `local`; an environment that claims to be
 * two at once is refused rather than guessed.
 */
export function detectCi(ctx: StepContext, options: DetectOptions = {}): CiContext {
  const { env } = ctx;
  const isGitHub = env.GITHUB_ACTIONS === 'true';
  const isGitLab = env.GITLAB_CI === 'true';
  if (isGitHub && isGitLab) {
    throw new SluiceError(
      'context',
      'Expected the variables of one CI, found both GITHUB_ACTIONS and GITLAB_CI set to true; unset the one that does not apply.',
    );
  }
  if (isGitHub) return readGitHub(env, options.identityToken, options.oidcIssuer);
  if (isGitLab) return readGitLab(env, options.identityToken, options.oidcIssuer);
  return { kind: 'local' };
}
