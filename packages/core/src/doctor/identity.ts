// SPDX-License-Identifier: Apache-2.0

import { readCi } from '../ci/ci.ts';
import type { CiContext } from '../ci/ci-context.ts';
import { type Claims, findIdentityToken, howToGetToken, type IdentityToken } from '../ci/identity-token.ts';
import type { StepContext } from '../context.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type DoctorFinding, note, ok, problem, sentenceOf, warning } from './finding.ts';

export interface IdentityExam {
  readonly token?: IdentityToken;
  readonly findings: readonly DoctorFinding[];
}

/** Claims that name the build; who a person is (`user_email`, `actor`) is not shown. */
const shownClaims = [
  'iss',
  'sub',
  'repository',
  'project_path',
  'ref',
  'ref_path',
  'sha',
  'event_name',
  'pipeline_source',
  'job_workflow_ref',
  'ci_config_ref_uri',
  'runner_environment',
  'repository_visibility',
  'project_visibility',
  'environment',
] as const;

/** Finds the job's token, shows its claims (never the token), and says who a certificate would name. */
export async function examineIdentity(
  ctx: StepContext,
  http: HttpClient,
  options: { readonly oidcIssuer?: string },
): Promise<IdentityExam> {
  let token: IdentityToken | undefined;
  try {
    token = await findIdentityToken(ctx, http);
  } catch (error) {
    return { findings: [problem('identity', sentenceOf(error), howToGetToken(ctx.env))] };
  }
  if (token === undefined) return { findings: [missingToken(ctx)] };
  const findings = [ok('identity', `The token says ${claimsOf(token.claims)}.`), lifetime(ctx, token.claims)];
  try {
    const { context } = await readCi(ctx, http, options);
    return { token, findings: [...findings, signer(context, token.claims)] };
  } catch (error) {
    return {
      token,
      findings: [
        ...findings,
        problem('identity', sentenceOf(error), 'Compare the claims above with the variables of the job.'),
      ],
    };
  }
}

function missingToken(ctx: StepContext): DoctorFinding {
  const { env } = ctx;
  if (env.GITHUB_ACTIONS === 'true' && env.GITHUB_SERVER_URL && !isHosted(env.GITHUB_SERVER_URL)) {
    return problem(
      'identity',
      `${env.GITHUB_SERVER_URL} gave this job no place to ask for an OIDC token.`,
      'Add "permissions: id-token: write" to the job; where that is there, an administrator must turn on GitHub Actions OIDC of the server (3.5 or newer). Until then sign with "key:".',
    );
  }
  if (env.GITHUB_ACTIONS !== 'true' && env.GITLAB_CI !== 'true') {
    return note(
      'identity',
      'This is no run of GitHub Actions or GitLab CI: there is no OIDC token; --key signs without one.',
    );
  }
  return problem('identity', 'This job has no OIDC token, so it cannot sign without a key.', howToGetToken(env));
}

function isHosted(serverUrl: string): boolean {
  const host = URL.parse(serverUrl)?.host ?? '';
  return host === 'github.com' || host.endsWith('.ghe.com');
}

function claimsOf(claims: Claims): string {
  return shownClaims
    .flatMap((name) => (typeof claims[name] === 'string' ? [`${name} "${claims[name]}"`] : []))
    .join(', ');
}

function lifetime(ctx: StepContext, { exp }: Claims): DoctorFinding {
  const seconds = Math.round(exp - ctx.now().getTime() / 1000);
  if (seconds >= 60) return ok('identity', `The token lives for another ${seconds} s.`);
  return warning(
    'identity',
    `The token lives for another ${seconds} s only.`,
    'Ask for it right before it is used; check the clock of this machine.',
  );
}

/** What Fulcio makes of the token (Fulcio, docs/oidc.md): the subject that a policy has to name. */
function signer(context: CiContext, claims: Claims): DoctorFinding {
  if (context.kind === 'local')
    return ok('identity', `A certificate would name "${String(claims.email ?? claims.sub)}" of ${claims.iss}.`);
  if (context.kind === 'gitlab' && typeof claims.ci_config_ref_uri !== 'string') {
    return problem(
      'identity',
      'The token has no claim ci_config_ref_uri, from which Fulcio takes the subject of the certificate.',
      "Keep the pipeline's configuration in the project itself; where it is, the GitLab server is too old for keyless signing.",
    );
  }
  return ok(
    'identity',
    `A certificate would name the subject ${context.builderId} of the issuer ${claims.iss}: write both into "identity:" of the policy.`,
  );
}
